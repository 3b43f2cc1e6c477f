#include "mor/checkpoint.h"

#include "mor/counts.h"
#include "tensor/error.h"
#include "tensor/safetensors.h"

namespace tinymor {

std::string write_checkpoint(const Model& model) {
  SafetensorsFile file;
  file.tensors = model.state_dict();
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
  try {
    const ModelConfig config = config_from_json(field("config"));
    // Before memory is taken for a model of the size the metadata claims.
    int64_t elements = 0;
    for (const auto& [name, tensor] : file.tensors) elements += tensor.count();
    const ParameterCounts counts = count_parameters(config);
    check_input(elements == counts.total() + counts.buffers,
                "holds {} numbers, but a model of its configuration has {} (it is damaged; use another copy)", elements,
                counts.total() + counts.buffers);
    Model model(config, 0);
    model.load_state_dict(file.tensors);
    return model;
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace tinymor
