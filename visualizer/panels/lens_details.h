#pragma once
// What the depth lens shows below its rows: the predictions at one token, or how well the router's scores foresee where
// another recursion helps.

#include <string>
#include <vector>

#include "visualizer/draw/canvas.h"
#include "visualizer/runs/source.h"
#include "visualizer/views/lens_view.h"
#include "visualizer/views/text_view.h"

namespace tinymor {

/// "at most 2", or "as routed" for the last of `all` rows.
std::string most_recursions(size_t row, size_t all);

/// The candidates after position t at each number of recursions as bars; the token that did follow is bright.
void draw_predictions(Canvas& canvas, const Box& box, const Source& source, const LensView& lens, const TextView& view,
                      int t);

/// A token that a router let into one more recursion.
struct Choice {
  int token;  ///< Its position.
  double score;
  double benefit;  ///< By how many nats its prediction got better there.
  int recursion;   ///< From 1.
};
std::vector<Choice> choices_of(const LensView& lens, const TextView& view);
/// Whether high scores go with high benefits, in words.
std::string foresight(const std::vector<Choice>& choices);
/// Scores from left to right, benefits upwards: above the line the recursion helped. Says what the dot under the mouse
/// is; returns the one that is pressed, or for a key the one that harmed most.
const Choice* draw_choices(Canvas& canvas, const Box& box, const std::vector<Choice>& choices, const TextView& view);

}  // namespace tinymor
