// Which recursion computed which token: the grid of the paper's figure 1, with every router score inside its cell.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "visualizer/panels/grid_frame.h"
#include "visualizer/panels/panels.h"

namespace tinymor {
namespace {

// The colours of one row's cells.
struct CellInk {
  Color exited, skipped, skipped_bar, computed, computed_bar;
};

constexpr Color paper_plate{0xEF, 0xED, 0xE6};
constexpr Themed skipped{{0x2E, 0x33, 0x3F}, {0xDD, 0xE1, 0xE9}}, skipped_bar{{0x5A, 0x61, 0x70}, {0xAA, 0xB2, 0xC0}},
    by_both{{0x59, 0x60, 0x6E}, {0xA9, 0xB0, 0xBE}};

CellInk ink(int recursion, int recursions, bool paper) {
  if (paper)
    return {{0xE4, 0xE2, 0xDC}, {0xD2, 0xD6, 0xDE}, {0xB0, 0xB8, 0xC6}, {0x4A, 0x5A, 0x7C}, {0x26, 0x33, 0x52}};
  const bool deep = recursion > 0 && recursions > 1;
  const Color full = deep ? depth_color(recursion) : plain_color;
  return {ui::colors::well, skipped, skipped_bar, mix(full, ui::colors::well, deep ? 0.5 : 0.35), full};
}

void draw_cell(Canvas& canvas, const Box& box, const Cell& cell, const CellInk& colors) {
  if (cell.state == CellState::exited) return canvas.rect(box, ui::u32(colors.exited));
  const bool computed = cell.state == CellState::computed;
  const Color bar = computed ? colors.computed_bar : colors.skipped_bar;
  if (computed && !cell.scored) return canvas.rect(box, ui::u32(bar));
  canvas.rect(box, ui::u32(computed ? colors.computed : colors.skipped));
  if (!computed && box.width() >= ui::em() * 0.4f)
    canvas.line({box.min.x, box.max.y}, {box.max.x, box.min.y}, ui::u32(bar), 1);
  if (!cell.scored) return;
  const float top = box.max.y - box.height() * float(router_score(cell.logit));
  canvas.rect({{box.min.x, top}, box.max}, ui::u32(bar));
}

// The upper half belongs to the training rule, the lower half to the causal rule, so that the picture needs no colour.
void draw_difference(Canvas& canvas, const Box& box, bool training, bool causal) {
  canvas.rect(box, ui::u32(training && causal ? by_both : ui::colors::well));
  if (training == causal) return;
  const float middle = box.center().y;
  if (training)
    canvas.rect({box.min, {box.max.x, middle}}, ui::u32(training_only_color()));
  else
    canvas.rect({{box.min.x, middle}, box.max}, ui::u32(causal_only_color()));
}

bool computed(const TextView& view, size_t recursion, int t) {
  return recursion < view.rows.size() && t < view.size() && view.rows[recursion].cells[t].state == CellState::computed;
}

FrameRow recursion_row(const Geometry& geometry, const RecursionRow& row, int tokens) {
  const double share = tokens > 0 ? double(row.computed) / tokens : 0;
  FrameRow out{row.name, 1, fmt::format("{} of {} ({})", row.computed, tokens, percent(share)), ""};
  out.used = share;
  if (geometry.routing != Routing::expert_choice) return out;  // nothing limits it
  out.note = fmt::format("capacity {:.0f} %", 100 * row.capacity);
  out.target = row.capacity;
  return out;
}

FrameRow difference_row(const Shown& shown, size_t recursion) {
  int training = 0, causal = 0;
  for (int t = 0; t < shown.causal.size(); ++t) {
    const bool a = computed(shown.training, recursion, t), b = computed(shown.causal, recursion, t);
    training += a && !b;
    causal += b && !a;
  }
  return {shown.causal.rows[recursion].name, 1, fmt::format("{} training only", training),
          fmt::format("{} causal only", causal)};
}

FrameRow row_of(const Source& source, const AppState& state, const TextView& view, size_t r) {
  return state.rule == RuleView::difference ? difference_row(state.shown, r)
                                            : recursion_row(source.geometry(), view.rows[r], view.size());
}

/// The character of a cell in text.
char mark_of(const AppState& state, const TextView& view, size_t r, int t) {
  if (state.rule != RuleView::difference) {
    static constexpr char marks[] = {'.', '-', '#'};
    return marks[int(view.rows[r].cells[t].state)];
  }
  static constexpr char marks[] = {'-', 't', 'c', '#'};
  return marks[int(computed(state.shown.training, r, t)) + 2 * int(computed(view, r, t))];
}

std::vector<FrameRow> make_rows(const Source& source, const AppState& state, const TextView& view) {
  std::vector<FrameRow> rows;
  const auto layer_row = [](const char* name) { return FrameRow{name, 0.45f, "all tokens", ""}; };
  const LayerMap& map = source.geometry().layers;
  if (map.prelude > 0) rows.push_back(layer_row("first layer"));
  for (size_t r = 0; r < view.rows.size(); ++r) rows.push_back(row_of(source, state, view, r));
  if (map.coda > 0) rows.push_back(layer_row("last layer"));
  return rows;
}

// A dashed line at the score above which the row takes a token.
void draw_cut_off(Canvas& canvas, const GridFrame& frame, int line, const RecursionRow& row, const AppState& state) {
  if (row.capacity >= 1 || !row.scored || state.rule == RuleView::difference) return;
  const double cut = state.rule == RuleView::training ? router_score(row.lowest_taken) : 0.5;
  const Box box = frame.row(line);
  const float y = box.max.y - box.height() * float(cut), dash = ui::em() * 0.35f;
  const ImU32 color = state.paper_colors ? IM_COL32(0x10, 0x12, 0x16, 150) : ui::u32(ui::colors::text, 0.55);
  for (float x = box.min.x; x < box.max.x; x += 2 * dash)
    canvas.line({x, y}, {std::min(x + dash, box.max.x), y}, color, 1);
}

void draw_row(Canvas& canvas, const GridFrame& frame, int line, int recursion, const AppState& state,
              const TextView& view) {
  const CellInk colors = ink(recursion, int(view.rows.size()), state.paper_colors);
  for (int t : frame.tokens()) {
    const Box box = frame.cell(line, t);
    if (recursion == 0)
      canvas.rect(box, ui::u32(colors.computed));
    else if (state.rule == RuleView::difference)
      draw_difference(canvas, box, computed(state.shown.training, recursion - 1, t), computed(view, recursion - 1, t));
    else
      draw_cell(canvas, box, view.rows[recursion - 1].cells[t], colors);
  }
  if (recursion > 0) draw_cut_off(canvas, frame, line, view.rows[recursion - 1], state);
}

/// Frames the cells behind a number of the inspector; `line`: that of the first recursion.
void draw_glow(Canvas& canvas, const GridFrame& frame, const AppState& state, const TextView& view, int line) {
  if (!state.glow || state.glow->token >= view.size() || state.glow->kind == Glow::guess) return;
  for (int r = 0; r < int(view.rows.size()); ++r) {
    const bool taken = state.glow->recursion == 0 && r < view.depth[size_t(state.glow->token)];
    if (state.glow->recursion == r + 1 || taken) frame.draw_cell_glow(canvas, line + r, state.glow->token);
  }
}

/// The token of each column; empty by position.
std::vector<int> order_of(const TextView& view, ColumnSort sort) {
  if (sort == ColumnSort::position) return {};
  std::vector<int> order(size_t(view.size()));
  std::iota(order.begin(), order.end(), 0);
  const auto key = [&](int t) {
    if (sort == ColumnSort::depth) return double(view.depth[t]);
    return std::isfinite(view.nll[t]) ? double(view.nll[t]) : -1.0;
  };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return key(a) > key(b); });
  return order;
}

