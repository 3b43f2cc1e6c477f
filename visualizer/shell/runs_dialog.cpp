#include "visualizer/shell/runs_dialog.h"

#include <fmt/format.h>

#include <algorithm>

#include "visualizer/draw/fields.h"
#include "visualizer/panels/panel.h"
#include "visualizer/panels/runs_table.h"
#include "visualizer/shell/keys.h"

namespace tinymor {
namespace {

constexpr size_t most = Comparison::most_drawn;

std::string small_letters(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = char(c + ('a' - 'A'));
  return text;
}

/// The runs whose names contain the filter, in capitals or not, as the table sorts them.
std::vector<RunRow> listed_runs(const Source& source, const AppState& state) {
  std::vector<RunRow> rows = all_run_rows(source, state);
  const std::string filter = small_letters(state.compare.filter);
  std::erase_if(rows,
                [&](const RunRow& row) { return small_letters(row.facts.name).find(filter) == std::string::npos; });
  return rows;
}

/// The rival of a row; null for A.
Source* rival_of(const RunRow& row, const Comparison& comparison) {
  const auto found = std::find(comparison.rivals.begin(), comparison.rivals.end(), row.run);
  return found == comparison.rivals.end() ? nullptr : *found;
}

/// The rows from the one that was pressed last to this one; this one alone where that is not listed.
std::vector<const RunRow*> range_to(const RunRow& row, const std::vector<RunRow>& rows, const Source* last) {
  const auto at = [&](const Source* run) {
    return std::find_if(rows.begin(), rows.end(), [&](const RunRow& each) { return each.run == run; }) - rows.begin();
  };
  ptrdiff_t from = at(last);
  const ptrdiff_t to = at(row.run);
  if (from == ptrdiff_t(rows.size())) from = to;
  std::vector<const RunRow*> range;
  for (ptrdiff_t i = from; i != to; i += from < to ? 1 : -1) range.push_back(&rows[size_t(i)]);
  range.push_back(&rows[size_t(to)]);
  return range;
}

void press(const RunRow& row, const std::vector<RunRow>& rows, AppState& state) {
  Comparison& c = state.compare;
  state.open.message.clear();
  const bool whole_range = ImGui::GetIO().KeyShift;
  if (row.side == "A" && !whole_range) {
    state.open.message = "A is always drawn: it is what the other panels show.";
  } else if (row.drawn && !whole_range) {
    c.leave_out(*row.run);
  } else {
    const auto range = whole_range ? range_to(row, rows, c.pressed) : std::vector<const RunRow*>{&row};
    const bool room = std::all_of(range.begin(), range.end(), [&](const RunRow* each) { return c.draw(*each->run); });
    if (!room)
      state.open.message = fmt::format("No more than {} runs are drawn at once: press one of them first.", most);
  }
  c.chosen = true;
  c.pressed = row.run;
}

/// Draws A and the first of the list.
void draw_first(const Source& source, const std::vector<RunRow>& rows, Comparison& c) {
  std::vector<Source*> first;
  for (const RunRow& row : rows)
    if (Source* rival = rival_of(row, c); rival && first.size() + 1 < most) first.push_back(rival);
  c.draw_only(source, first);
  c.chosen = true;
}

void draw_filter(const Source& source, AppState& state, std::vector<RunRow>& rows) {
  Comparison& c = state.compare;
  const std::string first = fmt::format("First {}", most);
  const float buttons = ui::button_width(first.c_str()) + ui::button_width("Only A") + 3 * ui::em();
  const bool one_line = ImGui::GetContentRegionAvail().x > buttons + ui::em() * 9;
  ImGui::SetNextItemWidth(one_line ? -buttons : -1);
  const bool appears = ImGui::IsWindowAppearing();
  state.awaits_text |= appears;
  const std::string before = c.filter;
  const bool entered = ui::text_field("runs.filter", c.filter, appears) || take_entered_ahead(state);
  ui::hint("Only runs whose names contain this are listed; Enter presses the first of them");
  if (c.filter != before) rows = listed_runs(source, state);
  if (entered && !rows.empty()) press(rows.front(), rows, state);
  if (one_line) ImGui::SameLine();
  if (ui::button("runs.first", first.c_str(), true, "Draws A and, in the order of the list, the first of the others"))
    draw_first(source, rows, c);
  ImGui::SameLine();
  if (!ui::button("runs.none", "Only A", true, "Draws A alone")) return;
  c.draw_only(source, {});
  c.chosen = true;
}

/// The list, which scrolls by itself where most of it fits into the window.
void draw_list(const std::vector<RunRow>& rows, AppState& state) {
  if (rows.empty()) return ui::label("No run has a name that contains this.", ui::colors::dim);
  const float all = runs_table_height(rows.size()), few = runs_table_height(std::min<size_t>(rows.size(), 3));
  const float room = ImGui::GetIO().DisplaySize.y - 3 * ui::em() - ImGui::GetCursorPosY();
  ImGui::BeginChild("list", {0, std::max(few, std::min(all, room))}, false, ImGuiWindowFlags_NoNavInputs);
  Box box = free_box();
  box.max.y = box.min.y + all;
  const auto hint = [](const RunRow& row) {
    if (row.side == "A") return "A, which the other panels show, is always drawn";
    return row.drawn ? "Click: no longer drawn; with Shift: all from the one that was pressed last are drawn"
                     : "Click: drawn, too; with Shift: all from the one that was pressed last";
  };
  draw_runs_table(window_canvas(), box, rows, state,
                  {"runs", true, [&](const RunRow& row) { press(row, rows, state); }, hint});
  take_box(box);
  ImGui::EndChild();
}

}  // namespace

void draw_runs_dialog(const Source& source, AppState& state) {
  if (state.open.dialog != Dialog::runs) return;
  if (ui::begin_dialog("##runs", ui::em() * 46)) {
    if (ui::dialog_title("runs.close", "Runs in Curves and Compare")) state.open.dialog = Dialog::none;
    if (ImGui::GetIO().DisplaySize.y > ui::em() * 24)
      ui::paragraph(
          fmt::format("{}, {} at once at most. Type a part of a name to shorten the list. Press a run to draw "
                      "it or not, with Shift all from the one that was pressed last.",
                      drawn_words(state.compare), most),
          ui::colors::dim, ui::Font::small);
    std::vector<RunRow> rows = listed_runs(source, state);
    draw_filter(source, state, rows);
    if (!state.open.message.empty()) ui::paragraph(state.open.message, ui::colors::warn, ui::Font::small);
    draw_list(rows, state);
  }
  ui::end_dialog();
}

}  // namespace tinymor
