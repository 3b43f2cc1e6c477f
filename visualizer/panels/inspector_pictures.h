#pragma once
// The pictures of the inspector: what a token would guess after each recursion, and how its scores and its depth
// changed over the training.

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
float guesses_height(const AppState& state, int each);
/// A row for every recursion, each with as many guesses as there is room for: the token, its probability and a bar.
void draw_guesses(Canvas& canvas, const Box& box, const Source& source, AppState& state, int token);

}  // namespace tinymor
