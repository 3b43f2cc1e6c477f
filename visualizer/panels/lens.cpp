// The depth lens: what the model would predict at every token if it had to stop after one recursion, after two, and so
// forth - and so what the recursions that the router granted were worth.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/panels/grid_frame.h"
#include "visualizer/panels/lens_details.h"
#include "visualizer/panels/panels.h"

namespace tinymor {
namespace {

/// With one recursion the loss, 0 to 6 nats: the stronger, the higher. With more, the change by the last recursion.
Color cell_color(const LensView& lens, size_t r, int t) {
  if (!std::isfinite(lens.nll[r][t])) return ui::colors::well;
  return r == 0 ? sequential_color(lens.nll[0][t] / 6) : signed_color(2 * (lens.nll[r][t] - lens.nll[r - 1][t]));
}

std::vector<FrameRow> rows_of(const LensView& lens) {
  std::vector<FrameRow> rows;
  for (size_t r = 0; r < lens.nll.size(); ++r) {
    FrameRow row;
    row.label = most_recursions(r, lens.nll.size());
    row.count = fmt::format("{:.2f} nats", lens.mean(r));
    row.note = r == 0 ? "" : fmt::format("{:+.2f}", lens.mean(r) - lens.mean(r - 1));
    rows.push_back(std::move(row));
  }
  return rows;
}

/// With every depth forced no score decides anything, so that neither cut-off nor capacity count.
bool forces_all(const Experiment& e) {
  return e.depth > 0 && e.token < 0;
}

FrameRow row_of(const ExperimentOutcome& outcome) {
  FrameRow row;
  row.label = "what if";
  row.count = decimal(outcome.changed.lm_loss, 2) + " nats";
  row.note =
      fmt::format("{:+.3f} from {:.2f}", outcome.changed.lm_loss - outcome.routed.lm_loss, outcome.routed.lm_loss);
  return row;
}

/// What an experiment changes, in words: "token 12 takes 2, cut-off 0.70".
std::string changes_of(const Experiment& e) {
  std::vector<std::string> out;
  if (e.depth > 0)
    out.push_back(e.token < 0 ? fmt::format("all tokens take {}", e.depth)
                              : fmt::format("token {} takes {}", token_number(e.token), e.depth));
  if (e.without > 0) out.push_back(fmt::format("without recursion {}", e.without));
  if (e.shifts() && !forces_all(e))
    out.push_back(e.training_rule ? fmt::format("{:.2f} x capacity", e.capacity)
                                  : fmt::format("cut-off {:.2f}", e.cut_off));
  return fmt::format("{}", fmt::join(out, ", "));
}

/// The changes that can be made, in a row.
void draw_what_if(const Source& source, AppState& state) {
  const float em = ui::em(), right = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x;
  Experiment& e = state.what_if;
  std::vector<std::string> names = {"as routed"};
  for (int r = 1; r <= source.geometry().recursions; ++r) names.push_back(std::to_string(r));
  std::vector<const char*> labels;
  for (const std::string& name : names) labels.push_back(name.c_str());
  // "As routed" is lit while nothing is changed, and takes back all that is.
  const bool changed = state.wanted().changes_something();
  const int lit = e.depth == 0 && changed ? -1 : e.depth;
  const int pressed = ui::segmented("lens.depth", labels, lit, "Forces how many recursions the pinned token takes");
  if (pressed == 0 && lit != 0) e = {};
  if (pressed > 0) e.depth = pressed;
  ImGui::SameLine();
  if (ui::chip("lens.everybody", "all", state.everybody, "Forces that depth on all tokens, not only on the pinned one"))
    state.everybody = !state.everybody;
  ImGui::SameLine();
  const std::string without = e.without > 0 ? fmt::format("without {}", e.without) : "without -";
  if (ui::chip("lens.without", without.c_str(), e.without > 0, "What if this recursion left the tokens as they came?"))
    e.without = (e.without + 1) % (source.geometry().recursions + 1);
  ImGui::SameLine();
  if (ui::button("lens.reset", "reset", e != Experiment(), "Takes back every change")) e = {};
  const auto slider = [&](const char* name, const char* format, float& value, float low, float high, const char* hint) {
    if (ui::is_hidden(name)) return;
    ImGui::SameLine();
    if (ImGui::GetCursorPosX() + em * 9 > right) return ImGui::NewLine();
    ImGui::SetNextItemWidth(em * 9);
    ui::slider(name, value, low, high, format);
    ui::hint(hint);
  };
  if (!has_bar(source.geometry().routing)) return;  // it has neither of these
  if (forces_all(state.wanted())) {
    ImGui::SameLine();
    const float width = right - ImGui::GetCursorPosX();
    if (width < em * 3) return ImGui::NewLine();
    return ui::fitted_label("every depth is forced: no score decides", width, ui::colors::dim, ui::Font::small);
  }
  if (state.rule == RuleView::training && source.geometry().routing == Routing::expert_choice)
    slider("lens.capacity", "%.2f x capacity", e.capacity, 0.1f, 3, "What if the recursions had more room, or less?");
  else
    slider("lens.cut_off", "cut-off %.2f", e.cut_off, 0.01f, 0.99f,
           "What if a token needed another score to go on? 0.5 is what training aims at");
}

std::string token_line(const LensView& lens, const TextView& view, int t) {
  std::string out = fmt::format("after {} (depth {})", in_quotes(view.pieces[t]), view.depth[t]);
  if (t + 1 < view.size()) out += fmt::format(" follows {}", in_quotes(view.pieces[t + 1]));
  const double regret = lens.regret(t);
  if (std::isfinite(regret))
    out += regret < 0.005
               ? " \u00b7 no regret: fewer for all tokens would have been no better"
               : fmt::format(" \u00b7 regret {:.2f} nats against at most {} for all tokens", regret, lens.best(t) + 1);
  return out;
}

/// The loss at the token for each depth it could be forced to; empty unless its depth is forced. This is not the
/// regret: the other tokens keep their depths, and the weights may be others than the snapshot's.
std::string by_depth(const ExperimentOutcome* outcome, int token) {
  if (!outcome || outcome->experiment.token != token || outcome->by_depth.empty()) return "";
  return fmt::format("what if this token alone took 1 to {}: {:.2f} nats, and {:.2f} as routed, by the run's weights",
                     outcome->by_depth.size(), fmt::join(outcome->by_depth, ", "), outcome->routed.nll[size_t(token)]);
}

class LensPanel : public Panel {
 public:
  LensPanel() : Panel("lens", "Depth lens") {}

