// Two runs, or two steps of one run: their difference in a sentence, all runs in a table, and below it either any
// picture of both with one cursor or a scoreboard. "A" is what the other panels show, "B" what it is compared with.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "visualizer/draw/plot_math.h"
#include "visualizer/panels/difference.h"
#include "visualizer/panels/difference_words.h"
#include "visualizer/panels/panels.h"
#include "visualizer/panels/run_look.h"
#include "visualizer/panels/runs_plot.h"
#include "visualizer/panels/runs_table.h"
#include "visualizer/panels/scoreboard.h"

namespace tinymor {
namespace {

/// Panels that can be drawn of both, by their names, and what the switch calls them.
struct Kinds {
  std::vector<const char*> panels, labels;

  size_t find(const std::string& panel) const {
    return size_t(std::find(panels.begin(), panels.end(), panel) - panels.begin());
  }
};
const Kinds& kinds_of(const Source& source) {
  static const Kinds text{{"strip", "grid", "kv", "attention", "lens", "scores", "sharing"},
                          {"strip", "grid", "kv", "attention", "lens", "scores", "sharing"}};
  static const Kinds images{{"patches", "scores", "sharing"}, {"patches", "scores", "sharing"}};
  return source.history().of_images() ? images : text;
}
/// The one that is chosen; what tells nothing of images gives way to their patches.
std::string panel_of(const Source& source, const AppState& state) {
  const Kinds& kinds = kinds_of(source);
  const bool other = source.history().of_images() && kinds.find(state.compared_panel) == kinds.panels.size();
  return other ? kinds.panels.front() : state.compared_panel;
}

/// "A: step 300 of runs/mine", then shorter ones.
std::vector<std::string> side_names(const Source& source, const AppState& state, bool compared) {
  const Source& shown = compared ? compared_with(source, state.compare) : source;
  const std::string step =
      fmt::format("{}: step {}", compared ? "B" : "A", compared ? state.compare.shown.step : state.shown.step);
  return {step + " of " + shown.name(), step + " of " + short_name(shown), step};
}

/// The difference of A and B as they are shown. Where one was not evaluated yet, the watched text tells who predicts
/// better, if both have seen the same.
std::string sentence(const Source& source, const AppState& state) {
  const Comparison& c = state.compare;
  const Source& other = compared_with(source, c);
  RunFacts a = facts_of(source, state.shown.step), b = facts_of(other, c.shown.step);
  Common common{!c.other, !other_data(source, other)};
  if (source.history().of_images()) common.of = "held-out images";
  const TextView &text_a = state.shown.text(Subject::watched, state.rule),
                 &text_b = c.shown.text(Subject::watched, state.rule);
  const bool evaluated = std::isfinite(a.loss) && std::isfinite(b.loss);
  if (!evaluated && text_a.size() > 0 && text_a.ids == text_b.ids) {
    common.of = "the watched text";
    a.loss = text_a.lm_loss;
    b.loss = text_b.lm_loss;
  }
  return difference_of(a, b, common);
}

class ComparePanel : public Panel {
 public:
  ComparePanel() : Panel("compare", "Compare") {}

  std::string caption(const Source& source, const AppState& state) const override {
    if (shows_scoreboard(state)) return scoreboard_caption;
    const std::string what = sides_[0] ? sides_[0]->caption(source, state)
                                       : fmt::format("step {}", state.shown.step) + and_rule(source, state.rule);
    const bool scaled = state.compared_panel == "lens" || state.compared_panel == "sharing";
    return std::string(other_data(source, compared_with(source, state.compare))
                           ? "other data: losses cannot be compared \u00b7 "
                           : "") +
           (scaled ? "A and B each with a scale of its own \u00b7 " : "") + what;
  }

