#pragma once
// What may come next in a generated text, or might have come in place of a token of it, and which of it the draw takes:
// a part of the Generate panel. What comes next is drawn from the logits that are there already, so that temperature,
// top-k and top-p act at once and nothing is run again.

#include <optional>
#include <string>

#include "visualizer/draw/canvas.h"
#include "visualizer/runs/draw.h"

namespace tinymor {

/// A draw of a text, and what is drawn: the next token, or the token of that position.
struct ShownDraw {
  Draw draw;
  std::optional<int> token;
};

/// Draws into `box`: the line of all that may be drawn with the draw's mark on it, and a bar for each of the likeliest,
/// the last one for the token that is taken if it is not among them: broad as it is drawn, thin as the model alone has
/// it. Returns the id of a candidate for the next token that was clicked. Tagged candidates.N.
std::optional<int32_t> draw_candidates(Canvas& canvas, const Box& box, const Generation& text, const ShownDraw& shown);
/// The same as a line of text.
std::string candidates_text(const Generation& text, const ShownDraw& shown);

}  // namespace tinymor
