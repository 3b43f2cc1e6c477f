#include "trainer/config_notes.h"

#include <map>

namespace tinymor {

std::string_view config_note(std::string_view key) {
  static const std::map<std::string_view, std::string_view> notes{
      // [model]
      {"d_model", "width: numbers in the state of a token; a multiple of n_heads"},
      {"n_heads", "heads of attention, 1 or more"},
      {"n_kv_heads", "heads of keys and values, a divisor of n_heads: fewer make the cache smaller"},
      {"d_ff", "width inside the MLP, often 8/3 of d_model"},
      {"n_layers", "layers that a token passes at most, shared ones counted each time"},
      {"max_seq_len", "tokens that the model sees at once, 1 or more"},
      {"rope_theta", "base of the rotary positions"},
      {"rms_eps", "added under the root of every norm"},
      {"tie_embeddings", "whether the first and the last matrix are one"},
      {"sharing", "which layers share their weights"},
      {"n_recursions", "passes through the shared block at most; without sharing, stages of layers"},
      {"routing",
       "who decides on recursions: these (expert_choice), the token at once (token_choice) or each time (exit_gate)"},
      {"kv_cache", "what a recursion attends to: tokens inside it, all of the first, or those as far as they came"},
      {"kv_sharing", "of a vanilla model with shared kv_cache: which layers use the keys and values of an earlier one"},
      {"kv_sharing_factor", "how many layers use the same, 2 or more; 1 without kv_sharing"},
      {"recursion_encoding", "a learned vector per recursion: added to what enters the block, or times what leaves it"},
      {"own_norms", "whether each use of shared weights has norms of its own"},
      {"lora_rank", "rank of what each use of shared weights adds to every matrix, 0 (nothing) to d_model"},
      {"ffn", "what follows attention: one MLP (dense), or experts, of which each token takes some"},
      {"n_experts", "MLPs of a layer of experts, each d_ff wide, 2 to 256"},
      {"experts_per_token", "of which a token goes through 1 or 2"},
      {"expert_capacity", "tokens that an expert takes at most in training, in equal shares; 0: any number"},
      {"expert_balance", "weight of the loss that keeps experts equally popular, 0 or more"},
      // [router]
      {"type", "a layer, or two with a hidden width of 2 or 4 d_model"},
      {"function", "makes a gate of a router's logit"},
      {"alpha", "scale of the gate"},
      {"temperature", "a router's logits are divided by it, above 0"},
      {"capacity", "share of the tokens that each recursion takes, 0 to 1, none more than the one before"},
      {"capacity_warmup_steps", "forward passes until the capacities have come down to these, 0 or more"},
      {"sampling", "how a router learns to choose without the tokens to come: by a loss, or a second router"},
      {"aux_coeff", "weight of that loss, 0 or more"},
      {"z_coeff", "weight of the loss that keeps logits small, 0 or more"},
      {"balancing", "token choice: how depths are kept equally popular"},
      {"exit_loss",
       "what exit gates learn from: the expected loss over all recursions (expected), or whether going on paid (gain)"},
      {"entropy_coeff", "weight of the entropy of where tokens stop, for exit_loss expected, 0 or more"},
      {"exit_cost", "nats that a further recursion must gain, for exit_loss gain, 0 or more"},
      {"balance_coeff", "weight of the balancing loss, 0 or more"},
      {"bias_rate", "step of the bias of loss-free balancing, 0 or more"},
      {"gating", "what the gate does with the output of the block"},
      {"residual", "what is added to the state: the output of the block, or only its change"},
      {"random", "whether routers choose by chance, for comparison"},
      // [data]
      {"source", "name of a bundled data set, or text files and folders, one on a line"},
      {"lossy", "whether bytes that are not UTF-8 are read as U+FFFD, instead of refused"},
      {"separate_documents",
       "whether each line of a .jsonl file, and each of several files, sees nothing of the others"},
      {"tokenizer", "what a token is: a learned piece, a byte, or a character"},
      {"vocab_size", "pieces to learn at most; 2 or more"},
      {"val_fraction", "share of the text that is held out, between 0 and 1"},
      {"patch", "of images: pixels of a patch, its side or its height and width (7 or 32x1); empty: what suits them"},
      // [train]
      {"steps", "steps in all, 1 or more"},
      {"batch_size", "windows of max_seq_len tokens per micro-batch, 1 or more"},
      {"grad_accumulation", "micro-batches per step, 1 or more"},
      {"lr", "learning rate at its highest, above 0"},
      {"min_lr", "learning rate that a schedule comes down to, 0 to lr"},
      {"schedule", "its course: up, level and down; up and down along a cosine; up and level"},
      {"warmup_steps", "steps until it is at its highest, 0 or more"},
      {"cooldown_fraction", "share of the steps over which a trapezoid comes down, 0 to less than 1"},
      {"weight_decay", "of the matrices, 0 or more"},
      {"beta1", "AdamW's memory of the gradient, 0 to less than 1"},
      {"beta2", "AdamW's memory of its square, 0 to less than 1"},
      {"grad_clip", "longest gradient, above 0"},
      {"teacher", "a model with the same tokenizer, whose predictions are learned, too; empty: none"},
      {"teacher_weight", "weight of that loss, 0 to 1000"},
      {"teacher_temperature",
       "its logits and the model's are divided by it, 0.01 to 1000; above 1, rare tokens count more"},
      {"eval_every", "steps from one evaluation on held-out data to the next, 1 or more"},
      {"patience", "evaluations in a row without a new lowest held-out loss that stop the run; 0: none do"},
      {"checkpoint_every", "steps from one checkpoint to the next, 1 or more"},
      {"keep_every", "steps from one checkpoint that is kept, in checkpoints/, to the next; 0: none is"},
      {"record_every", "steps from one snapshot for the window to the next, 1 or more"},
      {"seed", "of the weights and batches, 0 or more"},
  };
  const auto found = notes.find(key);
  return found == notes.end() ? std::string_view() : found->second;
}

}  // namespace tinymor
