// How training goes: loss of the batches and of held-out text under both rules, and small plots of what else
// a step tells.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "visualizer/draw/memo.h"
#include "visualizer/draw/plot.h"
#include "visualizer/panels/curve_series.h"
#include "visualizer/panels/panels.h"
#include "visualizer/panels/runs_table.h"
#include "visualizer/runs/rest.h"
#include "visualizer/views/run_facts.h"

namespace tinymor {
namespace {

/// "1.98 recursions per token", or of a model without any "all 8 layers per token".
std::string depth_words(const Source& source, double depth) {
  const std::string much = source.geometry().recursions > 1
                               ? fmt::format("{:.2f} {}s", depth, source.geometry().depth_unit())
                               : all_layers(source.geometry());
  return fmt::format("{} per {}", much, unit_name(source.history().of_images()));
}

/// What the model wrote after the newest evaluation; empty in older recordings and for images.
std::string newest_sample(const RunHistory& history) {
  const auto is_sample = [](const RunEvent& event) { return event.kind == RunEvent::sample; };
  const auto newest = std::find_if(history.events.rbegin(), history.events.rend(), is_sample);
  return newest == history.events.rend() ? "" : newest->text;
}

std::string last_values(const Source& source) {
  const RunHistory& history = source.history();
  std::string out;
  if (!history.steps.empty()) {
    const StepMetrics& m = history.steps.back();
    out = fmt::format("step {}: loss {} nats, gradient norm {}, learning rate {:.2g}, {}, {} {}/s", m.step,
                      decimal(m.loss, 3), decimal(m.grad_norm, 2), m.lr, depth_words(source, m.mean_depth),
                      short_number(m.tokens_per_second), unit_names(history.of_images()));
  }
  if (!history.evals.empty()) {
    const EvalMetrics& e = history.evals.back();
    out += fmt::format("\nheld out at step {}: {} nats", e.step, decimal(e.topk_loss, 3));
    if (source.geometry().routing == Routing::expert_choice && !history.of_images())
      out += fmt::format(" by the training rule, {} by the causal rule", decimal(e.threshold_loss, 3));
    if (e.bits_per_byte > 0) out += fmt::format(", {} bits per byte", decimal(e.bits_per_byte, 3));
  }
  if (const std::string words = newest_sample(history); !words.empty()) out += "\nwrites: " + words;
  if (const auto diverged = diverged_at(history))
    out += fmt::format("\nthe run diverged: from step {} on its loss is not a number", *diverged);
  return out;
}

std::string newest_held_out(const Source& source) {
  const std::vector<EvalMetrics>& evals = source.history().evals;
  if (diverged_at(source.history())) return "diverged";
  return evals.empty() ? "-" : fmt::format("{:.3f}", evals.back().threshold_loss);
}

/// Whether the newest held-out losses of all runs on the same data are closer together than another seed can put them.
bool may_be_luck(const Source& source, const std::vector<Source*>& rivals) {
  std::vector<double> losses;
  const auto add = [&](const Source& run) {
    const std::vector<EvalMetrics>& evals = run.history().evals;
    if (!evals.empty() && !diverged_at(run.history())) losses.push_back(evals.back().threshold_loss);
  };
  add(source);
  for (const Source* rival : rivals)
    if (!other_data(source, *rival)) add(*rival);
  const auto [least, most] = std::minmax_element(losses.begin(), losses.end());
  return losses.size() >= 2 && *most - *least < seed_noise;
}

/// The mean of the ten recorded steps that end at `step`; before the first, what that began with.
double loss_at(const RunHistory& history, int64_t step) {
  const auto end = std::upper_bound(history.steps.begin(), history.steps.end(), step,
                                    [](int64_t at, const StepMetrics& m) { return at < m.step; });
  const auto begin = end - std::min<ptrdiff_t>(10, end - history.steps.begin());
  if (begin == end) return history.steps.empty() ? std::nan("") : history.steps.front().loss;
  double sum = 0;
  for (auto m = begin; m != end; ++m) sum += m->loss;
  return sum / double(end - begin);
}

/// The line's value there, or its last one.
double value_at(const PlotSeries& line, std::optional<double> x) {
  const size_t count = std::min(line.x.size(), line.y.size());
  const auto end = line.x.begin() + ptrdiff_t(count), after = x ? std::upper_bound(line.x.begin(), end, *x) : end;
  return count == 0 ? std::nan("") : line.y[size_t(std::max<ptrdiff_t>(1, after - line.x.begin()) - 1)];
}

/// What a person should know of the training, a line each.
std::vector<std::string> remarks(const Source& source) {
  std::vector<std::string> out = source.told();
  if (const auto since = rises_since(source.history().evals); since)
    out.push_back(
        fmt::format("held-out loss rises since step {}: the best weights so far are kept in best.safetensors", *since));
  return out;
}

bool compares_steps(const AppState& state) {
  return state.mark_compared && !state.compare.other && state.shown.any() && state.compare.shown.any();
}

/// The two marks in words.
std::string marks_line(const RunHistory& history, const AppState& state) {
  const int64_t a = state.shown.step, b = state.compare.shown.step;
  const double loss_a = loss_at(history, a), loss_b = loss_at(history, b);
  return fmt::format(
      "B - A: {:+.3f} nats \u00b7 A: {:.3f} at step {} \u00b7 B: {:.3f} at step {} \u00b7 means of 10 steps",
      loss_b - loss_a, loss_a, a, loss_b, b);
}

class CurvesPanel : public Panel {
 public:
  CurvesPanel() : Panel("curves", "Curves") {}