  std::string caption(const Source& source, const AppState& state) const override {
    const LensView& lens = state.shown.lens;
    if (lens.nll.empty()) return "the prediction after each recursion";
    if (state.what_if.depth > 0 && !state.everybody && !state.pinned)
      return "whose depth is to be forced? Pin a token, or press all";
    const std::string tried = state.wanted().changes_something()
                                  ? fmt::format("what if {}: the run's weights{} \u00b7 ", changes_of(state.wanted()),
                                                and_rule(source, rule_in_force(state)))
                                  : "";
    return fmt::format(
        "{}mean regret {:.3f} nats (loss as routed minus the least of the rows) \u00b7 top: loss, below: "
        "change by one more recursion, blue better{} \u00b7 step {}",
        tried, lens.mean_regret(), and_rule(source, RuleView::causal), state.shown.step);
  }

  Table table(const Source&, const AppState& state) const override {
    const LensView& lens = state.shown.lens;
    const TextView& view = state.shown.causal;
    Table table{{"position", "piece", "depth"}};
    for (size_t r = 0; r < lens.nll.size(); ++r)
      table.columns.push_back(r + 1 == lens.nll.size() ? "nll_routed" : fmt::format("nll_at_most_{}", r + 1));
    table.columns.push_back("regret");
    for (int t = 0; t < view.size() && !lens.nll.empty(); ++t) {
      table.add(t, view.pieces[t], view.depth[t]);
      for (const auto& nll : lens.nll) table.rows.back().push_back(cell(nll[t]));
      table.rows.back().push_back(cell(lens.regret(t)));
    }
    return table;
  }

 private:
  std::string missing(const Source& source, const AppState& state) const override {
    if (!state.shown.lens.nll.empty()) return "";
    if (state.shown.index < 0) return no_text(source);
    return source.geometry().recursions > 1 ? "" : "this model has no recursions";
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    if (state.shown.lens.nll.empty())
      return draw_not_recorded(source, state, "What fewer recursions predict is not recorded at this step.");
    if (source.can_generate()) draw_what_if(source, state);
    const Box box = free_box();
    const float em = ui::em(), lower_height = std::clamp(box.height() * 0.3f, em * 6.0f, em * 20);
    const ExperimentOutcome* outcome = outcome_in_force(source, state);
    if (outcome && !outcome->error.empty()) {
      ui::paragraph(outcome->error, ui::colors::warn, ui::Font::small);
      outcome = nullptr;
    }
    // Where both do not fit, the guesses at a pinned token come first, else the rows.
    const bool pinned = state.pinned && state.pinned->subject == Subject::watched;
    const bool room = box.height() > lower_height + em * (pinned ? 3 : 5);
    if (room || !pinned)
      draw_rows(canvas, {box.min, {box.max.x, room ? box.max.y - lower_height : box.max.y}}, state, outcome);
    if (room || pinned)
      draw_below(canvas, {{box.min.x, room ? box.max.y - lower_height + em * 0.6f : box.min.y}, box.max}, source, state,
                 outcome);
    take_box(box);
  }

