#include "mor/llama_checkpoint.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "mor/checkpoint.h"
#include "mor/llama_config.h"
#include "support/catch.h"
#include "support/hugging_face.h"
#include "support/temporary_folder.h"
#include "support/tiny_models.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/random.h"

using namespace tinymor;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

/// A vanilla model in a folder of its own, as transformers would keep it, in parts that a test changes.
struct Folder {
  TemporaryFolder place;
  json config, index;
  std::map<std::string, SafetensorsFile> files;

  explicit Folder(bool tied = true) {
    ModelConfig vanilla = tiny_config(Sharing::none, Routing::none);
    vanilla.n_layers = 2;
    vanilla.tie_embeddings = tied;
    config = json::parse(llama_config_json(vanilla));
    files["model.safetensors"] = {Model(vanilla, 1).state_dict(), {{"format", "pt"}}};
  }
  SafetensorsFile& only() { return files["model.safetensors"]; }

  /// Moves the tensors into two files with an index.
  void shard() {
    const SafetensorsFile all = only();
    files.clear();
    for (const auto& [name, tensor] : all.tensors) {
      const char* file = name.find("layers.1") == name.npos ? "a.safetensors" : "b.safetensors";
      files[file].tensors[name] = tensor;
      index["weight_map"][name] = file;
    }
  }

  Model read() const {
    write_file_atomically(place.path() / "config.json", config.dump());
    for (const auto& [name, file] : files) write_file_atomically(place.path() / name, write_safetensors(file));
    if (!index.is_null()) write_file_atomically(place.path() / kWeightIndex, index.dump());
    return read_checkpoint(place.path() / (index.is_null() ? "model.safetensors" : kWeightIndex));
  }

