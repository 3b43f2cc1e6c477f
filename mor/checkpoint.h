#pragma once
// A model in a file: model.safetensors in the layout of a Hugging Face Llama checkpoint, each unique weight once, the
// configuration in the metadata.

#include <filesystem>
#include <string>

#include "mor/model.h"

namespace tinymor {

/// The bytes of the checkpoint.
std::string write_checkpoint(const Model& model);
/// Reads a checkpoint, which may be hostile. Throws InputError when the file is missing, is not a tinymor checkpoint,
/// or has other tensors than its configuration says.
Model read_checkpoint(const std::filesystem::path& file);

}  // namespace tinymor