  std::string caption(const Source& source, const AppState& state) const override {
    const RunHistory& h = source.history();
    std::string out = fmt::format("loss in nats per {} by {}", h.of_images() ? "image" : "token",
                                  axis_unit(state.curve_axis, h.of_images()));
    const std::vector<Source*> rivals = state.compare.drawn_rivals();
    if (state.plain && !rivals.empty())
      return out + (state.smooth_loss ? " \u00b7 line: the batches, smoothed" : " \u00b7 line: the batches") +
             " \u00b7 line with dots: held-out " + (h.of_images() ? "images" : "text") +
             (rivals.size() < state.compare.rivals.size() ? " \u00b7 " + drawn_words(state.compare) : "");
    if (!rivals.empty()) {
      // What cannot be concluded comes first, where no narrow window cuts it off.
      const auto has_rules = [](const Source* run) { return !and_rule(*run, RuleView::causal).empty(); };
      const bool rules = has_rules(&source) || std::any_of(rivals.begin(), rivals.end(), has_rules);
      std::string held = may_be_luck(source, rivals) ? "one seed: may be luck \u00b7 " : "";
      held += fmt::format("newest held out: this run {}", newest_held_out(source));
      for (const Source* rival : rivals)
        held += fmt::format(", {} {}", rival_name(source, state, *rival),
                            other_data(source, *rival) ? "cannot be compared" : newest_held_out(*rival));
      return held + (h.of_images() || !rules ? " \u00b7 " : " \u00b7 causal rule, ") + out;
    }
    if (compares_steps(state)) return marks_line(h, state);
    if (!h.steps.empty())
      out += fmt::format(" \u00b7 last {} at step {}", decimal(h.steps.back().loss, 3), h.steps.back().step);
    if (state.smooth_loss) out += " \u00b7 smoothed, raw values behind";
    return out;
  }

  float controls(const Source& source, AppState& state, float right) override {
    ui::corner_chip("curves.log", "log", state.log_loss,
                    "Makes the axis of the loss logarithmic: equal factors are equally far apart", right);
    ui::corner_chip("curves.smooth", "smooth", state.smooth_loss, "Draws a moving average over the raw loss", right);
    state.curve_axis = CurveAxis(ui::corner_choice(
        "curves.axis", {"steps", unit_names(source.history().of_images()), "FLOPs", "time"}, int(state.curve_axis),
        {"Draws the curves over training steps", "Draws the curves over what was learned from",
         "Draws the curves over floating-point operations", "Draws the curves over the time that training took"},
        right));
    if (!state.compare.rivals.empty() && ui::corner_button("curves.runs", drawn_words(state.compare).c_str(),
                                                           "Chooses which of the runs are drawn", right))
      state.open.dialog = Dialog::runs;
    return right;
  }

