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
  int importance;  ///< The columns with the smallest are shown where not all fit, ...
  int of_choice;   ///< ... and this where runs are chosen; -1: not there.
  std::string (*text)(const RunRow& row);
};

constexpr Column columns[] = {
    {"run", RunColumn::name, 0, 0, [](const RunRow& row) { return row.facts.name; }},
    {"held out, nats", RunColumn::loss, 1, 1,
     [](const RunRow& row) { return row.facts.diverged ? "diverged" : known(row.facts.loss, as_loss); }},
    {"to the best", RunColumn::loss, 2, 4, [](const RunRow& row) { return known(row.behind, as_behind); }},
    {"layers/token", RunColumn::layers, 3, -1, [](const RunRow& row) { return known(row.facts.layers, as_layers); }},
    {"parameters", RunColumn::parameters, 4, 3,
     [](const RunRow& row) { return known(row.facts.parameters, as_short); }},
    {"KV bytes/token", RunColumn::kv_bytes, 5, -1,
     [](const RunRow& row) { return known(row.facts.kv_bytes, as_short); }},
    {"step", RunColumn::step, 6, 2, [](const RunRow& row) { return fmt::format("{}", row.facts.step); }},
    {"tokens/s", RunColumn::speed, 8, -1, [](const RunRow& row) { return known(row.facts.speed, as_short); }},
    {"model", RunColumn::model, 7, 5, [](const RunRow& row) { return row.facts.model; }}};

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

/// What is before a run's name: its line, and its side or its tick.
float before_name() {
  return ui::em() * 2.3f;
}

float width_of(const Column& column, const std::vector<RunRow>& rows) {
  float width = text_size(column.title, ui::Font::small).x + ui::em() * 0.8f;  // and the sign of the order
  for (const RunRow& row : rows) width = std::max(width, text_size(column.text(row), ui::Font::small).x);
  return width + (column.by == RunColumn::name ? before_name() : 0);
}

