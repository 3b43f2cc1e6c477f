"""Makes the folders beside this script: small random Llama models and tokenizers as transformers and the tokenizers
library write them, and what those compute: expected.json in each. Only to make them anew; no test needs Python.

    pip install torch==2.13.0 transformers==4.52.4 tokenizers sentencepiece protobuf
    python3 make_models.py
"""

import io
import json
import os
import shutil

import sentencepiece
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from tokenizers import Regex
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

HERE = os.path.dirname(os.path.abspath(__file__))

LINES = [
    "Once upon a time there was a little dog who found a red ball in the garden.",
    "Mia had 3 apples, and Tom had 12; together they had 15 apples.",
    "It's not what they'd hoped for, but we'll see: the dog didn't bark.",
    "The little dog ran to the ball, and the ball ran to the little dog.",
]

TEXTS = [
    "Once upon a time",
    "The dog had 12345 red balls, didn't it?",
    "  two  spaces \n\n and\tlines\r\n   ",
    "caf\u00e9 \u4f60\u597d \u03b1\u03b2 \U0001f600 \u00bd\u0663",
    "It'S THEY'LL 'tis 's ''s we've",
    "x",
    "",
    "--dashes--and (parentheses)...\n",
    "\u00a0odd\u2003spaces\u3000 here",
    "a <s> b</s>c<|end|> d\u2581e \u2581",
    "aaaaaaaaaa bababababab",
]

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")


def byte_level(vocab_size, pre_tokenizer, special, post=None):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=vocab_size, special_tokens=special, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(LINES, trainer)
    if post:
        tokenizer.post_processor = post(tokenizer)
    return tokenizer


def gpt2():
    return byte_level(300, pre_tokenizers.ByteLevel(add_prefix_space=False), ["<|end|>"])


def llama3():
    def post(tokenizer):
        begin = tokenizer.token_to_id("<s>")
        return processors.Sequence([processors.ByteLevel(trim_offsets=False),
                                    processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B",
                                                                  special_tokens=[("<s>", begin)])])
    cut = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
                                   pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer = byte_level(310, cut, ["<s>", "</s>"], post)
    tokenizer.add_tokens([AddedToken("<|end|>", special=False, normalized=False)])
    document = json.loads(tokenizer.to_str())
    document["model"]["ignore_merges"] = True
    return Tokenizer.from_str(json.dumps(document))


def smol():
    cut = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                   pre_tokenizers.ByteLevel(add_prefix_space=False)])
    return byte_level(290, cut, ["<|end|>"])


def prefixed():
    return byte_level(290, pre_tokenizers.ByteLevel(add_prefix_space=True, use_regex=False), ["<|end|>"])


def llama2(split):
    """Llama 2's form, or the newer one with a Metaspace that cuts."""
    fixed = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=True)
    trainer = trainers.BpeTrainer(vocab_size=330, special_tokens=fixed, show_progress=False)
    tokenizer.train_from_iterator(LINES, trainer)
    document = json.loads(tokenizer.to_str())
    document["added_tokens"] = [t for t in document["added_tokens"] if t["content"] in fixed[:3]]
    if not split:
        document["pre_tokenizer"] = None
        document["normalizer"] = {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "\u2581"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]}
    document["decoder"] = {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
        {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    tokenizer = Tokenizer.from_str(json.dumps(document))
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B",
                                                             special_tokens=[("<s>", 1)])
    return tokenizer


def sentencepiece_model(folder):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES * 20), model_writer=model, model_type="bpe", vocab_size=330, byte_fallback=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False, num_threads=1, minloglevel=3)
    with open(f"{folder}/tokenizer.model", "wb") as file:
        file.write(model.getvalue())
    with open(f"{folder}/tokenizer_config.json", "w") as file:
        json.dump({"add_bos_token": True}, file)


def random_model(vocab_size, **keys):
    config = LlamaConfig(**{**dict(vocab_size=vocab_size, hidden_size=8, intermediate_size=12, num_hidden_layers=2,
                                   num_attention_heads=2, max_position_embeddings=64), **keys})
    torch.manual_seed(1)
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(10) if parameter.dim() > 1 else parameter.add_(torch.randn_like(parameter) / 5)
    return model


def make(name, tokenizer=None, dtype=torch.float32, shard_size="1GB", vocab_size=None, **keys):
    folder = f"{HERE}/{name}"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    if tokenizer:
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, clean_up_tokenization_spaces=False).save_pretrained(folder)
        size = tokenizer.get_vocab_size()
    else:
        sentencepiece_model(folder)
        size = 330
    random_model(vocab_size or size, **keys).to(dtype).save_pretrained(folder, max_shard_size=shard_size)
    if name == "bfloat16_with_head":
        from safetensors.torch import load_file, save_file
        tensors = load_file(f"{folder}/model.safetensors")
        tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"].clone()
        save_file(tensors, f"{folder}/model.safetensors", metadata={"format": "pt"})
    for unused in ["generation_config.json", "special_tokens_map.json"]:
        if os.path.exists(f"{folder}/{unused}"):
            os.remove(f"{folder}/{unused}")
    expect(folder)


def expect(folder):
    model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    texts = []
    for text in TEXTS:
        ids = tokenizer(text)["input_ids"]
        texts.append({"text": text, "ids": ids, "decoded": tokenizer.decode(ids, skip_special_tokens=True)})
    ids = texts[1]["ids"][:24]
    with torch.no_grad():
        logits = model(torch.tensor([ids])).logits[0, -1]
    document = {"texts": texts, "logits_of": ids, "logits": [round(v, 5) for v in logits.tolist()]}
    with open(f"{folder}/expected.json", "w") as file:
        json.dump(document, file, separators=(",", ":"))


make("gpt2_tokens", gpt2(), num_key_value_heads=2)
make("llama3_tokens", llama3(), num_attention_heads=4, num_key_value_heads=1, rope_theta=500000.0,
     max_position_embeddings=131072, tie_word_embeddings=True, dtype=torch.bfloat16)
make("smol_tokens", smol(), tie_word_embeddings=True, rms_norm_eps=1e-5, dtype=torch.float16, num_hidden_layers=1)
make("prefixed_tokens", prefixed(), num_hidden_layers=1, vocab_size=320, num_key_value_heads=1)
make("llama2_tokens", llama2(split=False), num_key_value_heads=1, shard_size="12KB")
make("metaspace_tokens", llama2(split=True), num_hidden_layers=1, tie_word_embeddings=True)
make("sentencepiece", None, num_hidden_layers=1, dtype=torch.float16)
make("bfloat16_with_head", gpt2(), num_hidden_layers=1, tie_word_embeddings=True, dtype=torch.bfloat16)
