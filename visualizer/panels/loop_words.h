#pragma once
// What the page "Loop" says and needs beside its machine.

#include <memory>
#include <string>
#include <vector>

#include "visualizer/panels/loop_machine.h"
#include "visualizer/runs/source.h"

namespace tinymor {

/// "first layer, then a shared block of 2 layers up to 3 times, then last layer".
std::string machine_words(const Geometry& geometry);
/// " · layers per token: 5.3 of 8" so far; empty where the model's shape is not known.
std::string layers_text(const Source& source, const LoopPicture& picture);
/// The likeliest of some guesses in words, without its probability.
std::string first_guess(const std::string& likely);
/// The first token with the largest depth among [from, to).
int deepest_token(const TextView& text, int from, int to);
/// Every patch of an image, ink on paper.
std::vector<std::shared_ptr<const Image>> patch_images(const ImageSnapshot& images, int image);

}  // namespace tinymor
