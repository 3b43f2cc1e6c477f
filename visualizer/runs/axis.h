#pragma once
// How far a run is, in steps, tokens, FLOPs or seconds: what curves are drawn over and what runs are compared at.

#include "visualizer/runs/source.h"

namespace tinymor {

enum class CurveAxis { steps, tokens, flops, seconds };
/// "step", "tokens", ...
const char* axis_unit(CurveAxis axis, bool of_images);

/// The step of a place on the axis, and the other way round. The FLOPs are those of the honest count, backward
/// included; 0 where the configuration does not say.
class AxisMap {
 public:
  /// The source must live as long.
  AxisMap(const Source& source, CurveAxis axis);
  double at(int64_t step) const;
  int64_t step(double x) const;

 private:
  const RunHistory& history_;
  bool seconds_;
  double scale_ = 1;
};

}  // namespace tinymor
