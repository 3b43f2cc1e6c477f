#pragma once
// The pictures of the inspector: what would be guessed after each recursion, of a token or of an image, and how the
// scores and the depth of a token or a patch changed over the training.

#include <optional>
#include <vector>

#include "visualizer/runs/source.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// A router's scores of a token, or of a patch, at each step of the training that saw the same text, or image.
struct ScoreCurve {
  std::vector<double> steps;
  std::vector<std::vector<double>> scores;  ///< [recursions][steps]; NaN where there was none.
  std::vector<int> depths;                  ///< [steps]
};
ScoreCurve token_curve(const Source& source, const AppState& state, int token);
ScoreCurve patch_curve(const Source& source, const AppState& state, PatchRef patch);
/// Scores as lines, depths as a row of digits, and the step that is shown.
void draw_curve(Canvas& canvas, const Box& box, const ScoreCurve& curve, int64_t step);

/// How high the guesses are with one or more of them for each recursion.
float guesses_height(const Guesses& guesses, int each);
/// A row for every recursion, each with as many guesses as there is room for: the probability, the token or class, and
/// a bar. `token`: what is guessed follows it; -1: it is the class of an image.
void draw_guesses(Canvas& canvas, const Box& box, const Source& source, AppState& state, const Guesses& guesses,
                  int token);

}  // namespace tinymor
