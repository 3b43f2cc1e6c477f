#pragma once
// The lines of the panel of curves, made from what runs have recorded.

#include <span>
#include <string>
#include <vector>

#include "visualizer/panels/run_look.h"

namespace tinymor {

/// What a step tells beside its loss.
struct Metric {
  const char *name, *label;
  double StepMetrics::*value;
};
std::span<const Metric> step_metrics();

/// What another run is called beside this one; says so where it is of other data.
std::string rival_name(const Source& source, const Comparison& beside, const Source& rival);

/// Loss of the batches, smoothed over its raw values or not, and held-out loss under each rule.
std::vector<PlotSeries> loss_curves(const Source& source, const Comparison& beside, CurveAxis axis, bool smoothed);
/// The same of another run, at the same places of the axis.
std::vector<PlotSeries> rival_curves(const Source& source, const Comparison& beside, size_t rival, CurveAxis axis,
                                     bool smoothed);

/// A metric of several runs, the last of them the one that is shown.
struct MetricCurves {
  std::string name, label;
  std::vector<PlotSeries> runs;
};
/// The metrics that are drawn, beyond the first few only those that are not 0 throughout, and FLOPs per token.
std::vector<MetricCurves> metric_curves(const Source& source, const Comparison& beside, CurveAxis axis);

}  // namespace tinymor
