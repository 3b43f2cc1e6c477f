#include "visualizer/panels/depth_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/draw/ui.h"
#include "visualizer/panels/order_mark.h"
#include "visualizer/panels/panel.h"
#include "visualizer/panels/strip.h"
#include "visualizer/panels/vocabulary.h"

namespace tinymor {
namespace {

constexpr const char* column_names[] = {"", "tokens", "depth", "loss", "regret"};
constexpr int column_count = 5;

/// Where the columns are: the name, four numbers, and a bar where there is room.
struct Columns {
  float left, number, name, bar;

  explicit Columns(const Box& box) : left(box.min.x), number(ui::em() * 4.2f) {
    const float rest = box.width() - ImGui::GetStyle().ScrollbarSize - 4 * number, wide = ui::em() * 19;
    name = std::max(ui::em() * 4, std::min(rest, ui::em() * 13));
    bar = rest > wide ? std::min(rest - name - ui::em(), ui::em() * 12) : 0;
  }
  float from(int column) const { return column == 0 ? left : left + name + float(column - 1) * number; }
  float width(int column) const { return column == 0 ? name : number; }
  float bar_from() const { return from(column_count) + ui::em(); }
};

void sort_by(DepthOrder& order, DepthColumn column) {
  const bool again = order.by == column;
  order = {column, again ? !order.smallest_first : column == DepthColumn::name};
}

/// The colour of each depth.
void draw_share_legend(Canvas& canvas, ImVec2 at, int recursions) {
  const float em = ui::em();
  for (int depth = 1; depth <= recursions && recursions > 1; ++depth, at.x += em * 2) {
    canvas.rect({{at.x, at.y + em * 0.35f}, {at.x + em * 0.7f, at.y + em * 1.05f}}, ui::u32(depth_color(depth)),
                em * 0.1f);
    canvas.text({at.x + em * 0.9f, at.y + em * 0.15f}, ui::u32(ui::colors::dim), fmt::format("{}", depth),
                ui::Font::small);
  }
}

void draw_header(Canvas& canvas, const Box& box, AppState& state, const Columns& columns, int recursions) {
  const float height = ui::em() * 1.4f;
  for (int c = 0; c < column_count; ++c) {
    const Box cell{{columns.from(c), box.min.y}, {columns.from(c) + columns.width(c), box.min.y + height}};
    const bool on = int(state.depth.order.by) == c;
    ImGui::SetCursorScreenPos(cell.min);
    if (ui::area(fmt::format("depth.sort.{}", c), {cell.width(), height})) sort_by(state.depth.order, DepthColumn(c));
    if (ImGui::IsItemHovered()) {
      canvas.rect(cell, ui::u32(ui::colors::control), ui::em() * 0.2f);
      ui::hint(on ? "Turns the order round" : "Sorts by this column");
    }
    const ImU32 color = ui::u32(on ? ui::colors::text : ui::colors::dim);
    const float y = box.min.y + ui::em() * 0.15f;
    const std::string name = c == 0 ? group_names[int(state.depth.by)] : column_names[c];
    if (c == 0)
      ui::fitted_text(canvas, {cell.min.x, y}, color, name, cell.width() - ui::em(), ui::Font::small);
    else
      text_right(canvas, {cell.max.x, y}, color, name, ui::Font::small);
    const float width = text_size(name, ui::Font::small).x + ui::em() * 0.6f;
    if (on)
      draw_order(canvas, {c == 0 ? cell.min.x + width : cell.max.x - width, cell.center().y},
                 state.depth.order.smallest_first);
  }
  if (columns.bar > 0) draw_share_legend(canvas, {columns.bar_from(), box.min.y}, recursions);
}

/// The shares of the group's tokens that took 1, 2, ... recursions, side by side.
void draw_shares(Canvas& canvas, const Box& bar, const std::vector<double>& takes) {
  float from = bar.min.x;
  for (size_t depth = 0; depth <= takes.size(); ++depth) {
    const double above = depth < takes.size() ? takes[depth] : 0, below = depth == 0 ? 1 : takes[depth - 1];
    const float to = from + bar.width() * float(std::max(0.0, below - above));
    if (to > from) canvas.rect({{from, bar.min.y}, {to, bar.max.y}}, ui::u32(depth_color(int(depth))));
    from = to;
  }
}

std::string examples_hint(const DepthShown& shown, const DepthGroup& group) {
  std::string out;
  for (size_t i = 0; i < std::min<size_t>(3, group.examples.size()); ++i) {
    const SurveyedToken& token = shown.depths.tokens[size_t(group.examples[i])];
    out += (i > 0 ? "\n" : "") + context_of(shown.depths, token.text, token.position, 5);
  }
  return out;
}

void draw_row(Canvas& canvas, AppState& state, const DepthShown& shown, const DepthGroup& group, int number,
              bool chosen, const Columns& columns) {
  const float em = ui::em(), height = em * 1.4f;
  const Box box = free_box();
  const Box row{box.min, {box.max.x, box.min.y + height}};
  if (ui::area(fmt::format("depth.row.{}", number), {row.width(), height})) {
    state.survey.group = group.name;
    state.survey.example.reset();
  }
  const bool hovered = ImGui::IsItemHovered();
  if (chosen || hovered) canvas.rect(row, ui::u32(chosen ? ui::colors::control : ui::colors::well), em * 0.2f);
  if (hovered) ui::tooltip(examples_hint(shown, group), ui::colors::text, em * 30);
  const float y = row.min.y + em * 0.15f;
  ui::fitted_text(canvas, {row.min.x + em * 0.2f, y}, ui::u32(ui::colors::text), group.name, columns.name - em * 0.4f);
  const std::string cells[] = {grouped(group.tokens), depth_number(group.depth, 2), depth_number(group.loss, 2),
                               depth_number(group.regret, 3)};
  for (int c = 1; c < column_count; ++c)
    text_right(canvas, {columns.from(c) + columns.number, y}, ui::u32(ui::colors::text), cells[c - 1]);
  if (columns.bar > 0 && group.takes.size() > 1)
    draw_shares(
        canvas,
        {{columns.bar_from(), row.min.y + em * 0.35f}, {columns.bar_from() + columns.bar, row.max.y - em * 0.35f}},
        group.takes);
}

void draw_rows(Canvas& canvas, const Box& box, AppState& state, const DepthShown& shown,
               const std::vector<DepthGroup>& groups, const DepthGroup* chosen) {
  const Columns columns(box);
  draw_header(canvas, box, state, columns, shown.depths.recursions);
  ImGui::SetCursorScreenPos({box.min.x, box.min.y + ui::em() * 1.5f});
  ImGui::BeginChild("groups", ImVec2(box.width(), std::max(1.0f, box.height() - ui::em() * 1.5f)), false);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
  ImGuiListClipper clipper;
  clipper.Begin(int(groups.size()), ui::em() * 1.4f);
  while (clipper.Step())
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
      draw_row(canvas, state, shown, groups[size_t(i)], i, &groups[size_t(i)] == chosen, columns);
  ImGui::PopStyleVar();
  ImGui::EndChild();
}

/// The group whose examples are listed.
const DepthGroup* chosen_group(const AppState& state, const std::vector<DepthGroup>& groups) {
  const auto found = std::find_if(groups.begin(), groups.end(),
                                  [&](const DepthGroup& group) { return group.name == state.survey.group; });
  if (found != groups.end()) return &*found;
  return groups.empty() ? nullptr : &groups.front();
}

void draw_examples(Canvas& canvas, const Box& box, AppState& state, const DepthShown& shown, const DepthGroup& group) {
  const float em = ui::em(), row = em * 1.25f;
  const std::string name = in_quotes(group.name);
  ui::fitted_text(
      canvas, box.min, ui::u32(ui::colors::dim),
      {fmt::format("examples of {}: press one to read all of its text", name), fmt::format("examples of {}", name)},
      box.width(), ui::Font::small);
  const DataScope data;
  const int around = std::clamp(int(box.width() / (em * 6)), 3, 12);  // tokens on each side
  float y = box.min.y + em * 1.2f;
  for (size_t i = 0; i < group.examples.size() && y + row <= box.max.y; ++i, y += row) {
    const SurveyedToken& token = shown.depths.tokens[size_t(group.examples[i])];
    ImGui::SetCursorScreenPos({box.min.x, y});
    if (ui::area(fmt::format("depth.example.{}", i), {box.width(), row})) show_example(state, shown.depths, token);
    if (ImGui::IsItemHovered()) {
      canvas.rect({{box.min.x, y}, {box.max.x, y + row}}, ui::u32(ui::colors::control), em * 0.2f);
      ui::tooltip(token_words(token) + "\n" + context_of(shown.depths, token.text, token.position, 30),
                  ui::colors::text, em * 34);
    }
    const int recursions = shown.depths.recursions;
    canvas.circle({box.min.x + em * 0.5f, y + row / 2}, em * 0.3f, ui::u32(depth_color(token.depth, recursions)));
    ui::fitted_text(canvas, {box.min.x + em * 1.1f, y + em * 0.1f}, ui::u32(ui::colors::text),
                    context_of(shown.depths, token.text, token.position, around), box.width() - em * 6);
    text_right(canvas, {box.max.x, y + em * 0.1f}, ui::u32(ui::colors::dim), fmt::format("{:.2f} nats", token.loss),
               ui::Font::small);
  }
}

/// A whole text, tinted by depth, with the example outlined.
void draw_example(Canvas& canvas, const Box& box, AppState& state, const DepthSurvey& depths) {
  const auto [text, position] = *state.survey.example;
  ImGui::SetCursorScreenPos(box.min);
  if (ui::button("depth.back", "Back", true, "Lists the examples again")) state.survey.example.reset();
  const auto token =
      std::find_if(depths.tokens.begin(), depths.tokens.end(),
                   [&, t = text, p = position](const auto& each) { return each.text == t && each.position == p; });
  ImGui::SameLine();
  if (token != depths.tokens.end())
    ui::fitted_label(token_words(*token), box.max.x - ImGui::GetCursorScreenPos().x, ui::colors::dim, ui::Font::small);
  ImGui::SetCursorScreenPos({box.min.x, box.min.y + ImGui::GetFrameHeight() + ui::em() * 0.3f});
  ImGui::BeginChild("example", ImVec2(box.width(), std::max(1.0f, box.max.y - ImGui::GetCursorScreenPos().y)), false);
  const std::vector<std::string>& pieces = depths.pieces[size_t(text)];
  const TextFlow flow = flow_text(pieces, std::max(1.0f, ImGui::GetContentRegionAvail().x));
  draw_flow(canvas, flow, pieces, ImGui::GetCursorScreenPos(), std::nullopt,
            [&, text = text, position = position](int t) {
              TokenLook look = depth_look(depths.depths[size_t(text)][size_t(t)], depths.recursions);
              look.marked = t == position;
              return look;
            });
  ImGui::Dummy({1, flow.height});
  ImGui::EndChild();
}

}  // namespace

void draw_depth_table(Canvas& canvas, const Box& box, AppState& state, const DepthShown& shown,
                      const std::vector<DepthGroup>& groups) {
  const float em = ui::em();
  const auto& example = state.survey.example;
  const bool whole = example && example->first < int(shown.depths.pieces.size());
  const DepthGroup* chosen = chosen_group(state, groups);
  // Few groups leave more room below them.
  const float table =
      std::min(em * (1.4f * float(groups.size()) + 2.5f), box.height() - std::max(box.height() * 0.35f, em * 8));
  const float lower = box.height() > em * 16 ? box.height() - table : 0;
  // In a small panel the example takes the place of the table.
  const Box below{{box.min.x, lower > 0 ? box.max.y - lower : box.min.y}, box.max};
  if (lower > 0 || !whole)
    draw_rows(canvas, {box.min, {box.max.x, lower > 0 ? below.min.y - em * 0.6f : box.max.y}}, state, shown, groups,
              chosen);
  if (whole)
    draw_example(canvas, below, state, shown.depths);
  else if (lower > 0 && chosen)
    draw_examples(canvas, below, state, shown, *chosen);
}

}  // namespace tinymor
