#pragma once
// What may come next in a generated text, and which of it the draw takes: a part of the Generate panel. It works on the
// logits that are there already, so that temperature, top-k and top-p act at once and nothing is run again.

#include <optional>
#include <string>

#include "visualizer/draw/canvas.h"
#include "visualizer/runs/generation.h"

namespace tinymor {

/// Draws into `box`: the line of all that may be drawn with the draw's mark on it, and a bar for each of the likeliest:
/// broad as it is drawn, thin as the model alone has it. Returns the id of one that was clicked. Tagged candidates.N.
std::optional<int32_t> draw_candidates(Canvas& canvas, const Box& box, const Generation& text,
                                       const GenerateRequest& request);
/// The same as a line of text.
std::string candidates_text(const Generation& text, const GenerateRequest& request);

}  // namespace tinymor