class GridPanel : public Panel {
 public:
  GridPanel() : Panel("grid", "Depth grid") {}

  std::string caption(const Source& source, const AppState& state) const override {
    if (state.shown.index < 0) return "recursions down, positions across";
    if (state.rule == RuleView::difference) {
      return fmt::format("upper half: only the training rule computes; lower half: only the causal rule \u00b7 step {}",
                         state.shown.step);
    }
    const Geometry& geometry = source.geometry();
    if (geometry.routing == Routing::none && geometry.layer_count() > 0)
      return fmt::format("every token takes every layer \u00b7 step {}", state.shown.step);
    const std::string bars =
        geometry.routing != Routing::none
            ? fmt::format(", height: score {}{}", score_formula(geometry),
                          has_bar(geometry.routing) ? ", dashes: cut-off" : "; the likeliest depth is taken")
            : "";
    return fmt::format("filled: computed, grey: skipped{}{} \u00b7 step {}", bars, and_rule(source, state.rule),
                       state.shown.step);
  }

  float controls(const Source&, AppState& state, float right) override {
    state.sort = ColumnSort(ui::corner_cycle(
        "grid.sort", {"by position", "by depth", "by loss"}, int(state.sort),
        {"Columns in the order of the text", "The deepest tokens first", "The largest loss first"}, right));
    ui::corner_chip("grid.paper", "paper", state.paper_colors,
                    "As the paper prints it: dark where computed, pale where skipped", right);
    return right;
  }

