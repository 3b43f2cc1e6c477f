#pragma once
// What the page "Loop" says and needs beside its machine.

#include <memory>
#include <string>
#include <vector>

#include "visualizer/panels/loop_places.h"
#include "visualizer/runs/source.h"

namespace tinymor {

/// "first layer, then a shared block of 2 layers up to 3 times, then last layer".
std::string machine_words(const Geometry& geometry);
/// What happens at an event, as a sentence.
std::string event_text(const LoopPicture& picture);
/// What an event teaches about the model, as a second sentence: why it is built so, what it costs or saves.
std::string why_text(const LoopPicture& picture);
/// "14 of 24 passes through the block", and the share of all.
std::string work_text(const LoopPicture& picture);
/// " · layers per token: 5.3 of 8" so far; empty where the model's shape is not known.
std::string layers_text(const Source& source, const LoopPicture& picture);
/// [T] the likeliest next token at each position of a traced text; empty where the trace does not name it.
std::vector<int32_t> guesses_of(const Trace& trace, int tokens);
/// The token that is shown while none is pointed at or pinned: of the first sentence of a text, which has tokens, the
/// first one with the largest depth, a word where there is one.
int told_token(const TextView& text);
/// Every patch of an image, ink on paper.
std::vector<std::shared_ptr<const Image>> patch_images(const ImageSnapshot& images, int image);

}  // namespace tinymor
