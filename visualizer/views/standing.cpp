#include "visualizer/views/standing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "visualizer/views/run_facts.h"

namespace tinymor {
namespace {

/// As far as every run was evaluated; 0 where one was not, or the axis is not known.
double common_place(const std::vector<const Source*>& runs, CurveAxis axis) {
  double place = std::numeric_limits<double>::infinity();
  for (const Source* run : runs) {
    if (diverged_at(run->history())) continue;
    const std::vector<EvalMetrics>& evals = run->history().evals;
    place = std::min(place, evals.empty() ? 0 : AxisMap(*run, axis).at(evals.back().step));
  }
  return std::isfinite(place) ? place : 0;
}

/// Whether the learning rate of a run comes down after this step.
bool cools_after(const Source& run, int64_t step) {
  return step < run.planned_steps() && run.config().train.schedule != ScheduleKind::constant;
}

std::optional<Standing> standing_at(const std::vector<const Source*>& runs, CurveAxis axis) {
  Standing out{axis, common_place(runs, axis)};
  if (out.place <= 0) return std::nullopt;
  for (size_t i = 0; i < runs.size(); ++i) {
    const bool diverged = diverged_at(runs[i]->history()).has_value();
    out.losses.push_back(diverged ? std::nan("") : held_out_loss(*runs[i], axis, out.place));
    if (std::isfinite(out.losses[i]) && cools_after(*runs[i], AxisMap(*runs[i], axis).step(out.place)))
      out.cooling.push_back(i);
  }
  const std::vector<size_t> order = ranking(out.losses);
  if (order.size() < 2) return std::nullopt;
  out.leader = order[0];
  out.second = order[1];
  out.lead = out.losses[out.second] - out.losses[out.leader];
  out.too_close = out.lead < seed_noise;
  return out;
}

}  // namespace

double held_out_loss(const Source& run, CurveAxis axis, double place) {
  const AxisMap map(run, axis);
  const EvalMetrics* before = nullptr;
  for (const EvalMetrics& e : run.history().evals) {
    const double at = map.at(e.step);
    if (at == place) return e.threshold_loss;
    if (at > place) {
      if (!before) break;
      const double from = map.at(before->step), part = (place - from) / (at - from);
      return before->threshold_loss + part * (e.threshold_loss - before->threshold_loss);
    }
    before = &e;
  }
  return std::nan("");
}

std::vector<size_t> ranking(const std::vector<double>& losses) {
  std::vector<size_t> order;
  for (size_t i = 0; i < losses.size(); ++i)
    if (std::isfinite(losses[i])) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return losses[a] < losses[b]; });
  return order;
}

std::vector<Standing> standings(const std::vector<const Source*>& runs) {
  std::vector<Standing> out;
  for (const CurveAxis axis : {CurveAxis::steps, CurveAxis::flops, CurveAxis::seconds})
    if (const auto standing = standing_at(runs, axis)) out.push_back(*standing);
  return out;
}

}  // namespace tinymor
