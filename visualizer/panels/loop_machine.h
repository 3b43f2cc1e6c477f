#pragma once
// The machine of the page "Loop": the model as boxes, an arrow that leads back, a gate, and the tokens as chips on
// their way. A picture of one event of a story, or on the way to it from the event before.

#include <string>
#include <vector>

#include "visualizer/panels/loop_places.h"

namespace tinymor {

/// Draws the machine, the chips and, where there is room, the cache as far as the story has come; returns where each
/// token of the story is, an empty box for one that is a word of the sentence now.
std::vector<Box> draw_machine(Canvas& canvas, const Box& area, const LoopPicture& picture);

}  // namespace tinymor
