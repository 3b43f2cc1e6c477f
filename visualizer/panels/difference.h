#pragma once
// What differs between the two sides of the compare panel: a table of numbers, and the text token by token.

#include <string>
#include <vector>

#include "visualizer/draw/canvas.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// A number of both sides.
struct Quantity {
  std::string name;
  double a, b;
  bool comparable = true;  ///< Whether B - A means something.
};
std::vector<Quantity> quantities(const Source& source, const AppState& state);
void draw_numbers(Canvas& canvas, const Box& box, const std::vector<Quantity>& all);

/// The text, tinted by which side predicts better, with as many strokes as the depths differ by; of images, which ones
/// only one side tells right.
void draw_difference(Canvas& canvas, const Box& box, const Source& source, AppState& state);

}  // namespace tinymor
