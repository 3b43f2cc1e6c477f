#pragma once
// The window's only door to models: loading one, and decoding text with one.

#include <atomic>
#include <filesystem>
#include <memory>

#include "mor/generate.h"
#include "mor/vit.h"
#include "trainer/loop/run_folder.h"
#include "visualizer/runs/generation.h"

namespace tinymor {

SampleOptions sample_options(const Sampling& sampling);

/// A decoder over `loaded`, which it keeps alive.
std::unique_ptr<Decoder> model_decoder(LoadedModel loaded);
/// The same of a model of images, which looks at images and writes nothing.
std::unique_ptr<Decoder> image_decoder(std::shared_ptr<const ImageModel> model);

/// Loads the model anew for every text, so that a run that trains elsewhere writes with the weights that it has by
/// then. `model`: a file, or a run folder.
DecoderFactory file_decoder(const std::filesystem::path& model, Checkpoint checkpoint = Checkpoint::best,
                            bool of_images = false);

}  // namespace tinymor
