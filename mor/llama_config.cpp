#include "mor/llama_config.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tensor/error.h"
#include "tensor/json.h"

namespace tinymor {
namespace {

using nlohmann::json;

/// What a key says, in a line.
std::string shown(const json& value) {
  constexpr size_t most = 80;
  const std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true);
  return text.size() <= most ? text : text.substr(0, most) + "...";
}

/// json[key]; null where it is not there.
json value_of(const json& object, const char* key) {
  return object.is_object() && object.contains(key) ? object[key] : json();
}

/// Whether all of a head is turned.
bool turns_whole_heads(const json& object) {
  const json part = value_of(object, "partial_rotary_factor");
  return part.is_null() || part == 1.0;
}

/// What asks for rotary positions: rope_scaling of transformers 4, rope_parameters of transformers 5.
bool is_plain_rope(const json& rope) {
  if (rope.is_null()) return true;
  const json type = value_of(rope, rope.contains("rope_type") ? "rope_type" : "type");
  return rope.is_object() && (type.is_null() || type == "default") && turns_whole_heads(rope);
}

/// The base of the rotary positions: a key of its own in transformers 4, one of rope_parameters in 5.
json rope_theta(const json& object) {
  const json inner = value_of(value_of(object, "rope_parameters"), "rope_theta");
  return inner.is_null() ? value_of(object, "rope_theta") : inner;
}

void check_type(const std::string& type, const std::string& name) {
  check_input(type == "llama",
              "{}: is that of a model of the kind \"{}\", which tinymor does not compute (use a Llama model's weights)",
              name, type);
}

/// Reads the values of one config.json; every complaint names the file and the key.
class LlamaReader {
 public:
  LlamaReader(const json& object, const std::string& name) : object_(object), name_(name) {}

  /// A size, which must be there.
  int64_t size(const char* key) const {
    const json value = value_of(object_, key);
    require(value.is_number_integer(), key, value, "a whole number");
    return value.get<int64_t>();
  }
  int64_t size_or(const char* key, int64_t otherwise) const {
    return value_of(object_, key).is_null() ? otherwise : size(key);
  }
  double number_or(const char* key, const json& value, double otherwise) const {
    if (value.is_null()) return otherwise;
    require(value.is_number(), key, value, "a number");
    return value.get<double>();
  }
  double number_or(const char* key, double otherwise) const {
    return number_or(key, value_of(object_, key), otherwise);
  }
  bool flag(const char* key) const {
    const json value = value_of(object_, key);
    require(value.is_null() || value.is_boolean(), key, value, "true or false");
    return value == true;
  }

 private:
  void require(bool ok, const char* key, const json& value, const char* expected) const {
    check_input(ok, "{}: \"{}\": {} is not {} (use another copy of the file)", name_, key, shown(value), expected);
  }

  const json& object_;
  const std::string& name_;
};

}  // namespace

bool is_vanilla(const ModelConfig& config) {
  return config.sharing == Sharing::none && config.routing == Routing::none && config.n_recursions == 1 &&
         config.kv_sharing == Sharing::none && config.ffn == Ffn::dense;
}

std::string llama_config_json(const ModelConfig& config) {
  return json_text({{"architectures", {"LlamaForCausalLM"}},
                    {"model_type", "llama"},
                    {"vocab_size", config.vocab_size},
                    {"hidden_size", config.d_model},
                    {"intermediate_size", config.d_ff},
                    {"num_hidden_layers", config.n_layers},
                    {"num_attention_heads", config.n_heads},
                    {"num_key_value_heads", config.n_kv_heads},
                    {"head_dim", config.d_head()},
                    {"max_position_embeddings", config.max_seq_len},
                    {"rope_theta", config.rope_theta},
                    {"rope_scaling", nullptr},
                    {"rms_norm_eps", config.rms_eps},
                    {"tie_word_embeddings", config.tie_embeddings},
                    {"hidden_act", "silu"},
                    {"attention_bias", false},
                    {"attention_dropout", 0.0},
                    {"mlp_bias", false},
                    {"bos_token_id", nullptr},
                    {"eos_token_id", nullptr},
                    {"pad_token_id", nullptr},
                    {"initializer_range", 0.02},
                    {"use_cache", true},
                    {"torch_dtype", "float32"}},
                   2) +
         "\n";
}