  std::string lines(const Source& source, const AppState& state) const override {
    const LensView& lens = state.shown.lens;
    const TextView& view = state.shown.causal;
    if (lens.nll.empty()) return "nothing recorded\n";
    std::string out;
    for (size_t r = 0; r < lens.nll.size(); ++r)
      out += fmt::format("{}: mean loss {} nats\n", most_recursions(r, lens.nll.size()), decimal(lens.mean(r), 3));
    out += foresight(choices_of(lens, view)) + "\n";
    if (const ExperimentOutcome* outcome = outcome_in_force(source, state))
      out += outcome->error.empty()
                 ? fmt::format("what if: {} nats instead of {}, by the run's weights\n",
                               decimal(outcome->changed.lm_loss, 4), decimal(outcome->routed.lm_loss, 4))
                 : outcome->error + "\n";
    const auto pinned = pinned_in(state, Subject::watched, view.size());
    if (!pinned) return out;
    const int t = *pinned;
    out += token_line(lens, view, t) + "\n";
    if (const std::string depths = by_depth(outcome_in_force(source, state), t); !depths.empty()) out += depths + "\n";
    for (size_t r = 0; r < lens.nll.size(); ++r) {
      const double nll = lens.nll[r][size_t(t)];
      out += fmt::format("  {}:{}", most_recursions(r, lens.nll.size()),
                         std::isfinite(nll) ? fmt::format(" {:.2f} nats;", nll) : "");
      for (size_t c = 0; c < lens.each; ++c) {
        const Candidate& candidate = lens.likely[r][size_t(t) * lens.each + c];
        out += fmt::format(" {} {}", in_quotes(source.quoted(candidate.id)), percent(candidate.probability));
      }
      out += "\n";
    }
    return out;
  }

  /// The loss with one recursion, and what each further one and the experiment changed.
  void draw_rows(Canvas& canvas, const Box& box, AppState& state, const ExperimentOutcome* outcome) const {
    const LensView& lens = state.shown.lens;
    const TextView& view = state.shown.causal;
    const float em = ui::em();
    std::vector<FrameRow> rows = rows_of(lens);
    if (outcome) rows.push_back(row_of(*outcome));
    const GridFrame frame({{box.min.x, box.min.y + em * 0.4f}, box.max}, std::move(rows), view.size(), state.columns);
    for (size_t r = 0; r < lens.nll.size(); ++r) {
      for (int t : frame.tokens()) {
        const Box cell = frame.cell(int(r), t);
        canvas.rect(cell, ui::u32(cell_color(lens, r, t)));
        // The rows that the router granted, marked by a stroke at their end.
        if (view.depth[t] != int(r) + 1) continue;
        canvas.rect({{cell.min.x, cell.max.y - em * 0.2f}, cell.max}, ui::u32(depth_color(view.depth[t])));
      }
    }
    for (int t : outcome ? frame.tokens() : std::vector<int>()) {
      if (t + 1 >= view.size()) continue;
      const float change = outcome->changed.nll[size_t(t)] - outcome->routed.nll[size_t(t)];
      canvas.rect(frame.cell(int(lens.nll.size()), t), ui::u32(signed_color(2 * change)));
    }
    frame.draw_frame(canvas, state, Subject::watched, view);
    frame.draw_selection(canvas, state, Subject::watched, ui::u32(ui::colors::text));
    if (state.glow && state.glow->kind == Glow::guess && size_t(state.glow->recursion) <= lens.nll.size())
      frame.draw_cell_glow(canvas, state.glow->recursion - 1, state.glow->token);
    frame.interact("lens.cells", state, Subject::watched);
  }

  /// The guesses at the token that is pointed at, or what every choice was worth.
  void draw_below(Canvas& canvas, const Box& box, const Source& source, AppState& state,
                  const ExperimentOutcome* outcome) const {
    const LensView& lens = state.shown.lens;
    const TextView& view = state.shown.causal;
    const float em = ui::em();
    const auto selected = selected_in(state, Subject::watched, view.size());
    const bool here = selected.has_value();
    const std::vector<Choice> choices = here ? std::vector<Choice>() : choices_of(lens, view);
    std::vector<std::string> line;  // and shorter ones
    if (here)
      line = {token_line(lens, view, *selected)};
    else
      line = {foresight(choices) + " \u00b7 point at a token to see its predictions", foresight(choices)};
    const ui::Font font = box.height() > em * 16 ? ui::Font::medium : ui::Font::body;
    ui::fitted_text(canvas, box.min, ui::u32(here ? ui::colors::text : ui::colors::dim), line, box.width(), font);
    const std::string depths = here ? by_depth(outcome, *selected) : "";
    ui::fitted_text(canvas, {box.min.x, box.min.y + text_size("x", font).y * 1.3f}, ui::u32(ui::colors::dim), depths,
                    box.width(), ui::Font::small);
    const Box below{{box.min.x, box.min.y + text_size("x", font).y * 1.4f + em * (depths.empty() ? 0 : 1.2f)}, box.max};
    if (here)
      draw_predictions(canvas, below, source, lens, view, *selected);
    else if (const Choice* pressed = choices.empty() ? nullptr : draw_choices(canvas, below, choices, view))
      state.toggle_pin({Subject::watched, pressed->token});
  }
};

}  // namespace

std::unique_ptr<Panel> make_lens_panel() {
  return std::make_unique<LensPanel>();
}

}  // namespace tinymor
