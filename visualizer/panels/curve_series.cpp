#include "visualizer/panels/curve_series.h"

#include <algorithm>
#include <functional>
#include <iterator>

#include "mor/counts.h"
#include "tensor/error.h"
#include "visualizer/panels/panel.h"

namespace tinymor {
namespace {

constexpr Metric metrics[] = {{"mean_depth", "recursions, batches", &StepMetrics::mean_depth},
                              {"tokens_per_second", "tokens per second", &StepMetrics::tokens_per_second},
                              {"lr", "learning rate", &StepMetrics::lr},
                              {"grad_norm", "gradient norm", &StepMetrics::grad_norm},
                              {"sampling_accuracy", "sampling accuracy", &StepMetrics::sampling_accuracy},
                              {"aux_loss", "auxiliary loss", &StepMetrics::aux_loss},
                              {"z_loss", "router z-loss", &StepMetrics::z_loss},
                              {"balance_loss", "balancing loss", &StepMetrics::balance_loss},
                              {"max_violation", "load violation", &StepMetrics::max_violation},
                              {"load_entropy", "load entropy, nats", &StepMetrics::load_entropy}};

template <class Record, class Get>
std::vector<double> column(const std::vector<Record>& records, Get&& get) {
  std::vector<double> out;
  out.reserve(records.size());
  for (const Record& record : records) out.push_back(double(get(record)));
  return out;
}

// The weight of the past: an average over about a hundredth of the run, so that the line neither lags nor jitters.
double smoothing(size_t steps) {
  return 1 - 1 / std::clamp(double(steps) / 120, 2.0, 200.0);
}

PlotSeries train_series(std::string name, Color color, const RunHistory& h, const AxisMap& axis, bool smoothed) {
  PlotSeries out{.name = std::move(name), .color = color};
  out.x = column(h.steps, [&](const StepMetrics& m) { return axis.at(m.step); });
  out.y = column(h.steps, [](const StepMetrics& m) { return m.loss; });
  if (smoothed) out.y = smooth(out.y, smoothing(out.y.size()));
  return out;
}

PlotSeries held_out_series(std::string name, Color color, const RunHistory& h, const AxisMap& axis,
                           double EvalMetrics::*loss) {
  PlotSeries out{.name = std::move(name), .color = color, .dots = true};
  out.x = column(h.evals, [&](const EvalMetrics& e) { return axis.at(e.step); });
  out.y = column(h.evals, [&](const EvalMetrics& e) { return e.*loss; });
  return out;
}

/// What one token costs forward, by the honest count in the middle of a text; 0 where the configuration does not say.
std::function<double(const StepMetrics&)> flops_at_depth(const Source& source) {
  if (source.history().of_images()) return [](const StepMetrics&) { return 0; };
  ModelConfig model = source.config().model;
  try {
    model.resolve();
  } catch (const Error&) {
    return [](const StepMetrics&) { return 0; };
  }
  const auto of = [&](int64_t depth) { return honest_flops_of_token(model, depth, model.max_seq_len / 2); };
  return [once = of(1), more = of(2) - of(1)](const StepMetrics& m) { return once + (m.mean_depth - 1) * more; };
}

}  // namespace

std::span<const Metric> step_metrics() {
  return metrics;
}

namespace {

const char* label_of(const Metric& metric, const Source& source) {
  const bool patches = metric.value == &StepMetrics::tokens_per_second && source.history().of_images();
  return patches ? "patches per second" : metric.label;
}

}  // namespace

std::string rival_name(const Source& source, const AppState& state, const Source& rival) {
  const bool is_b = &rival == state.compare.other && !state.plain;
  return (is_b ? "B: " : "") + short_name(rival) + (other_data(source, rival) ? " (other data)" : "");
}

namespace {

/// Of the run that is shown.
std::vector<PlotSeries> own_curves(const Source& source, const AppState& state) {
  const auto [color, dash] = look_of(state.compare, source);
  const Color paler = mix(color, ui::colors::text, 0.6), band = mix(color, ui::colors::card, 0.45);
  const RunHistory& h = source.history();
  const AxisMap axis(source, state.curve_axis);
  const bool one_rule = source.geometry().routing != Routing::expert_choice || h.of_images();
  std::vector<PlotSeries> out{train_series("train", paler, h, axis, state.smooth_loss)};
  if (state.smooth_loss) out[0].what = "smoothed";
  if (state.smooth_loss) out[0].ghost = column(h.steps, [](const StepMetrics& m) { return m.loss; });
  out.push_back(
      held_out_series(one_rule ? "held out" : "held out (training rule)", band, h, axis, &EvalMetrics::topk_loss));
  out.back().broad = true;
  if (!one_rule) out.push_back(held_out_series("held out (causal rule)", color, h, axis, &EvalMetrics::threshold_loss));
  for (PlotSeries& line : out) line.dash = dash;
  return out;
}

/// Of one of several runs.
std::vector<PlotSeries> run_curves(const Source& source, const AppState& state, const Source& run) {
  const AxisMap axis(run, state.curve_axis);
  const auto [color, dash] = look_of(state.compare, run);
  const std::string name = rival_name(source, state, run);
  std::vector<PlotSeries> out = {train_series(name, color, run.history(), axis, state.smooth_loss),
                                 held_out_series(name, color, run.history(), axis, &EvalMetrics::threshold_loss)};
  out[0].what = state.smooth_loss ? "train, smoothed" : "train";
  out[1].what = "held out";
  out[0].dash = out[1].dash = dash;
  return out;
}

}  // namespace

std::vector<PlotSeries> loss_curves(const Source& source, const AppState& state) {
  const std::vector<Source*> rivals = state.compare.drawn_rivals();
  std::vector<PlotSeries> out =
      state.plain && !rivals.empty() ? run_curves(source, state, source) : own_curves(source, state);
  for (const Source* rival : rivals)
    for (PlotSeries& line : run_curves(source, state, *rival)) out.push_back(std::move(line));
  return out;
}

std::vector<MetricCurves> metric_curves(const Source& source, const AppState& state) {
  const std::vector<Source*> rivals = state.compare.drawn_rivals();
  constexpr size_t always = 3;
  std::vector<std::pair<const Source*, PlotSeries>> runs;  // each with its line, but for what it tells
  const auto add_run = [&](const Source& run, std::string title, RunLook look) {
    const AxisMap axis(run, state.curve_axis);
    runs.push_back({&run, {.name = std::move(title), .color = look.color, .dash = look.dash}});
    runs.back().second.x = column(run.history().steps, [&](const StepMetrics& m) { return axis.at(m.step); });
  };
  for (const Source* rival : rivals) add_run(*rival, rival_name(source, state, *rival), look_of(state.compare, *rival));
  add_run(source, "", look_of(state.compare, source));  // on top
  std::vector<MetricCurves> out;
  const auto add = [&](const char* name, const char* label, auto&& values_of) {
    std::vector<double> own = values_of(source);
    if (out.size() >= always && std::all_of(own.begin(), own.end(), [](double v) { return v == 0; })) return;
    MetricCurves metric{name, label, {}};
    for (const auto& [run, line] : runs) {
      metric.runs.push_back(line);
      metric.runs.back().y = run == &source ? std::move(own) : values_of(*run);
    }
    metric.runs.back().name = label;
    out.push_back(std::move(metric));
  };
  // Recursions count among models that all have them and the same block.
  const auto recurs = [](const Source& run) { return run.geometry().recursions > 1; };
  const bool counts_layers = !rivals.empty() || !recurs(source);
  const std::string layers = fmt::format("layers per {}", unit_name(source.history().of_images()));
  for (const Metric& metric : metrics) {
    const bool as_layers = counts_layers && metric.value == &StepMetrics::mean_depth;
    add(metric.name, as_layers ? layers.c_str() : label_of(metric, source), [&](const Source& run) {
      return column(run.history().steps, [&](const StepMetrics& m) {
        return as_layers ? layers_at(run.geometry(), m.mean_depth) : m.*metric.value;
      });
    });
  }
  add("flops", "FLOPs per token", [](const Source& run) { return column(run.history().steps, flops_at_depth(run)); });
  return out;
}

}  // namespace tinymor
