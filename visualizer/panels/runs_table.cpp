#include "visualizer/panels/runs_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "visualizer/draw/plot_math.h"
#include "visualizer/draw/ui.h"
#include "visualizer/panels/order_mark.h"
#include "visualizer/panels/run_look.h"

namespace tinymor {
namespace {

/// One number of the run, or "-".
template <class Write>
std::string known(double value, Write&& write) {
  return std::isfinite(value) ? write(value) : "-";
}

std::string as_short(double value) {
  return short_number(value);
}
std::string as_loss(double value) {
  return fmt::format("{:.3f}", value);
}
std::string as_layers(double value) {
  return fmt::format("{:.2f}", value);
}
std::string as_behind(double value) {
  return value == 0 ? "best" : fmt::format("+{:.3f}", value);
}

struct Column {
  const char* title;
  RunColumn by;
  int importance;  ///< The columns with the smallest are shown where not all fit.
  std::string (*text)(const RunRow& row);
};

constexpr Column columns[] = {
    {"run", RunColumn::name, 0, [](const RunRow& row) { return row.facts.name; }},
    {"held out, nats", RunColumn::loss, 1,
     [](const RunRow& row) { return row.facts.diverged ? "diverged" : known(row.facts.loss, as_loss); }},
    {"to the best", RunColumn::loss, 2, [](const RunRow& row) { return known(row.behind, as_behind); }},
    {"layers/token", RunColumn::layers, 3, [](const RunRow& row) { return known(row.facts.layers, as_layers); }},
    {"parameters", RunColumn::parameters, 4, [](const RunRow& row) { return known(row.facts.parameters, as_short); }},
    {"KV bytes/token", RunColumn::kv_bytes, 5, [](const RunRow& row) { return known(row.facts.kv_bytes, as_short); }},
    {"step", RunColumn::step, 6, [](const RunRow& row) { return fmt::format("{}", row.facts.step); }},
    {"tokens/s", RunColumn::speed, 8, [](const RunRow& row) { return known(row.facts.speed, as_short); }},
    {"model", RunColumn::model, 7, [](const RunRow& row) { return row.facts.model; }}};

bool of_words(const Column& column) {
  return column.by == RunColumn::name || column.by == RunColumn::model;
}

/// A column in its place.
struct Placed {
  const Column* column;
  float left, width;
};

float row_height() {
  return ui::em() * 1.35f;
}

/// What is before a run's name: its line, and its side.
float before_name() {
  return ui::em() * 2.3f;
}

float width_of(const Column& column, const std::vector<RunRow>& rows) {
  float width = text_size(column.title, ui::Font::small).x + ui::em() * 0.8f;  // and the sign of the order
  for (const RunRow& row : rows) width = std::max(width, text_size(column.text(row), ui::Font::small).x);
  return column.by == RunColumn::name ? std::min(width, ui::em() * 10) + before_name() : width;
}

std::vector<Placed> placed_columns(const Box& box, const std::vector<RunRow>& rows) {
  const float gap = ui::em();
  std::vector<Placed> out;
  for (const Column& column : columns) out.push_back({&column, 0, width_of(column, rows)});
  const auto total = [&] {
    float sum = -gap;
    for (const Placed& placed : out) sum += placed.width + gap;
    return sum;
  };
  const auto less_important = [](const Placed& a, const Placed& b) {
    return a.column->importance < b.column->importance;
  };
  while (out.size() > 1 && total() > box.width()) out.erase(std::max_element(out.begin(), out.end(), less_important));
  float left = box.min.x;
  for (Placed& placed : out) {
    placed.left = left;
    left += placed.width + gap;
  }
  return out;
}

float text_left(const Placed& placed) {
  return placed.left + (placed.column->by == RunColumn::name ? before_name() : 0);
}

void draw_cell(Canvas& canvas, const Placed& placed, float y, ImU32 color, const std::string& text) {
  if (!of_words(*placed.column))
    return text_right(canvas, {placed.left + placed.width, y}, color, text, ui::Font::small);
  const float left = text_left(placed);
  ui::fitted_text(canvas, {left, y}, color, text, placed.width - (left - placed.left), ui::Font::small);
}

void sort_by(RunOrder& order, RunColumn column) {
  const bool again = order.by == column;
  if (again && order.reversed)
    order = {};
  else
    order = {column, again};
}

void draw_header(Canvas& canvas, const Box& box, const std::vector<Placed>& all, RunOrder& order) {
  for (const Placed& placed : all) {
    const Box cell{{placed.left, box.min.y}, {placed.left + placed.width, box.min.y + row_height()}};
    ImGui::SetCursorScreenPos(cell.min);
    if (ui::area(fmt::format("compare.sort.{}", placed.column - columns), {cell.width(), cell.height()}))
      sort_by(order, placed.column->by);
    if (ImGui::IsItemHovered()) canvas.rect(cell, ui::u32(ui::colors::control), ui::em() * 0.2f);
    ui::hint("Sorts by this column; again: the other way round; once more: as the runs were opened");
    const bool on = order.by == placed.column->by;
    draw_cell(canvas, placed, cell.min.y + ui::em() * 0.2f, ui::u32(on ? ui::colors::text : ui::colors::dim),
              placed.column->title);
    const float beside = text_size(placed.column->title, ui::Font::small).x + ui::em() * 0.5f;
    const float x = of_words(*placed.column) ? text_left(placed) + beside : cell.max.x - beside;
    if (on) draw_order(canvas, {x, cell.center().y}, !order.reversed);
  }
}

/// A press makes the run B; one on A itself lets B be another step of it.
void choose(const Source* run, Comparison& comparison) {
  const auto found = std::find(comparison.rivals.begin(), comparison.rivals.end(), run);
  comparison.compare_with(found == comparison.rivals.end() ? nullptr : *found);
}

void draw_row(Canvas& canvas, const Box& box, const std::vector<Placed>& all, const RunRow& row, AppState& state) {
  const float em = ui::em(), middle = box.center().y;
  ImGui::SetCursorScreenPos(box.min);
  if (ui::area(fmt::format("compare.run.{}", row.place), {box.width(), box.height()})) choose(row.run, state.compare);
  const bool hovered = ImGui::IsItemHovered();
  if (row.side != "A")
    ui::hint("Click: this run is B");
  else if (state.compare.other)
    ui::hint("Click: B is another step of this run");
  if (row.side == "A" || hovered)
    canvas.rect(box, ui::u32(hovered ? ui::colors::hovered : ui::colors::control, 0.6), em * 0.2f);
  const RunLook look = look_of(state.compare, *row.run);
  draw_sample(canvas, {box.min.x + em * 0.15f, middle}, look.color, look.dash);
  if (!row.side.empty()) draw_side_mark(canvas, {box.min.x + em * 1.7f, middle}, row.side == "B", ui::u32(look.color));
  for (const Placed& placed : all)
    draw_cell(canvas, placed, middle - text_size("x", ui::Font::small).y / 2,
              ui::u32(placed.column->by == RunColumn::name ? look.color : Color(ui::colors::text)),
              placed.column->text(row));
}

std::string side_of(const Source& run, const Source& source, const Comparison& comparison) {
  if (&run == &source) return "A";
  return &run == comparison.other ? "B" : "";
}

}  // namespace

std::vector<RunRow> run_rows(const Source& source, const AppState& state) {
  const Comparison& comparison = state.compare;
  std::vector<RunFacts> facts;
  std::vector<RunRow> all;
  double best = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < comparison.opened.size(); ++i) {
    const Source* run = comparison.opened[i];
    if (!run) continue;
    facts.push_back(facts_of(*run));
    const bool comparable = !other_data(source, *run);
    const double loss = comparable ? facts.back().loss : std::nan("");
    all.push_back({run, i, facts.back(), loss, side_of(*run, source, comparison)});
    if (std::isfinite(loss)) best = std::min(best, loss);
  }
  if (all.size() == 1) best = std::nan("");  // one run alone is no comparison
  for (RunRow& row : all) row.behind -= best;
  std::vector<RunRow> rows;
  for (const size_t i : sorted(facts, comparison.order)) rows.push_back(all[i]);
  return rows;
}

