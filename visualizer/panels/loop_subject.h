#pragma once
// What goes through the machine of the page "Loop", at its top: a sentence whose words carry blocks, or an image.

#include <vector>

#include "visualizer/panels/loop_told.h"

namespace tinymor {

/// The words in large letters, each with a block for every pass that it has taken so far, and in the end its guess.
/// Returns where the words are; `area` ends below them.
std::vector<Box> draw_sentence(Canvas& canvas, const Source& source, AppState& state, const Told& told, Box& area);
/// The image on the tints of its patches, and what the model takes it for. Returns where the patches are.
std::vector<Box> draw_told_image(Canvas& canvas, const Source& source, AppState& state, const Told& told,
                                 const std::vector<const Image*>& patches, const Box& area);

}  // namespace tinymor