  float controls(const Source& source, AppState& state, float right) override {
    Comparison& c = state.compare;
    const float room = std::min(ui::em() * 16, right * 0.25f);
    const std::string which = c.other ? "B: " + fitted(short_name(*c.other), room) : "B: same run";
    if (ui::corner_button("compare.other", "Add run", "Another run beside this one, here and in the training curves",
                          right))
      state.open.dialog = Dialog::beside;
    if (ui::corner_button("compare.swap", "Swap", "A becomes B", right)) state.wishes.push_back({Wish::swap});
    if (!c.rivals.empty() && ui::corner_button("compare.next", which.c_str(),
                                               "Compare with the next of the runs, or of A's own steps", right))
      c.compare_with(c.next());
    if (!c.rivals.empty())
      ui::corner_chip("compare.race", "race", c.scoreboard,
                      "Who leads: at the same steps, for the same compute, in the same time", right);
    if (shows_scoreboard(state)) return right;
    const Kinds& kinds = kinds_of(source);
    const size_t before = kinds.find(panel_of(source, state));
    const int kind = ui::corner_choice("compare.kind", kinds.labels, int(before), "What is drawn of both", right,
                                       text_size(title(), ui::Font::bold).x - ui::em() * 3);
    if (kind != int(before)) state.compared_panel = kinds.panels[size_t(kind)];
    if (c.other && right > ImGui::GetCursorStartPos().x + ui::button_width("linked"))
      ui::corner_chip("compare.linked", "linked", c.linked, "B follows A along the axis of the training curves", right);
    return right;
  }

  Table table(const Source& source, const AppState& state) const override {
    Table table{{"quantity", "A", "B"}};
    for (const Quantity& q : quantities(source, state)) table.add(q.name, q.a, q.b);
    return table;
  }

 private:
  static bool shows_scoreboard(const AppState& state) {
    return state.compare.scoreboard && !state.compare.rivals.empty();
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    // Scrolls where the panel is small.
    ImGui::BeginChild("all", ImVec2(0, 0), false, ImGuiWindowFlags_NoNavInputs);
    ui::paragraph(sentence(source, state));
    const std::vector<RunRow> rows = run_rows(source, state);
    const float em = ui::em();
    Box box = free_box();
    box.max.y = box.min.y + runs_table_height(rows.size());
    draw_runs_table(canvas, box, rows, state);
    take_box(box);
    if (!state.compare.rivals.empty() && ui::button("compare.runs", (drawn_words(state.compare) + " ...").c_str(), true,
                                                    "Chooses which of the runs are drawn, here and in Curves"))
      state.open.dialog = Dialog::runs;
    box = free_box();
    box.max.y = std::max(box.max.y, box.min.y + em * 14);
    if (shows_scoreboard(state))
      draw_scoreboard(canvas, box, racers(source, state), state.compare);
    else
      draw_both(source, state, canvas, box);
    take_box(box);
    ImGui::EndChild();
  }

  void draw_both(const Source& source, AppState& state, Canvas& canvas, const Box& box) {
    const Comparison& c = state.compare;
    const std::string panel = panel_of(source, state);
    if (!sides_[0] || sides_[0]->name() != panel || other_ != c.other) {
      for (auto& side : sides_) side = panel == name() ? nullptr : make_panel(panel);
      other_ = c.other;
    }
    if (!sides_[0]) return draw_empty(canvas, box, fmt::format("\"{}\" cannot be drawn twice", panel));
    const float em = ui::em(), gap = em, half = (box.width() - gap) / 2;
    const float below = box.height() > em * 25 ? em * 12 : 0, split = box.max.y - below;
    draw_side(*sides_[0], source, state, canvas, {box.min, {box.min.x + half, split}}, false);
    draw_side(*sides_[1], source, state, canvas, {{box.max.x - half, box.min.y}, {box.max.x, split}}, true);
    if (below > 0) draw_below(source, state, canvas, {{box.min.x, split + em * 0.6f}, box.max}, half);
  }

