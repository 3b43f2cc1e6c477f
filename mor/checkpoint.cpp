#include "mor/checkpoint.h"

#include "mor/counts.h"
#include "mor/llama_checkpoint.h"
#include "mor/llama_config.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/safetensors.h"

namespace tinymor {
namespace {

/// A kind of checkpoint: what its metadata calls it, and called it before; the program that writes it, and what its
/// model sees.
struct Format {
  const char *name, *old_name, *writer, *sees;
};
constexpr Format kText{"1", "tinymor-1", "tinymor train", "text"};
constexpr Format kImages{"images-1", "tinymor-images-1", "tinymor images", "images"};

// Hugging Face's libraries refuse files with another "format".
std::map<std::string, std::string> metadata_of(const Format& format, const ModelConfig& config) {
  return {{"format", "pt"}, {"tinymor", format.name}, {"config", config_to_json(config)}};
}

bool is_of(const SafetensorsFile& file, const Format& format) {
  return file.text("tinymor") == format.name || file.text("format") == format.old_name;
}

/// What to call the weights in `file`, which tinymor did not write.
const char* foreign(const SafetensorsFile& file) {
  return file.tensors.contains("model.embed_tokens.weight")
             ? "the weights of a Llama model as Hugging Face keeps them, without a config.json beside them and"
             : "tensors,";
}

int64_t whole_number(const SafetensorsFile& file, const std::string& key) {
  const std::optional<int64_t> value = file.number<int64_t>(key);
  check_input(value.has_value(), "\"{}\" in its metadata is not a whole number (mend it, or save the model again)",
              key);
  return *value;
}

/// The model of that configuration with the numbers of the file. `expected`: how many it has, so that no memory is
/// taken for a model of the size that the metadata claims.
template <class SomeModel, class SomeConfig>
SomeModel filled(const SafetensorsFile& file, const SomeConfig& config, int64_t expected) {
  int64_t elements = 0;
  for (const auto& [name, tensor] : file.tensors) elements += tensor.count();
  check_input(elements == expected,
              "holds {} numbers, but a model of its configuration has {} (it is damaged; use another copy)", elements,
              expected);
  SomeModel model(config, 0);
  model.load_state_dict(file.tensors);
  return model;
}

/// What `make` makes of `file`, read from `path`, which must be of `format`. Errors begin with the path.
template <class Make>
auto read_as(const std::filesystem::path& path, const SafetensorsFile& file, const Format& format, Make make) {
  for (const Format& other : {kText, kImages})
    check_input(!is_of(file, other) || other.sees == format.sees,
                "{}: is a model of {}, not of {} (use a file that {} wrote)", path.string(), other.sees, format.sees,
                format.writer);
  check_input(!file.text("tinymor").starts_with("trainer-"),
              "{}: is what a run goes on from, not a model (use the model.safetensors beside it)", path.string());
  check_input(is_of(file, format),
              "{}: holds {} without the configuration that {} puts into a model's metadata (use a file that it wrote)",
              path.string(), foreign(file), format.writer);
  try {
    return make(file);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace

std::string config_beside(const std::filesystem::path& file) {
  const std::filesystem::path config = file.parent_path() / "config.json";
  std::error_code ignored;
  return std::filesystem::is_regular_file(config, ignored) ? read_file(config, 1 << 20) : "";
}

std::string write_checkpoint(const Model& model) {
  SafetensorsFile file;
  file.tensors = model.state_dict();
  file.metadata = metadata_of(kText, model.config());
  return write_safetensors(file);
}

std::string write_checkpoint(const ImageModel& model) {
  const ImageConfig& config = model.config();
  SafetensorsFile file;
  file.tensors = model.state_dict();
  file.metadata = metadata_of(kImages, config.model);
  file.metadata["image_size"] = std::to_string(config.image_size);
  file.metadata["patch_size"] = to_text(config.patch);
  file.metadata["classes"] = std::to_string(config.classes);
  return write_safetensors(file);
}

Model read_checkpoint(const std::filesystem::path& path) {
  const std::string beside = config_beside(path);
  if (path.filename() == kWeightIndex) return read_llama_index(path, beside);
  const SafetensorsFile read = read_safetensors(path);
  const bool ours = read.metadata.contains("tinymor") || is_of(read, kText) || is_of(read, kImages);
  if (!ours && !transformers_model_type(beside).empty()) return llama_model(path, read, beside);
  return read_as(path, read, kText, [&](const SafetensorsFile& file) {
    const ModelConfig config = config_from_json(file.text("config"));
    check_llama_config(beside, "config.json beside it", config);
    const ParameterCounts counts = count_parameters(config);
    return filled<Model>(file, config, counts.total() + counts.buffers);
  });
}

ImageModel read_image_checkpoint(const std::filesystem::path& path) {
  return read_as(path, read_safetensors(path), kImages, [](const SafetensorsFile& file) {
    const std::optional<PatchSize> patch = patch_size_of(file.text("patch_size"));
    check_input(patch.has_value(),
                "\"patch_size\" in its metadata is not a whole number, or two with an x between them (mend it, or save "
                "the model again)");
    ImageConfig config{config_from_json(file.text("config")), whole_number(file, "image_size"), *patch,
                       whole_number(file, "classes")};
    config.resolve();
    return filled<ImageModel>(file, config, config.saved_numbers());
  });
}

}  // namespace tinymor
