// The configuration as the "config" text of a checkpoint's metadata.

#include "mor/config.h"
#include "mor/llama_config.h"
#include "tensor/error.h"
#include "tensor/json.h"

namespace tinymor {
namespace {

/// The key of a [router] field among those of [model] in the flat JSON object: words that mean nothing by themselves
/// get a prefix.
std::string flat_router_key(const std::string& key) {
  for (const char* word : {"type", "function", "alpha", "temperature", "sampling", "gating", "residual", "random"}) {
    if (key == word) return "router_" + key;
  }
  return key;
}

template <class Value>
void from_json(const nlohmann::json& json, const std::string& key, Value& value) {
  const auto found = json.find(key);
  if (found == json.end()) return;
  const auto require = [&](bool ok, const char* expected) {
    check_input(ok, "config: \"{}\" is not {} (mend the file's metadata, or save it again)", key, expected);
  };
  if constexpr (std::is_enum_v<Value>) {
    require(found->is_string(), "a text");
    value = enum_value<Value>(found->template get<std::string>(), "config: " + key);
  } else if constexpr (std::is_same_v<Value, bool>) {
    require(found->is_boolean(), "true or false");
    value = found->template get<bool>();
  } else if constexpr (std::is_same_v<Value, int64_t>) {
    require(found->is_number_integer(), "a whole number");
    value = found->template get<int64_t>();
  } else if constexpr (std::is_same_v<Value, double>) {
    require(found->is_number(), "a number");
    value = found->template get<double>();
  } else {
    require(found->is_array(), "a list of numbers");
    for (const nlohmann::json& element : *found) require(element.is_number(), "a list of numbers");
    value = found->template get<std::vector<double>>();
  }
}

}  // namespace

std::string config_to_json(const ModelConfig& config) {
  nlohmann::json json = {{"vocab_size", config.vocab_size}};
  const auto add = [&json](const std::string& key, const std::string& flat_key, const auto& value) {
    if (is_unset(key, value)) return;
    if constexpr (std::is_enum_v<std::decay_t<decltype(value)>>) {
      json[flat_key] = enum_name(value);
    } else {
      json[flat_key] = value;
    }
  };
  for_each_model_field(config, [&](const std::string& key, const auto& value) { add(key, key, value); });
  for_each_router_field(config.router,
                        [&](const std::string& key, const auto& value) { add(key, flat_router_key(key), value); });
  return json.dump();
}

ModelConfig config_from_json(const std::string& text) {
  const nlohmann::json json = parse_json(text, "config", 2);
  check_input(json.is_object(), "config: not a JSON object (mend the file's metadata, or save it again)");
  ModelConfig config;
  check_llama_features(text, "config");  // it may have been made by hand from a config.json
  from_json(json, "vocab_size", config.vocab_size);
  check_input(config.vocab_size >= 1,
              "config: \"vocab_size\" is missing or not positive (give the size of the vocabulary)");
  for_each_model_field(config, [&](const std::string& key, auto& value) { from_json(json, key, value); });
  for_each_router_field(config.router, [&](const std::string& key, auto& value) {
    from_json(json, key, value);
    from_json(json, flat_router_key(key), value);
  });
  config.resolve();
  return config;
}

}  // namespace tinymor
