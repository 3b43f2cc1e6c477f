#pragma once
// config.json: how Hugging Face's transformers describes a Llama model, in a file beside its weights. Both ways: a
// vanilla model as such a file, and such a file as the configuration of a vanilla model.

#include <cstdint>
#include <string>
#include <vector>

#include "mor/config.h"

namespace tinymor {

/// Whether a model of that configuration is a Llama model: nothing shared, nothing routed.
bool is_vanilla(const ModelConfig& config);

/// The config.json of a vanilla model, with which AutoModelForCausalLM.from_pretrained computes its logits.
std::string llama_config_json(const ModelConfig& config);

/// The longest text that a model of transformers gets here. Many say that they take 131072 tokens, but the table of
/// rotary positions and the windows of evaluation are as long as a model's longest text.
constexpr int64_t kLongestLlamaText = 2048;

/// The vanilla model that computes what transformers computes by the config.json `text`, with texts of up to
/// kLongestLlamaText tokens. Throws InputError, beginning with `name`, when it is of another kind of model, asks for
/// what no model here computes (check_llama_features), or lacks a size.
ModelConfig config_from_llama(const std::string& text, const std::string& name);

/// Throws InputError, beginning with `name`, when `text`, a JSON object, asks for something that changes the logits and
/// that no model here computes: scaled rotary positions, heads of another width, biases, another activation, quantised
/// weights.
void check_llama_features(const std::string& text, const std::string& name);

/// The same for `text`, the config.json beside the weights of a model of `config`, and when the two disagree about what
/// shapes do not tell: heads, the base of the rotary positions, the epsilon of norms. Also throws InputError when it
/// describes another kind of model. A file that transformers did not write is ignored.
void check_llama_config(const std::string& text, const std::string& name, const ModelConfig& config);

/// The name of the file, beside a config.json, that says how transformers generates text.
inline constexpr const char* kGenerationConfig = "generation_config.json";

/// The tokens that end a text: eos_token_id, a number or a list, in the JSON object `text`, a config.json or
/// generation_config.json. None where it says nothing. Throws InputError, beginning with `name`, for what is no id.
std::vector<int32_t> ends_of_texts(const std::string& text, const std::string& name);
/// A generation_config.json that says so.
std::string generation_config_json(const std::vector<int32_t>& ends);

/// The kind of model ("llama", "gpt2") whose config.json `text` is; empty when it is not one of transformers.
std::string transformers_model_type(const std::string& text);

}  // namespace tinymor