// What a key that is not there means is what transformers' LlamaConfig takes for it.
ModelConfig config_from_llama(const std::string& text, const std::string& name) {
  const std::string type = transformers_model_type(text);
  check_input(!type.empty(), "{}: is missing, or is not that of a model (use another copy)", name);
  check_type(type, name);
  check_llama_features(text, name);
  const json object = parse_json(text, name);
  const LlamaReader read(object, name);
  ModelConfig config;
  config.vocab_size = read.size("vocab_size");
  config.d_model = read.size("hidden_size");
  config.d_ff = read.size("intermediate_size");
  config.n_layers = read.size("num_hidden_layers");
  config.n_heads = read.size("num_attention_heads");
  config.n_kv_heads = read.size_or("num_key_value_heads", config.n_heads);
  config.max_seq_len = std::min(read.size_or("max_position_embeddings", 2048), kLongestLlamaText);
  config.rope_theta = read.number_or("rope_theta", rope_theta(object), 10000);
  config.rms_eps = read.number_or("rms_norm_eps", 1e-6);
  config.tie_embeddings = read.flag("tie_word_embeddings");
  try {
    check_input(config.vocab_size > 0, "model.vocab_size: {} is out of range (give 1 or more)", config.vocab_size);
    config.resolve();
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", name, error.what()));
  }
  return config;
}

void check_llama_features(const std::string& text, const std::string& name) {
  const json object = parse_json(text, name);
  const auto require = [&](bool ok, const char* key, const char* what) {
    check_input(ok,
                "{}: \"{}\": {} asks for {}, which tinymor does not compute: its logits would be wrong (use a model "
                "without)",
                name, key, shown(value_of(object, key)), what);
  };
  const auto is_off = [&](const char* key) {
    const json value = value_of(object, key);
    return value.is_null() || value == false;
  };
  for (const char* key : {"rope_scaling", "rope_parameters"})
    require(is_plain_rope(value_of(object, key)), key, "scaled rotary positions");
  require(turns_whole_heads(object), "partial_rotary_factor", "heads that are turned in part");
  for (const char* key : {"attention_bias", "mlp_bias"}) require(is_off(key), key, "biases");
  require(is_off("quantization_config"), "quantization_config", "quantised weights");
  const json act = value_of(object, "hidden_act");
  require(act.is_null() || act == "silu" || act == "swish", "hidden_act", "another activation than SwiGLU's");
  const json width = value_of(object, "hidden_size"), heads = value_of(object, "num_attention_heads"),
             head = value_of(object, "head_dim");
  const bool whole = width.is_number_integer() && heads.is_number_integer() && head.is_number_integer();
  require(!whole || heads.get<double>() * head.get<double>() == width.get<double>(), "head_dim",
          "heads that are not hidden_size / num_attention_heads wide");
}

void check_llama_config(const std::string& text, const std::string& name, const ModelConfig& config) {
  const std::string type = transformers_model_type(text);
  if (type.empty()) return;
  check_type(type, name);
  const json given = parse_json(text, name), ours = json::parse(llama_config_json(config));
  check_llama_features(text, name);
  for (const char* key : {"num_attention_heads", "num_key_value_heads", "rope_theta", "rms_norm_eps"}) {
    const json says = key == std::string("rope_theta") ? rope_theta(given) : value_of(given, key);
    check_input(says.is_null() || says == ours[key],
                "{}: \"{}\" is {}, but {} in the metadata of the weights beside it (make both say what the model was "
                "trained with)",
                name, key, shown(says), shown(ours[key]));
  }
}

std::vector<int32_t> ends_of_texts(const std::string& text, const std::string& name) {
  const json said = value_of(parse_json(text, name), "eos_token_id");
  std::vector<int32_t> ends;
  const json ids = said.is_array() ? said : said.is_null() ? json::array() : json::array({said});
  for (const json& id : ids) {
    check_input(id.is_number_integer() && id.get<int64_t>() >= 0 && id.get<int64_t>() <= INT32_MAX,
                "{}: \"eos_token_id\": {} is not the number of a token (use another copy of the file)", name,
                shown(id));
    ends.push_back(id.get<int32_t>());
  }
  return ends;
}

std::string generation_config_json(const std::vector<int32_t>& ends) {
  const json said = ends.empty() ? json() : ends.size() == 1 ? json(ends[0]) : json(ends);
  return json_text({{"_from_model_config", true},
                    {"bos_token_id", nullptr},
                    {"eos_token_id", said},
                    {"pad_token_id", nullptr}},
                   2) +
         "\n";
}

std::string transformers_model_type(const std::string& text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const json type = value_of(object, "model_type");
  return type.is_string() ? type.get<std::string>() : "";
}

}  // namespace tinymor