  std::string refusal() const {
    try {
      read();
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }
};

/// Without waiting for the disk, as write_file_atomically does.
void write(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

/// The logits [V] at the last of `ids`.
std::vector<Real> last_logits(const Model& model, const std::vector<int32_t>& ids) {
  const auto count = int64_t(ids.size());
  return model.forward(int_tensor(ids), Rows::batch(1, count)).logits.value().select(0, -1).to_vector();
}

}  // namespace

TEST_CASE("models that transformers wrote give the logits that they give there") {
  for (const std::string& name : hugging_face_names()) {
    INFO(name);
    const fs::path folder = hugging_face_folder(name);
    const json expected = expected_of(name);
    const bool sharded = fs::exists(folder / kWeightIndex);
    CHECK(sharded == (name == "llama2_tokens"));
    const Model model = read_checkpoint(folder / (sharded ? kWeightIndex : "model.safetensors"));
    const std::vector<Real> logits = last_logits(model, expected["logits_of"]);
    REQUIRE(logits.size() == expected["logits"].size());
    double largest = 0, apart = 0;
    for (size_t i = 0; i < logits.size(); ++i) {
      const double there = expected["logits"][i];
      largest = std::max(largest, std::abs(there));
      apart = std::max(apart, std::abs(double(logits[i]) - there));
    }
    CHECK(largest > 0.3);  // no model of zeros
    CHECK(apart < 2e-5);   // written there with five digits
  }
}

TEST_CASE("a config.json of transformers 4 or 5 becomes the configuration, with the defaults of transformers") {
  const auto read = [](json file) { return config_from_llama(file.dump(), "FILE"); };
  json least{{"model_type", "llama"},   {"vocab_size", 11},       {"hidden_size", 16},
             {"intermediate_size", 24}, {"num_hidden_layers", 2}, {"num_attention_heads", 4}};
  const ModelConfig defaults = read(least);
  CHECK(defaults.n_kv_heads == 4);
  CHECK(defaults.max_seq_len == 2048);
  CHECK(defaults.rope_theta == 10000);
  CHECK(defaults.rms_eps == 1e-6);
  CHECK_FALSE(defaults.tie_embeddings);
  CHECK(is_vanilla(defaults));
  json more = least;
  more.update({{"num_key_value_heads", 2},
               {"max_position_embeddings", 131072},
               {"rms_norm_eps", 1e-5},
               {"tie_word_embeddings", true},
               {"rope_theta", 500000}});
  CHECK(read(more).n_kv_heads == 2);
  CHECK(read(more).max_seq_len == kLongestLlamaText);
  CHECK(read(more).rms_eps == 1e-5);
  CHECK(read(more).tie_embeddings);
  CHECK(read(more).rope_theta == 500000);
  more["rope_parameters"] = {{"rope_type", "default"}, {"rope_theta", 250000.0}};
  CHECK(read(more).rope_theta == 250000);
  const ModelConfig vanilla = tiny_config(Sharing::none, Routing::none);
  CHECK(config_from_llama(llama_config_json(vanilla), "FILE") == vanilla);
}

TEST_CASE("a config.json that gives no model, or another, is refused by name") {
  struct Row {
    const char* key;
    json value;
    const char* says;
  };
  const std::vector<Row> rows{
      {"model_type", "mistral", "of the kind \"mistral\""},
      {"rope_scaling", {{"rope_type", "llama3"}, {"factor", 8.0}}, "\"rope_scaling\""},
      {"rope_parameters", {{"rope_type", "default"}, {"partial_rotary_factor", 0.5}}, "\"rope_parameters\""},
      {"partial_rotary_factor", 0.5, "turned in part"},
      {"head_dim", 8, "\"head_dim\""},
      {"attention_bias", true, "biases"},
      {"mlp_bias", true, "biases"},
      {"hidden_act", "gelu", "\"hidden_act\""},
      {"quantization_config", {{"bits", 4}}, "quantised weights"},
      {"hidden_size", nullptr, "\"hidden_size\": null is not a whole number"},
      {"hidden_size", "16", "is not a whole number"},
      {"hidden_size", 1e30, "is not a whole number"},
      {"hidden_size", -16, "out of range"},
      {"hidden_size", 1 << 30, "out of range"},
      {"vocab_size", 0, "out of range"},
      {"vocab_size", int64_t(1) << 62, "out of range"},
      {"num_hidden_layers", 1000000, "out of range"},
      {"intermediate_size", 24.5, "is not a whole number"},
      {"num_attention_heads", 3, "does not split"},
      {"num_key_value_heads", 3, "does not divide"},
      {"max_position_embeddings", 0, "out of range"},
      {"rms_norm_eps", "small", "is not a number"},
      {"rms_norm_eps", -1, "out of range"},
      {"rope_theta", 0, "out of range"},
      {"tie_word_embeddings", 1, "is not true or false"},
  };
  for (const Row& row : rows) {
    Folder folder;
    folder.config.erase("head_dim");  // older files have none
    folder.config[row.key] = row.value;
    const std::string said = folder.refusal();
    INFO(row.key << " = " << row.value << ": " << said);
    CHECK(said.starts_with((folder.place.path() / "config.json").string() + ": "));
    CHECK(said.find(row.says) != said.npos);
    CHECK(said.find('\n') == said.npos);
  }
}

TEST_CASE("a tied head is read whether it is there twice or once, and an untied one must be there") {
  Folder tied;
  const std::map<std::string, Tensor> weights = tied.only().tensors;
  CHECK(tied.refusal() == "accepted");
  Tensor& head = tied.only().tensors["lm_head.weight"] = weights.at("model.embed_tokens.weight").clone();
  tied.only().tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = Tensor({2}, {1, 0.01});
  CHECK(tied.read().state_dict().size() == weights.size());
  head.mutable_data()[3] += 1;
  CHECK_THAT(tied.refusal(), ContainsSubstring("lm_head.weight differs from model.embed_tokens.weight"));

  Folder untied(false);
  CHECK(untied.refusal() == "accepted");
  untied.only().tensors.erase("lm_head.weight");
  CHECK_THAT(untied.refusal(), ContainsSubstring("tensor \"lm_head.weight\" is missing"));
}

TEST_CASE("weights that are not those of the config.json beside them are refused by name") {
  const std::string norm = "model.norm.weight", query = "model.layers.1.self_attn.q_proj.weight";
  Folder missing, other, misshapen, larger;
  missing.only().tensors.erase(query);
  CHECK_THAT(missing.refusal(), ContainsSubstring(query + "\" is missing"));
  other.only().tensors["model.layers.1.self_attn.q_proj.bias"] = Tensor({16}, std::vector<Real>(16));
  CHECK_THAT(other.refusal(), ContainsSubstring("q_proj.bias\": a model of its config.json has no such tensor"));
  misshapen.only().tensors[norm] = Tensor::ones(Shape{8});
  CHECK_THAT(misshapen.refusal(), ContainsSubstring("has the shape [8], and [16] by its config.json"));
  larger.config["num_hidden_layers"] = 500;
  larger.config["intermediate_size"] = 60000;
  CHECK_THAT(larger.refusal(), ContainsSubstring("and [16,60000] by its config.json"));
}

TEST_CASE("a model in several files is one model, and a hostile index gets one clear line") {
  Folder whole, sharded;
  sharded.shard();
  CHECK(write_checkpoint(sharded.read()) == write_checkpoint(whole.read()));
  struct Row {
    json map;
    const char* says;
  };
  const std::string norm = "model.norm.weight";
  const std::vector<Row> rows{
      {nullptr, "has no \"weight_map\""},
      {{1, 2}, "has no \"weight_map\""},
      {{{norm, 3}}, "the file of \"model.norm.weight\" is not a name"},
      {{{norm, "../a.safetensors"}}, "\"../a.safetensors\" is not a .safetensors file of its folder"},
      {{{norm, "/etc/passwd"}}, "\"/etc/passwd\" is not"},
      {{{norm, "sub/a.safetensors"}}, "is not a .safetensors file of its folder"},
      {{{norm, "..\\a.safetensors"}}, "is not a .safetensors file of its folder"},
      {{{norm, ""}}, "\"\" is not"},
      {{{norm, "c.safetensors"}}, "c.safetensors: No such file"},
      {{{norm, "a.safetensors"}}, "model.layers.1.input_layernorm.weight\" is missing"},
  };
  for (const Row& row : rows) {
    sharded.index["weight_map"] = row.map;
    const std::string said = sharded.refusal();
    INFO(row.map << ": " << said);
    CHECK(said.starts_with(sharded.place.path().string()));
    CHECK(said.find(row.says) != said.npos);
    CHECK(said.find('\n') == said.npos);
  }
}

TEST_CASE("a tensor that is in two files of a model is refused") {
  Folder folder;
  folder.shard();
  folder.files["a.safetensors"].tensors["model.layers.1.input_layernorm.weight"] = Tensor::ones(Shape{16});
  CHECK_THAT(folder.refusal(), ContainsSubstring("is in two of the model's files"));
}

TEST_CASE("randomly damaged folders of transformers are refused or read, but never crash") {
  Folder folder;
  folder.shard();
  folder.read();
  Random random(1);
  const auto below = [&](size_t n) { return size_t(random.below(int64_t(n))); };
  int refused = 0;
  for (int round = 0; round < 900; ++round) {
    const fs::path file =
        folder.place.path() / std::vector<std::string>{"config.json", kWeightIndex, "a.safetensors"}[size_t(round) % 3];
    const std::string good = read_file(file);
    std::string bytes = good;
    const size_t head = std::min<size_t>(bytes.size(), 1500);
    if (round % 4 == 0) bytes.resize(below(bytes.size()));
    if (round % 4 == 1) bytes.erase(below(head), 1 + below(9));
    for (size_t flips = 1 + below(3); flips > 0 && !bytes.empty(); --flips)
      bytes[below(std::min(head, bytes.size()))] = "0123456789\"[]{},:nul-./"[below(23)];
    write(file, bytes);
    try {
      read_checkpoint(folder.place.path() / kWeightIndex);
    } catch (const InputError& error) {
      ++refused;
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
    }
    write(file, good);
  }
  CHECK(refused > 300);
  CHECK(refused < 900);
}