  Table table(const Source&, const AppState& state) const override {
    const TextView& view = state.shown.text(Subject::watched, state.rule);
    const bool differ = state.rule == RuleView::difference;
    Table table{{"recursion", "position", "piece", "computed", "candidate", "logit", "gate", "rank"}};
    if (differ) table.columns = {"recursion", "position", "piece", "training rule", "causal rule"};
    for (int r = 0; r < int(view.rows.size()); ++r)
      for (int t = 0; t < view.size(); ++t) {
        const Cell& c = view.rows[r].cells[t];
        if (differ)
          table.add(r + 1, t, view.pieces[t], computed(state.shown.training, r, t), computed(view, r, t));
        else
          table.add(r + 1, t, view.pieces[t], c.state == CellState::computed, c.state != CellState::exited,
                    c.scored ? cell(c.logit) : "", c.scored ? cell(c.gate) : "", c.scored ? cell(c.rank) : "");
      }
    return table;
  }

 private:
  std::string missing(const Source& source, const AppState& state) const override {
    return state.shown.text(Subject::watched, state.rule).size() == 0 ? no_text(source) : "";
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    const TextView& view = state.shown.text(Subject::watched, state.rule);
    const Box box = free_box();
    const float em = ui::em();
    const GridFrame frame({{box.min.x, box.min.y + em * 0.4f}, box.max}, make_rows(source, state, view), view.size(),
                          state.columns, order_of(view, state.sort));
    if (state.paper_colors) canvas.rect(frame.cells().inset(-em * 0.3f, -em * 0.3f), ui::u32(paper_plate), em * 0.2f);
    int line = 0;
    const LayerMap& map = source.geometry().layers;
    if (map.prelude > 0) draw_row(canvas, frame, line++, 0, state, view);
    for (int r = 1; r <= int(view.rows.size()); ++r) draw_row(canvas, frame, line++, r, state, view);
    if (map.coda > 0) draw_row(canvas, frame, line, 0, state, view);

    frame.draw_frame(canvas, state, Subject::watched, view);
    const Color mark = state.paper_colors ? Color{0xBE, 0x46, 0x14} : ui::colors::text;
    frame.draw_selection(canvas, state, Subject::watched, ui::u32(mark));
    draw_glow(canvas, frame, state, view, map.prelude > 0 ? 1 : 0);
    frame.interact("grid.cells", state, Subject::watched);
    take_box(box);
  }

  std::string lines(const Source& source, const AppState& state) const override {
    const TextView& view = state.shown.text(Subject::watched, state.rule);
    std::string out =
        state.rule == RuleView::difference
            ? "#: computed by both rules, t: by the training rule only, c: by the causal rule only, -: by neither\n"
            : "#: computed, -: skipped, .: left before\n";
    for (size_t r = 0; r < view.rows.size(); ++r) {
      const FrameRow row = row_of(source, state, view, r);
      out += row.label + "  ";
      for (int t = 0; t < view.size(); ++t) out += mark_of(state, view, r, t);
      out += fmt::format("  {}{}{}\n", row.count, row.note.empty() ? "" : ", ", row.note);
    }
    return out;
  }
};

}  // namespace

std::unique_ptr<Panel> make_grid_panel() {
  return std::make_unique<GridPanel>();
}

}  // namespace tinymor