  /// Numbers of both, the text token by token, and all runs as points.
  static void draw_below(const Source& source, AppState& state, Canvas& canvas, const Box& box, float half) {
    const float em = ui::em(), gap = em, numbers = std::min(em * 34, half);
    draw_numbers(canvas, {box.min, {box.min.x + numbers, box.max.y}}, quantities(source, state));
    const float plot = state.compare.rivals.empty() ? 0 : std::min(em * 24, box.width() * 0.3f);
    draw_difference(canvas, {{box.min.x + numbers + 2 * gap, box.min.y}, {box.max.x - plot, box.max.y}}, source, state);
    if (plot > em * 12) draw_runs(canvas, {{box.max.x - plot + gap, box.min.y}, box.max}, run_points(source, state));
  }

  std::string lines(const Source& source, const AppState& state) const override {
    std::string out = sentence(source, state) + "\n";
    for (const RunRow& row : run_rows(source, state)) out += run_line(row) + "\n";
    if (state.compare.drawn_count() <= state.compare.rivals.size())
      out += fmt::format("{} are drawn; these are not:\n", drawn_words(state.compare));
    for (const RunRow& row : all_run_rows(source, state))
      if (!row.drawn) out += run_line(row) + "\n";
    const std::vector<const Source*> runs = racers(source, state);
    for (const Standing& standing : standings(runs)) out += standing_line(standing, runs) + "\n";
    for (const bool compared : {false, true}) out += side_names(source, state, compared).front() + "\n";
    for (const Quantity& q : quantities(source, state))
      out += fmt::format("{}: {} and {}{}\n", q.name, short_number(q.a), short_number(q.b),
                         q.comparable ? "" : " (not to be compared)");
    return out;
  }

  void draw_side(Panel& panel, const Source& source, AppState& state, Canvas& canvas, const Box& box, bool compared) {
    const float em = ui::em();
    const ImU32 color = ui::u32(side_color(source, state.compare, compared));
    draw_side_mark(canvas, {box.min.x + em * 0.4f, box.min.y + em * 0.6f}, compared, color);
    ui::fitted_text(canvas, {box.min.x + em * 1.1f, box.min.y}, color, side_names(source, state, compared),
                    box.width() - em, ui::Font::small);
    float top = box.min.y + em * 1.6f;
    Comparison& c = state.compare;
    const bool linked = c.other && c.linked;
    if (compared && !linked) {
      ImGui::SetCursorScreenPos({box.min.x, top});
      ImGui::SetNextItemWidth(box.width());
      const int count = compared_with(source, state.compare).history().snapshot_count();
      int index = c.playback.index() + 1;
      if (ui::slider("compare.snapshot", index, 1, std::max(1, count), fmt::format("step {}", c.shown.step).c_str()))
        c.playback.jump(index - 1, count);
      ui::hint("Chooses the step that B shows");
    }
    if (!linked) top += ImGui::GetFrameHeight() + em * 0.4f;
    ImGui::SetCursorScreenPos({box.min.x, top});
    ImGui::BeginChild(compared ? "B" : "A", {box.width(), box.max.y - top}, false, ImGuiWindowFlags_NoNavInputs);
    const ui::PrefixScope prefix(compared ? "b." : "a.");
    const bool own_text = state.columns.text != c.columns.text;
    const auto change_sides = [&] {
      if (!compared) return;
      std::swap(state.shown, c.shown);
      std::swap(state.playback, c.playback);
      if (own_text) std::swap(state.columns, c.columns);
    };
    change_sides();
    panel.draw(compared ? compared_with(source, state.compare) : source, state, canvas);
    change_sides();
    ImGui::EndChild();
  }

  std::unique_ptr<Panel> sides_[2];
  const Source* other_ = nullptr;  // that the panel of B was made for
};

}  // namespace

std::unique_ptr<Panel> make_compare_panel() {
  return std::make_unique<ComparePanel>();
}

}  // namespace tinymor