  Table table(const Source& source, const AppState& state) const override {
    Table table{{"run", "step", "seconds", "loss"}};
    for (const Metric& metric : step_metrics()) table.columns.push_back(metric.name);
    for (const char* rule : {"topk_loss", "threshold_loss"}) table.columns.push_back(rule);
    add_rows(table, source);
    for (const Source* rival : state.compare.drawn_rivals()) add_rows(table, *rival);
    return table;
  }

 private:
  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    const Lines& lines = drawn_lines(source, state);
    Box box = free_box();
    const float em = ui::em(), letter = text_size("0", ui::Font::small).y;
    for (const std::string& line : remarks(source)) {
      if (box.height() < em * 12) break;
      ui::fitted_text(canvas, box.min, ui::u32(ui::colors::warn), line, box.width(), ui::Font::small);
      box.min.y += letter * 1.2f;
    }
    const int metrics = int(lines.small.size());
    const int columns = small_columns(metrics, box.width()), all = (metrics + columns - 1) / columns;
    const int rows =
        std::min(std::clamp(int((box.height() - em * 8) / (em * small_em)), 0, box.height() > em * 36 ? 2 : 1), all);
    // In a plain picture none of several runs is the one whose number a small plot could have.
    const bool room = rows > 0 && !(state.plain && state.compare.drawn_count() > 1);
    const float split = box.max.y - (room ? float(rows) * em * small_em : 0);

    PlotOptions options;
    options.y_unit = "nats";
    if (state.plain) options.y_name = fmt::format("loss, nats per {}", unit_name(source.history().of_images()));
    options.log_y = state.log_loss;
    const AxisMap axis(source, state.curve_axis);
    options.x_unit = axis_unit(state.curve_axis, source.history().of_images());
    if (state.shown.any() && !state.plain) options.marker = axis.at(state.shown.step);
    if (state.mark_compared && state.compare.shown.any() && !state.plain)
      options.marker_b = AxisMap(compared_with(source, state.compare), state.curve_axis).at(state.compare.shown.step);
    options.marker_color = side_color(source, state.compare, false);
    options.marker_b_color = side_color(source, state.compare, true);
    options.hint = "click: go there \u00b7 Shift and click: B there";
    loss_.draw(canvas, {box.min, {box.max.x, split}}, lines.loss, options, state.curves);
    std::optional<double> clicked = loss_.clicked_x();
    if (room)
      if (const auto x =
              draw_small(canvas, {{box.min.x, split + em * 0.6f}, box.max}, lines.small, options, state.curves))
        clicked = x;
    const RunHistory& history = source.history();
    if (clicked && ImGui::GetIO().KeyShift)
      mark_compared(source, state, *clicked);
    else if (clicked)
      state.playback.jump(history.snapshot_at(axis.step(*clicked)), history.snapshot_count());
    take_box(box);
  }

  std::string lines(const Source& source, const AppState& state) const override {
    const RunHistory& h = source.history();
    std::string out;
    for (const std::string& line : remarks(source)) out += line + "\n";
    if (h.steps.empty() && h.evals.empty()) return out + "no values yet\n";
    out += last_values(source) + "\n";
    for (const Source* rival : state.compare.drawn_rivals())
      out += fmt::format("{}:\n{}\n", rival_name(source, state, *rival), last_values(*rival));
    if (!state.compare.rivals.empty()) out += drawn_words(state.compare) + " drawn\n";
    const size_t stride = std::max<size_t>(1, h.steps.size() / 10);
    for (size_t i = 0; i < h.steps.size(); i += stride) {
      out += fmt::format("  step {:>6}  loss {:.3f}{}\n", h.steps[i].step, h.steps[i].loss,
                         source.geometry().recursions > 1 ? fmt::format("  depth {:.2f}", h.steps[i].mean_depth) : "");
    }
    return out;
  }