std::vector<Placed> placed_columns(const Box& box, const std::vector<RunRow>& rows, bool of_choice) {
  const float gap = ui::em();
  std::vector<Placed> out;
  const auto importance = [&](const Column& column) { return of_choice ? column.of_choice : column.importance; };
  for (const Column& column : columns)
    if (importance(column) >= 0) out.push_back({&column, 0, width_of(column, rows)});
  // A long name gives way to numbers, and gets what room they leave.
  Placed& name = out.front();
  const float whole = name.width;
  name.width = std::min(whole, std::max(ui::em() * 10, box.width() * (of_choice ? 0.5f : 0.35f)) + before_name());
  const auto total = [&] {
    float sum = -gap;
    for (const Placed& placed : out) sum += placed.width + gap;
    return sum;
  };
  const auto less_important = [&](const Placed& a, const Placed& b) {
    return importance(*a.column) < importance(*b.column);
  };
  while (out.size() > 1 && total() > box.width()) out.erase(std::max_element(out.begin(), out.end(), less_important));
  name.width = std::min(whole, name.width + std::max(0.0f, box.width() - total()));
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

void draw_header(Canvas& canvas, const Box& box, const std::vector<Placed>& all, const char* name, RunOrder& order) {
  for (const Placed& placed : all) {
    const Box cell{{placed.left, box.min.y}, {placed.left + placed.width, box.min.y + row_height()}};
    ImGui::SetCursorScreenPos(cell.min);
    if (ui::area(fmt::format("{}.sort.{}", name, placed.column - columns), {cell.width(), cell.height()}))
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

/// A box around `center`, with a tick in it or not.
void draw_tick(Canvas& canvas, ImVec2 center, bool ticked) {
  const float r = ui::em() * 0.38f;
  canvas.outline({{center.x - r, center.y - r}, {center.x + r, center.y + r}}, ui::u32(ui::colors::dim), 1, r * 0.3f);
  if (!ticked) return;
  canvas.polyline({{center.x - r * 0.6f, center.y},
                   {center.x - r * 0.1f, center.y + r * 0.5f},
                   {center.x + r * 0.6f, center.y - r * 0.6f}},
                  ui::u32(ui::colors::text), ui::em() * 0.14f);
}

void draw_row(Canvas& canvas, const Box& box, const std::vector<Placed>& all, const RunRow& row,
              const Comparison& comparison, const RunsTableUse& use) {
  const float em = ui::em(), middle = box.center().y;
  ImGui::SetCursorScreenPos(box.min);
  if (ui::area(fmt::format("{}.run.{}", use.name, row.place), {box.width(), box.height()})) use.press(row);
  const bool hovered = ImGui::IsItemHovered();
  ui::hint(use.hint(row));
  if (row.side == "A" || hovered)
    canvas.rect(box, ui::u32(hovered ? ui::colors::hovered : ui::colors::control, 0.6), em * 0.2f);
  const RunLook look = look_of(comparison, *row.run);
  if (row.drawn) draw_sample(canvas, {box.min.x + em * (use.ticks ? 1.05f : 0.15f), middle}, look.color, look.dash);
  if (use.ticks)
    draw_tick(canvas, {box.min.x + em * 0.5f, middle}, row.drawn);
  else if (!row.side.empty())
    draw_side_mark(canvas, {box.min.x + em * 1.7f, middle}, row.side == "B", ui::u32(look.color));
  for (const Placed& placed : all) {
    const bool named = placed.column->by == RunColumn::name && row.drawn;
    draw_cell(canvas, placed, middle - text_size("x", ui::Font::small).y / 2,
              ui::u32(named ? look.color : Color(row.drawn ? ui::colors::text : ui::colors::dim)),
              placed.column->text(row));
  }
}

std::string side_of(const Source& run, const Source& source, const Comparison& comparison) {
  if (&run == &source) return "A";
  return &run == comparison.other ? "B" : "";
}

}  // namespace

namespace {

std::vector<RunRow> rows_of(const std::vector<const Source*>& runs, const Source& source,
                            const Comparison& comparison) {
  std::vector<RunFacts> facts;
  std::vector<RunRow> all;
  double best = std::numeric_limits<double>::infinity();
  for (const Source* run : runs) {
    facts.push_back(facts_of(*run));
    const double loss = other_data(source, *run) ? std::nan("") : facts.back().loss;
    all.push_back({run, comparison.place_of(*run), facts.back(), loss, side_of(*run, source, comparison),
                   comparison.draws(*run)});
    if (std::isfinite(loss)) best = std::min(best, loss);
  }
  if (all.size() == 1) best = std::nan("");  // one run alone is no comparison
  for (RunRow& row : all) row.behind -= best;
  std::vector<RunRow> rows;
  for (const size_t i : sorted(facts, comparison.order)) rows.push_back(all[i]);
  return rows;
}

}  // namespace

std::vector<RunRow> run_rows(const Source& source, const AppState& state) {
  std::vector<const Source*> runs;
  for (const Source* run : state.compare.opened)
    if (run && state.compare.draws(*run)) runs.push_back(run);
  return rows_of(runs, source, state.compare);
}

std::vector<RunRow> all_run_rows(const Source& source, const AppState& state) {
  std::vector<const Source*> runs = state.compare.opened;
  std::erase(runs, nullptr);
  return rows_of(runs, source, state.compare);
}

std::string drawn_words(const Comparison& comparison) {
  const size_t all = comparison.rivals.size() + 1, drawn = comparison.drawn_count();
  return drawn == all ? fmt::format("{} runs", all) : fmt::format("{} of {} runs", drawn, all);
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

void draw_runs_table(Canvas& canvas, const Box& box, const std::vector<RunRow>& rows, AppState& state,
                     const RunsTableUse& use) {
  const std::vector<Placed> all = placed_columns(box, rows, use.ticks);
  draw_header(canvas, box, all, use.name, state.compare.order);
  const float height = row_height();
  float y = box.min.y + height;
  for (const RunRow& row : rows) {
    draw_row(canvas, {{box.min.x, y}, {box.max.x, y + height}}, all, row, state.compare, use);
    y += height;
  }
}

void draw_runs_table(Canvas& canvas, const Box& box, const std::vector<RunRow>& rows, AppState& state) {
  const auto hint = [&](const RunRow& row) {
    if (row.side != "A") return "Click: this run is B";
    return state.compare.other ? "Click: B is another step of this run" : static_cast<const char*>(nullptr);
  };
  draw_runs_table(canvas, box, rows, state,
                  {"compare", false, [&](const RunRow& row) { choose(row.run, state.compare); }, hint});
}

}  // namespace tinymor
