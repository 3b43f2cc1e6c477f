#include "mor/checkpoint.h"

#include "mor/counts.h"
#include "tensor/error.h"
#include "tensor/safetensors.h"

namespace tinymor {

std::string write_checkpoint(const Model& model) {
  SafetensorsFile file;
  for (const Variable* parameter : model.parameters()) file.tensors[parameter->name()] = parameter->value();
  file.metadata = {{"format", "tinymor-1"}, {"config", config_to_json(model.config())}};
  return write_safetensors(file);
}

Model read_checkpoint(const std::filesystem::path& path) {
  const SafetensorsFile file = read_safetensors(path);
  const auto field = [&](const char* key) {
    const auto found = file.metadata.find(key);
    return found == file.metadata.end() ? std::string() : found->second;
  };
  check_input(field("format") == "tinymor-1",
              "{}: its metadata does not say \"format\": \"tinymor-1\" (use a file that "
              "tinymor train wrote)",
              path.string());
  ModelConfig config;
  try {
    config = config_from_json(field("config"));
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", path.string(), error.what()));
  }
  // Before memory is taken for a model of the size the metadata claims.
  int64_t elements = 0;
  for (const auto& [name, tensor] : file.tensors) elements += tensor.count();
  check_input(elements == count_parameters(config).total(),
              "{}: holds {} numbers, but a model of its configuration has {} (it is damaged; use another copy)",
              path.string(), elements, count_parameters(config).total());
  Model model(config, 0);
  for (Variable* parameter : model.parameters()) {
    const auto found = file.tensors.find(parameter->name());
    check_input(found != file.tensors.end(), "{}: the tensor {} is missing (it is damaged; use another copy)",
                path.string(), parameter->name());
    check_input(found->second.shape() == parameter->shape(),
                "{}: {} has the shape {}, not {} as its configuration says", path.string(), parameter->name(),
                found->second.shape(), parameter->shape());
    parameter->mutable_value().copy_from(found->second);
  }
  check_input(file.tensors.size() == model.parameters().size(),
              "{}: holds tensors that its configuration does not name", path.string());
  return model;
}

}  // namespace tinymor