  static void add_rows(Table& table, const Source& run) {
    const RunHistory& h = run.history();
    auto eval = h.evals.begin();
    const auto held_out = [&](int64_t until) {  // evaluations before the first step, or between steps that were dropped
      for (; eval != h.evals.end() && eval->step < until; ++eval) {
        std::vector<std::string>& row = table.rows.emplace_back(table.columns.size());
        row[0] = run.name();
        row[1] = cell(eval->step);
        row.end()[-2] = cell(eval->topk_loss);
        row.back() = cell(eval->threshold_loss);
      }
    };
    for (const StepMetrics& m : h.steps) {
      held_out(m.step);
      const bool both = eval != h.evals.end() && eval->step == m.step;
      table.add(run.name(), m.step, m.seconds, m.loss);
      for (const Metric& metric : step_metrics()) table.rows.back().push_back(cell(m.*metric.value));
      for (double EvalMetrics::*loss : {&EvalMetrics::topk_loss, &EvalMetrics::threshold_loss})
        table.rows.back().push_back(both ? cell((*eval).*loss) : "");
      eval += both;
    }
    held_out(std::numeric_limits<int64_t>::max());
  }

  struct Lines {
    std::vector<PlotSeries> loss;
    std::vector<MetricCurves> small;
  };
  const Lines& drawn_lines(const Source& source, const AppState& state) {
    Versions versions = {{&source, source.version()}, {state.compare.other, 0}};
    for (const Source* rival : state.compare.drawn_rivals()) versions.emplace_back(rival, rival->version());
    return lines_.of({versions, state.compare.drawn, state.curve_axis, state.smooth_loss, theme()}, [&] {
      return Lines{loss_curves(source, state), metric_curves(source, state)};
    });
  }

  static int small_columns(int count, float width) { return std::clamp(int((width / ui::em() + 1) / 12), 1, count); }

  /// Rows of small plots in `box`, as many as fit; returns the x that was clicked.
  std::optional<double> draw_small(Canvas& canvas, const Box& box, const std::vector<MetricCurves>& metrics,
                                   PlotOptions options, PlotView& view) {
    const float em = ui::em(), gap = em;
    const int columns = small_columns(int(metrics.size()), box.width());
    const float width = (box.width() - gap * float(columns - 1)) / float(columns);
    options.y_unit.clear();
    options.y_name.clear();
    options.log_y = false;
    options.small = options.from_zero = true;
    std::optional<double> clicked;
    for (size_t i = 0; i < metrics.size(); ++i) {
      const float x = box.min.x + float(i % columns) * (width + gap);
      const float y = box.min.y + float(i / columns) * em * small_em;
      if (y + em * 5 > box.max.y) break;
      const std::string value = short_number(value_at(metrics[i].runs.back(), options.marker));
      ui::fitted_text(canvas, {x, y}, ui::u32(ui::colors::dim), metrics[i].label, width, ui::Font::small);
      canvas.text({x, y + em * 1.05f}, ui::u32(ui::colors::text), value, ui::Font::bold);
      Plot& plot = plots_.try_emplace(metrics[i].name, "curves." + metrics[i].name).first->second;
      plot.draw(canvas, {{x, y + em * 2.6f}, {x + width, y + em * (small_em - 0.6f)}}, metrics[i].runs, options, view);
      if (plot.clicked_x()) clicked = plot.clicked_x();
    }
    return clicked;
  }

  using Versions = std::vector<std::pair<const Source*, uint64_t>>;
  static constexpr float small_em = 6.2f;  // height of a row of small plots

  Memo<std::tuple<Versions, decltype(Comparison::drawn), CurveAxis, bool, Theme>, Lines>
      lines_;  // by the versions and looks of the sources, and whether it is smooth
  Plot loss_{"curves.loss"};
  std::map<std::string, Plot> plots_;  // of the metrics, by name
};

}  // namespace

std::unique_ptr<Panel> make_curves_panel() {
  return std::make_unique<CurvesPanel>();
}

}  // namespace tinymor
