#include "mor/checkpoint.h"

#include "mor/counts.h"
#include "tensor/error.h"
#include "tensor/safetensors.h"

namespace tinymor {
namespace {

/// A kind of checkpoint: what its metadata calls it, the program that writes it, and what its model sees.
struct Format {
  const char *name, *writer, *sees;
};
constexpr Format kText{"tinymor-1", "tinymor train", "text"};
constexpr Format kImages{"tinymor-images-1", "tinymor images", "images"};

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

/// What `make` makes of the file at `path`, which is to be of `format`. Errors begin with the path.
template <class Make>
auto read_as(const std::filesystem::path& path, const Format& format, Make make) {
  const SafetensorsFile file = read_safetensors(path);
  for (const Format& other : {kText, kImages})
    check_input(file.text("format") != other.name || other.sees == format.sees,
                "{}: is a model of {}, not of {} (use a file that {} wrote)", path.string(), other.sees, format.sees,
                format.writer);
  check_input(file.text("format") == format.name,
              "{}: its metadata does not say \"format\": \"{}\" (use a file that {} wrote)", path.string(), format.name,
              format.writer);
  try {
    return make(file);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace

std::string write_checkpoint(const Model& model) {
  SafetensorsFile file;
  file.tensors = model.state_dict();
  file.metadata = {{"format", kText.name}, {"config", config_to_json(model.config())}};
  return write_safetensors(file);
}

std::string write_checkpoint(const ImageModel& model) {
  const ImageConfig& config = model.config();
  SafetensorsFile file;
  file.tensors = model.state_dict();
  file.metadata = {{"format", kImages.name},
                   {"config", config_to_json(config.model)},
                   {"image_size", std::to_string(config.image_size)},
                   {"patch_size", std::to_string(config.patch_size)},
                   {"classes", std::to_string(config.classes)}};
  return write_safetensors(file);
}

Model read_checkpoint(const std::filesystem::path& path) {
  return read_as(path, kText, [](const SafetensorsFile& file) {
    const ModelConfig config = config_from_json(file.text("config"));
    const ParameterCounts counts = count_parameters(config);
    return filled<Model>(file, config, counts.total() + counts.buffers);
  });
}

ImageModel read_image_checkpoint(const std::filesystem::path& path) {
  return read_as(path, kImages, [](const SafetensorsFile& file) {
    ImageConfig config{config_from_json(file.text("config")), whole_number(file, "image_size"),
                       whole_number(file, "patch_size"), whole_number(file, "classes")};
    config.resolve();
    return filled<ImageModel>(file, config, config.saved_numbers());
  });
}

}  // namespace tinymor
