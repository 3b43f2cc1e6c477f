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

/// What a run is called beside the one that is shown; says so where it is of other data, and, unless the picture is
/// plain, where it is B.
std::string rival_name(const Source& source, const AppState& state, const Source& rival);

/// Loss of the batches, smoothed over its raw values or not, and held-out loss under each rule: of the run that is
/// shown, and under its name of each that is drawn beside it. In a plain picture they all are drawn alike.
std::vector<PlotSeries> loss_curves(const Source& source, const AppState& state);

/// A metric of the runs that are drawn, the last of them the one that is shown.
struct MetricCurves {
  std::string name, label;
  std::vector<PlotSeries> runs;
};
/// The metrics that are drawn, beyond the first few only those that are not 0 throughout, and FLOPs per token.
std::vector<MetricCurves> metric_curves(const Source& source, const AppState& state);

}  // namespace tinymor
