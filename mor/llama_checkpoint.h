#pragma once
// The weights of a Llama model as Hugging Face's transformers keeps them: one .safetensors file, or several and an
// index of who is where, with a config.json beside them.

#include <filesystem>
#include <string>

#include "mor/model.h"
#include "tensor/safetensors.h"

namespace tinymor {

/// The index of a model in several files.
inline constexpr const char* kWeightIndex = "model.safetensors.index.json";

/// The vanilla model whose weights `read` from `file` are and whose config.json is `config`. A head that repeats a tied
/// embedding is left out. Everything may be hostile. Throws InputError when the model is not one that is computed here
/// (config_from_llama), or has other tensors than its config.json says.
Model llama_model(const std::filesystem::path& file, const SafetensorsFile& read, const std::string& config);
/// The same for the files that `index` names. Throws InputError also when it names any outside its folder.
Model read_llama_index(const std::filesystem::path& index, const std::string& config);

}  // namespace tinymor
