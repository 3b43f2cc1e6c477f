#include "mor/llama_checkpoint.h"

#include <map>
#include <set>
#include <string>

#include "mor/llama_config.h"
#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/json.h"
#include "tensor/safetensors.h"

namespace tinymor {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEmbedding = "model.embed_tokens.weight";
constexpr const char* kHead = "lm_head.weight";

/// The names and shapes of a vanilla model's tensors, known before any memory is taken for them.
std::map<std::string, Shape> llama_shapes(const ModelConfig& c) {
  const int64_t kv = c.n_kv_heads * c.d_head();
  std::map<std::string, Shape> shapes{{kEmbedding, {c.vocab_size, c.d_model}}, {"model.norm.weight", {c.d_model}}};
  if (!c.tie_embeddings) shapes[kHead] = {c.vocab_size, c.d_model};
  for (int64_t l = 0; l < c.n_layers; ++l)
    for (const auto& [part, shape] : std::map<std::string, Shape>{{"input_layernorm", {c.d_model}},
                                                                  {"post_attention_layernorm", {c.d_model}},
                                                                  {"self_attn.q_proj", {c.d_model, c.d_model}},
                                                                  {"self_attn.k_proj", {kv, c.d_model}},
                                                                  {"self_attn.v_proj", {kv, c.d_model}},
                                                                  {"self_attn.o_proj", {c.d_model, c.d_model}},
                                                                  {"mlp.gate_proj", {c.d_ff, c.d_model}},
                                                                  {"mlp.up_proj", {c.d_ff, c.d_model}},
                                                                  {"mlp.down_proj", {c.d_model, c.d_ff}}})
      shapes[fmt::format("model.layers.{}.{}.weight", l, part)] = shape;
  return shapes;
}

/// Gathers the tensors of one model from its files. Each is checked as it comes, so that no more memory is taken than
/// for the model and one file.
class Gathering {
 public:
  explicit Gathering(ModelConfig config) : config_(std::move(config)), shapes_(llama_shapes(config_)) {}

  void take(const fs::path& file, const SafetensorsFile& read) {
    for (const auto& [name, tensor] : read.tensors) {
      if (name.ends_with(".rotary_emb.inv_freq")) continue;  // follows from rope_theta; older files have it
      const bool repeated = config_.tie_embeddings && name == kHead;
      const auto expected = shapes_.find(repeated ? kEmbedding : name);
      const auto require = [&, &name = name](bool ok, const std::string& why) {
        check_input(ok, "{}: tensor {}: {} (use another copy, or the config.json that belongs to it)", file.string(),
                    cited(name), why);
      };
      require(expected != shapes_.end(), "a model of its config.json has no such tensor");
      require(tensor.shape() == expected->second,
              fmt::format("has the shape {}, and {} by its config.json", tensor.shape(), expected->second));
      require(tensors_.emplace(name, tensor).second, "is in two of the model's files");
    }
  }

  /// The model that they make, when none is missing. `file` is what the model was read from.
  Model model(const fs::path& file) {
    for (const auto& [name, shape] : shapes_)
      check_input(tensors_.contains(name), "{}: tensor \"{}\" is missing (use another copy)", file.string(), name);
    if (const auto head = tensors_.find(kHead); config_.tie_embeddings && head != tensors_.end()) {
      check_input(head->second.to_vector() == tensors_[kEmbedding].to_vector(),
                  "{}: {} differs from {}, but \"tie_word_embeddings\" in config.json says that they are one (make it "
                  "false)",
                  file.string(), kHead, kEmbedding);
      tensors_.erase(head);
    }
    Model model(config_, 0);
    model.load_state_dict(tensors_);
    return model;
  }

 private:
  const ModelConfig config_;
  const std::map<std::string, Shape> shapes_;
  std::map<std::string, Tensor> tensors_;
};

/// The files that an index names, which must be files of its own folder.
std::set<std::string> files_of(const fs::path& index) {
  const nlohmann::json json = parse_json(read_file(index, 8 << 20), index.string(), 3);
  const bool usable = json.is_object() && json.contains("weight_map") && json["weight_map"].is_object();
  check_input(usable, "{}: has no \"weight_map\" (damaged: use another copy)", index.string());
  std::set<std::string> files;
  for (const auto& [tensor, file] : json["weight_map"].items()) {
    check_input(file.is_string(), "{}: the file of {} is not a name (damaged: use another copy)", index.string(),
                cited(tensor));
    const std::string name = file.get<std::string>();
    check_input(name.ends_with(".safetensors") && name.find_first_of("/\\") == name.npos,
                "{}: {} is not a .safetensors file of its folder (use another copy)", index.string(), cited(name));
    files.insert(name);
  }
  return files;
}

std::string name_of_config(const fs::path& weights) {
  return (weights.parent_path() / "config.json").string();
}

}  // namespace

Model llama_model(const fs::path& file, const SafetensorsFile& read, const std::string& config_json) {
  Gathering gathering(config_from_llama(config_json, name_of_config(file)));
  gathering.take(file, read);
  return gathering.model(file);
}

Model read_llama_index(const fs::path& index, const std::string& config_json) {
  Gathering gathering(config_from_llama(config_json, name_of_config(index)));
  for (const std::string& name : files_of(index)) {
    const fs::path file = index.parent_path() / name;
    gathering.take(file, read_safetensors(file));
  }
  return gathering.model(index);
}

}  // namespace tinymor
