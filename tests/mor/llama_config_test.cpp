#include "mor/llama_config.h"

#include <nlohmann/json.hpp>

#include "mor/checkpoint.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "support/tiny_models.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/safetensors.h"

using namespace tinymor;
using nlohmann::json;

namespace {

ModelConfig vanilla() {
  ModelConfig config = tiny_config();
  config.sharing = Sharing::none;
  config.routing = Routing::none;
  config.n_recursions = 1;
  config.router = {};
  config.resolve();
  return config;
}

/// The config.json of a vanilla model with one key more, or another value of it.
std::string with(const std::string& key, const json& value) {
  json config = json::parse(llama_config_json(vanilla()));
  config[key] = value;
  return config.dump();
}

}  // namespace

TEST_CASE("a vanilla model's config.json has the keys and values of transformers") {
  const ModelConfig config = vanilla();
  REQUIRE(is_vanilla(config));
  CHECK_FALSE(is_vanilla(tiny_config()));
  const json llama = json::parse(llama_config_json(config));
  CHECK(llama["architectures"] == json{"LlamaForCausalLM"});
  CHECK(llama["model_type"] == "llama");
  CHECK(llama["vocab_size"] == config.vocab_size);
  CHECK(llama["hidden_size"] == config.d_model);
  CHECK(llama["intermediate_size"] == config.d_ff);
  CHECK(llama["num_hidden_layers"] == config.n_layers);
  CHECK(llama["num_attention_heads"] == config.n_heads);
  CHECK(llama["num_key_value_heads"] == config.n_kv_heads);
  CHECK(llama["max_position_embeddings"] == config.max_seq_len);
  CHECK(llama["rope_theta"] == config.rope_theta);
  CHECK(llama["rms_norm_eps"] == config.rms_eps);
  CHECK(llama["tie_word_embeddings"] == config.tie_embeddings);
  CHECK(llama["torch_dtype"] == "float32");
  CHECK(llama["bos_token_id"].is_null());
}

TEST_CASE(
    "a config.json that asks for what is not computed, or says something else than the weights, is refused by name") {
  struct Row {
    std::string key;
    json value;
  };
  const std::vector<Row> refused{{"rope_scaling", {{"type", "linear"}, {"factor", 2.0}}},
                                 {"rope_scaling", {{"rope_type", "llama3"}, {"factor", 8.0}}},
                                 {"rope_parameters", {{"rope_type", "yarn"}, {"rope_theta", 10000.0}}},
                                 {"head_dim", vanilla().d_head() * 2},
                                 {"attention_bias", true},
                                 {"mlp_bias", true},
                                 {"hidden_act", "gelu"},
                                 {"quantization_config", {{"bits", 4}}},
                                 {"rope_theta", 500000.0},
                                 {"rms_norm_eps", 1e-6},
                                 {"num_key_value_heads", 1}};
  for (const Row& row : refused) {
    INFO(row.key << ": " << row.value);
    CHECK_THROWS_WITH(check_llama_config(with(row.key, row.value), "FILE", vanilla()),
                      ContainsSubstring("FILE: \"" + row.key) && ContainsSubstring("("));
  }
  CHECK_THROWS_WITH(
      check_llama_config(with("rope_parameters", {{"rope_type", "default"}, {"rope_theta", 5e5}}), "FILE", vanilla()),
      ContainsSubstring("FILE: \"rope_theta\" is 500000.0, but 10000.0"));
  json fewer = json::parse(with("num_attention_heads", vanilla().n_heads / 2));
  fewer.erase("head_dim");
  CHECK_THROWS_WITH(check_llama_config(fewer.dump(), "FILE", vanilla()),
                    ContainsSubstring("\"num_attention_heads\" is"));
  CHECK_THROWS_WITH(check_llama_config(with("model_type", "gpt2"), "FILE", vanilla()), ContainsSubstring("\"gpt2\""));
  const std::vector<Row> taken{{"rope_scaling", nullptr},
                               {"rope_parameters", {{"rope_type", "default"}, {"rope_theta", vanilla().rope_theta}}},
                               {"hidden_act", "swish"},
                               {"head_dim", nullptr},
                               {"pretraining_tp", 2}};
  for (const Row& row : taken) {
    INFO(row.key << ": " << row.value);
    check_llama_config(with(row.key, row.value), "FILE", vanilla());
  }
  for (const char* other : {"", "{", "[]", "{}", R"({"name": "not of transformers"})", R"({"model_type": 1})"})
    check_llama_config(other, "FILE", vanilla());
}

TEST_CASE("weights converted by hand are refused where their config.json or metadata asks for scaled positions") {
  const TemporaryFolder folder;
  const auto weights = folder.path() / "model.safetensors", config = folder.path() / "config.json";
  SafetensorsFile file = parse_safetensors(write_checkpoint(Model(vanilla(), 1)), "good");
  write_file_atomically(weights, write_safetensors(file));
  CHECK(read_checkpoint(weights).config() == vanilla());
  write_file_atomically(config, llama_config_json(vanilla()));
  CHECK(read_checkpoint(weights).config() == vanilla());
  const json scaling{{"rope_type", "llama3"}, {"factor", 8.0}};
  write_file_atomically(config, with("rope_scaling", scaling));
  CHECK_THROWS_WITH(read_checkpoint(weights), ContainsSubstring(weights.string()) &&
                                                  ContainsSubstring("config.json beside it: \"rope_scaling\""));
  std::filesystem::remove(config);
  json metadata = json::parse(file.metadata["config"]);
  metadata["rope_scaling"] = scaling;
  file.metadata["config"] = metadata.dump();
  write_file_atomically(weights, write_safetensors(file));
  CHECK_THROWS_WITH(read_checkpoint(weights), ContainsSubstring("config: \"rope_scaling\""));
}

TEST_CASE("checkpoints open in Hugging Face's libraries by their format, and older ones still open here") {
  const TemporaryFolder folder;
  const auto weights = folder.path() / "model.safetensors";
  SafetensorsFile file = parse_safetensors(write_checkpoint(Model(tiny_config(), 1)), "new");
  CHECK(file.text("format") == "pt");
  CHECK(file.text("tinymor") == "1");
  file.metadata.erase("tinymor");
  file.metadata["format"] = "tinymor-1";
  write_file_atomically(weights, write_safetensors(file));
  CHECK(write_checkpoint(read_checkpoint(weights)) == write_checkpoint(Model(tiny_config(), 1)));
}

TEST_CASE("weights that are not ours are refused by what they are") {
  const TemporaryFolder folder;
  const auto weights = folder.path() / "model.safetensors", config = folder.path() / "config.json";
  SafetensorsFile file = parse_safetensors(write_checkpoint(Model(vanilla(), 1)), "good");
  file.metadata = {{"format", "pt"}};
  write_file_atomically(weights, write_safetensors(file));
  CHECK_THROWS_WITH(read_checkpoint(weights), ContainsSubstring("weights of a Llama model as Hugging Face keeps them, "
                                                                "without a config.json"));
  write_file_atomically(config, with("model_type", "mistral"));
  CHECK_THROWS_WITH(read_checkpoint(weights),
                    ContainsSubstring("config.json: is that of a model of the kind \"mistral"));
  write_file_atomically(config, llama_config_json(vanilla()));
  CHECK(read_checkpoint(weights).config() == vanilla());
  std::filesystem::remove(config);
  write_file_atomically(folder.path() / "other.safetensors", write_safetensors({}));
  CHECK_THROWS_WITH(read_checkpoint(folder.path() / "other.safetensors"),
                    ContainsSubstring("holds tensors, without the configuration"));
}