std::string run_line(const RunRow& row) {
  const RunFacts& facts = row.facts;
  std::string out = "run " + facts.name + (row.side.empty() ? "" : " (" + row.side + ")") + ":";
  const auto add = [&](double value, auto&& write, const std::string& unit) {
    if (std::isfinite(value)) out += fmt::format(" {} {},", write(value), unit);
  };
  if (!facts.model.empty()) out += " " + facts.model + ",";
  if (facts.diverged) out += fmt::format(" diverged at step {},", *facts.diverged);
  add(facts.loss, as_loss, "nats held out");
  add(row.behind, as_behind, row.behind == 0 ? "of these runs" : "to the best");
  add(facts.layers, as_layers, "layers per token");
  add(facts.parameters, as_short, "parameters");
  add(facts.kv_bytes, as_short, "bytes of KV cache per token");
  add(facts.speed, as_short, "tokens/s in training");
  return out + fmt::format(" step {}", facts.step);
}

float runs_table_height(size_t rows) {
  return row_height() * float(rows + 1) + ui::em() * 0.2f;
}

void draw_runs_table(Canvas& canvas, const Box& box, const std::vector<RunRow>& rows, AppState& state) {
  const std::vector<Placed> all = placed_columns(box, rows);
  draw_header(canvas, box, all, state.compare.order);
  const float height = row_height();
  float y = box.min.y + height;
  for (const RunRow& row : rows) {
    draw_row(canvas, {{box.min.x, y}, {box.max.x, y + height}}, all, row, state);
    y += height;
  }
}

}  // namespace tinymor
