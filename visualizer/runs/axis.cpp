#include "visualizer/runs/axis.h"

#include <algorithm>
#include <cmath>

#include "mor/counts.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

// What a training step adds to the axis.
double per_step(const Source& source, CurveAxis axis) {
  const TrainConfig& train = source.config().train;
  ModelConfig model = source.config().model;
  const double tokens = double(train.batch_size) * double(train.grad_accumulation) * double(model.max_seq_len);
  if (axis == CurveAxis::steps) return 1;
  if (axis == CurveAxis::tokens) return tokens;
  try {
    model.resolve();
    if (source.history().of_images()) {
      const ImageSnapshot& s = source.history().images.front();
      const double pixels = double(s.height) * double(s.width) / (double(s.rows) * double(s.columns));
      return 3 * double(train.batch_size) * honest_flops_per_image(model, pixels);
    }
    return 3 * tokens * honest_flops_per_token(model, model.max_seq_len);
  } catch (const Error&) {
    return 0;
  }
}

}  // namespace

const char* axis_unit(CurveAxis axis, bool of_images) {
  if (axis == CurveAxis::tokens) return unit_names(of_images);
  static constexpr const char* units[] = {"step", "tokens", "FLOPs", "seconds"};
  return units[int(axis)];
}

AxisMap::AxisMap(const Source& source, CurveAxis axis)
    : history_(source.history()), seconds_(axis == CurveAxis::seconds) {
  if (!seconds_) scale_ = per_step(source, axis);
}

double AxisMap::at(int64_t step) const {
  if (!seconds_) return double(step) * scale_;
  const auto found = std::lower_bound(history_.steps.begin(), history_.steps.end(), step,
                                      [](const StepMetrics& m, int64_t s) { return m.step < s; });
  if (step <= 0 || history_.steps.empty()) return 0;
  const double seconds = found == history_.steps.end() ? history_.steps.back().seconds : found->seconds;
  return std::isfinite(seconds) ? seconds : 0;
}

int64_t AxisMap::step(double x) const {
  constexpr double most = 1e18;  // llround of more is anything
  if (!seconds_) return scale_ > 0 && std::isfinite(x) ? std::llround(std::clamp(x / scale_, -most, most)) : 0;
  const auto found = std::lower_bound(history_.steps.begin(), history_.steps.end(), x,
                                      [](const StepMetrics& m, double s) { return m.seconds < s; });
  return found == history_.steps.end() ? history_.last_step() : found->step;
}

}  // namespace tinymor
