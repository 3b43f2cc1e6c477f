#pragma once
// A model in a file: model.safetensors in the layout of a Hugging Face Llama checkpoint, each unique weight once, the
// configuration in the metadata. An image model is stored the same way.

#include <filesystem>
#include <string>

#include "mor/model.h"
#include "mor/vit.h"

namespace tinymor {

/// The bytes of the checkpoint.
std::string write_checkpoint(const Model& model);
std::string write_checkpoint(const ImageModel& model);
/// The text of the config.json beside the weights in `file`; empty where there is no such file.
std::string config_beside(const std::filesystem::path& file);
/// Reads a checkpoint, which may be hostile. Throws InputError when the file is missing, is not a tinymor checkpoint of
/// that kind, or has other tensors than its configuration says, and for a text model when a config.json beside it asks
/// for something that tinymor does not compute. A text model may also be one of Hugging Face (mor/llama_checkpoint.h):
/// weights without tinymor's metadata beside a config.json, or the index of several files.
Model read_checkpoint(const std::filesystem::path& file);
ImageModel read_image_checkpoint(const std::filesystem::path& file);

}  // namespace tinymor
