#pragma once
// What each run that is open gives and costs: a point of held-out loss over training speed. Towards the lower right is
// better; a run with none below it to its right is worth its price.

#include <string>
#include <vector>

#include "visualizer/state/app_state.h"

namespace tinymor {

struct RunPoint {
  std::string name;
  double speed = 0;  ///< Tokens per second in training, the median of the newest steps.
  double loss = 0;   ///< Held out, by the causal rule, nats, as last evaluated.
  Color color;
};
/// Of the runs that are drawn, but for those on other data and those of which a number is not
/// known yet.
std::vector<RunPoint> run_points(const Source& source, const AppState& state);

/// "36.5k tokens/s in training, 0.542 nats held out".
std::string run_text(const RunPoint& point);

/// Names without room are shown beside the mouse, as all numbers are.
void draw_runs(Canvas& canvas, const Box& box, const std::vector<RunPoint>& points);

}  // namespace tinymor
