// Many texts at once: which text has which slot of a server, and in which recursion its token is in each call of the
// block. Of a server that was recorded, or of requests that are made up from the watched text; a slider goes from
// batching by sequence to batching by depth.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "visualizer/panels/grid_frame.h"
#include "visualizer/panels/panels.h"
#include "visualizer/panels/serving_shown.h"

namespace tinymor {
namespace {

/// Below the slots, over the calls.
enum Strip { queue, tokens, cache };

std::vector<FrameRow> frame_rows(const ServingView& view) {
  std::vector<FrameRow> rows;
  const auto add = [&](std::string label, float weight, std::string count, std::string note = "") {
    rows.push_back({std::move(label), weight, std::move(count), std::move(note)});
  };
  for (int slot = 0; slot < view.slots; ++slot)
    add(fmt::format("slot {}", slot + 1), 1,
        percent(double(view.taken[size_t(slot)]) / std::max(1, view.calls())) + " busy");
  const float weight = std::max(1.0f, float(view.slots) / 8);
  const double all = std::accumulate(view.rows.begin(), view.rows.end(), 0.0);
  add("queue", weight, fmt::format("at most {}", view.most_waiting));
  add("tokens", weight, fmt::format("{:.1f} a call", all / double(std::max<int64_t>(1, view.block_calls))));
  add("cache", weight, bytes_text(view.most_bytes), "vanilla " + bytes_text(view.most_vanilla));
  return rows;
}

/// The recursion once more: a digit, or strokes where there is no room for one.
void draw_recursion(Canvas& canvas, const Box& box, int recursion, ImU32 ink) {
  const std::string digit = std::to_string(recursion);
  const ImVec2 letter = text_size(digit, ui::Font::small);
  if (box.width() > letter.x + 2 && box.height() > letter.y * 0.8f)
    return canvas.text({box.center().x - letter.x / 2, box.center().y - letter.y / 2}, ink, digit, ui::Font::small);
  const float stroke = std::max(1.0f, box.height() * 0.07f);
  if (box.width() < 3) return;
  for (int i = 0; i < recursion && stroke * float(2 * i + 2) < box.height(); ++i) {
    const float bottom = box.max.y - stroke * float(2 * i + 1);
    canvas.rect({{box.min.x + 1, bottom - stroke}, {box.max.x - 1, bottom}}, ink);
  }
}

void draw_cell(Canvas& canvas, const Box& box, const ServingCell& cell, int recursions) {
  const float em = ui::em();
  if (cell.text < 0) return canvas.rect(box, ui::u32(ui::colors::well));
  const Color color = depth_color(cell.recursion, recursions);
  canvas.rect(box, ui::u32(color));
  const ImU32 ink = ui::u32(text_on(color));
  if (cell.recursion > 0 && recursions > 1) draw_recursion(canvas, box, cell.recursion, ink);
  if (cell.fed && cell.recursion > 0) {
    const float line = std::max(1.0f, box.height() * 0.06f);
    for (const float top : {box.min.y + 2 * line, box.max.y - 3 * line})
      canvas.rect({{box.min.x, top}, {box.max.x, top + line}}, ink);
  }
  if (cell.joined)
    canvas.rect({box.min, {box.min.x + std::max(1.5f, em * 0.15f), box.max.y}}, ui::u32(ui::colors::text));
  if (!cell.left) return;
  const float side = std::min({em * 0.5f, box.width(), box.height() * 0.5f});
  if (cell.preempted) {
    canvas.line({box.max.x - side, box.min.y}, {box.max.x, box.min.y + side}, ink, 2);
    canvas.line({box.max.x - side, box.min.y + side}, {box.max.x, box.min.y}, ink, 2);
  } else {
    canvas.triangle({box.max.x - side, box.max.y}, {box.max.x, box.max.y}, {box.max.x, box.max.y - side},
                    ui::u32(ui::colors::text));
  }
}

/// Above and below a cell, so that neighbours are marked as one.
void draw_mark(Canvas& canvas, const Box& box) {
  const float thick = std::max(2.0f, ui::em() * 0.18f);
  for (const float y : {box.min.y - thick / 2, box.max.y + thick / 2})
    canvas.line({box.min.x, y}, {box.max.x + 1, y}, ui::u32(ui::colors::text), thick);
}

/// A bar from the bottom, `part` of the box high.
void draw_bar(Canvas& canvas, const Box& box, double part, Color color) {
  const float height = box.height() * float(std::clamp(part, 0.0, 1.0));
  canvas.rect({{box.min.x, box.max.y - height}, box.max}, ui::u32(color));
}

void draw_strip(Canvas& canvas, const Box& box, const ServingView& view, Strip strip, int call) {
  const size_t c = size_t(call);
  const auto part = [](int64_t value, int64_t whole) { return double(value) / double(std::max<int64_t>(1, whole)); };
  canvas.rect(box, ui::u32(ui::colors::well));
  if (strip == queue) return draw_bar(canvas, box, part(view.queue[c], view.most_waiting), ui::colors::warn);
  if (strip == tokens) return draw_bar(canvas, box, part(view.rows[c], view.most_rows), ui::colors::accent);
  const int64_t whole = std::max(view.most_bytes, view.most_vanilla);
  draw_bar(canvas, box, part(view.bytes[c], whole), plain_color);
  const float y = box.max.y - box.height() * float(part(view.vanilla_bytes[c], whole));
  canvas.line({box.min.x, y}, {box.max.x + 1, y}, ui::u32(ui::colors::text), std::max(1.0f, ui::em() * 0.1f));
}

class ServingPanel : public Panel {
 public:
  ServingPanel() : Panel("serving", "Serving") {}

  std::string caption(const Source& source, const AppState& state) const override {
    const ServingShown& shown = views_.shown(source, state);
    if (shown.requests.empty()) return "many texts at once";
    const std::string what =
        shown.recorded ? fmt::format("{} requests to a server{}", shown.requests.size(),
                                     shown.groups == shown.slots ? "" : ", as they would have been decoded")
                       : fmt::format("{} requests made from the watched text \u00b7 step {}{}", shown.requests.size(),
                                     state.shown.step, and_rule(source, RuleView::causal));
    return what + " \u00b7 a column: a call of " + (source.geometry().stages() ? "each stage" : "the block");
  }

  Table table(const Source& source, const AppState& state) const override {
    Table table{{"call", "slot", "text", "position", "tokens", "piece", "recursion", "inside", "fed", "joined", "left",
                 "preempted", "queue", "rows", "cache_bytes", "vanilla_bytes"}};
    const ServingShown& shown = views_.shown(source, state);
    const ServingView& view = shown.view;
    for (int call = 0; call < view.calls(); ++call)
      for (int slot = 0; slot < view.slots; ++slot) {
        const ServingCell& cell = view.at(call, slot);
        const bool under_way = cell.tokens > 0;
        const auto known = view.texts.find(cell.text);
        const bool one = cell.tokens == 1 && known != view.texts.end() && size_t(cell.first) < known->second.size();
        const int32_t id = one ? known->second[size_t(cell.first)] : -1;
        const size_t c = size_t(call);
        table.add(call, slot, cell.text < 0 ? "" : std::to_string(cell.text),
                  under_way ? std::to_string(cell.first) : "", cell.tokens, id < 0 ? "" : source.quoted(id),
                  cell.recursion, cell.inside, cell.fed, cell.joined, cell.left, cell.preempted, view.queue[c],
                  view.rows[c], view.bytes[c], view.vanilla_bytes[c]);
      }
    return table;
  }

 private:
  std::string missing(const Source& source, const AppState& state) const override {
    return views_.shown(source, state).requests.empty() ? no_text(source) : "";
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    const Box box = free_box();
    const float em = ui::em();
    draw_slider(state, canvas, views_.shown(source, state), box);
    const ServingShown& shown = views_.shown(source, state);
    const ServingView& view = shown.view;
    state.calls.follow(view.calls());
    const float top = ImGui::GetCursorScreenPos().y;
    ui::fitted_text(canvas, {box.min.x, top}, ui::u32(ui::colors::text), line_of_words(source, shown), box.width());
    const Box rest{{box.min.x, top + em * 1.5f}, box.max};
    if (rest.height() < em * 6) {
      draw_empty(canvas, rest, too_small);
      return take_box(box);
    }
    const GridFrame frame(rest, frame_rows(view), view.calls(), state.calls, {}, "calls");
    draw_cells(source, state, canvas, frame, shown);
    frame.draw_frame(canvas);
    point(frame.interact("serving.cells", state.calls, true), state, shown);
    take_box(box);
  }

  static void draw_slider(AppState& state, Canvas& canvas, const ServingShown& shown, const Box& box) {
    const float em = ui::em(), top = ImGui::GetCursorScreenPos().y;
    const std::vector<int> choices = group_choices(shown.slots);
    int place = int(std::lower_bound(choices.begin(), choices.end(), shown.groups) - choices.begin());
    if (!ui::is_hidden("serving.groups")) {
      ImGui::SetNextItemWidth(std::min(em * 16, box.width()));
      if (ui::slider("serving.groups", place, 0, std::max(1, int(choices.size()) - 1),
                     batching_name(shown.slots, shown.groups).c_str()))
        state.serving_groups = place + 1 < int(choices.size()) ? choices[size_t(place)] : 0;
      ui::hint("From batching by sequence to batching by depth: the slots of a group take their next tokens together");
      const float right = ImGui::GetItemRectMax().x + em;
      ui::fitted_text(
          canvas, {right, top + (ImGui::GetFrameHeight() - text_size("x", ui::Font::small).y) / 2},
          ui::u32(ui::colors::dim),
          {"digit: recursion \u00b7 lines above and below: a prompt is fed \u00b7 grey: waits \u00b7 bar: joins "
           "\u00b7 corner: leaves \u00b7 cross: preempted",
           "digit: recursion \u00b7 lines: a prompt \u00b7 grey: waits \u00b7 bar: joins \u00b7 corner: leaves",
           "digit: recursion \u00b7 grey: waits", ""},
          box.max.x - right, ui::Font::small);
    }
  }

  std::vector<std::string> line_of_words(const Source& source, const ServingShown& shown) const {
    if (!pointed_ || pointed_->second >= shown.view.calls()) return serving_words(shown, source.geometry().recursions);
    const auto [row, call] = *pointed_;
    return {row < shown.view.slots ? cell_words(source, shown, call, row) : call_words(shown, call)};
  }

  /// Whether a cell is of the text, or has the token, that is pointed at or pinned.
  static bool is_marked(const AppState& state, const ServingShown& shown, const ServingCell& cell) {
    if (cell.text < 0) return false;
    if (cell.text == state.served_text) return true;
    const auto token = state.selected(Subject::watched);
    const int first = shown.watched(cell.text, cell.first);
    return token && cell.tokens > 0 && first >= 0 && *token >= first && *token < first + cell.tokens;
  }

  static void draw_cells(const Source& source, const AppState& state, Canvas& canvas, const GridFrame& frame,
                         const ServingShown& shown) {
    const ServingView& view = shown.view;
    const std::vector<int> calls = frame.tokens();
    // Where columns are thinner than two pixels, only some are drawn.
    const size_t stride = std::max<size_t>(1, size_t(std::ceil(2 / std::max(0.001f, frame.cell_width()))));
    for (size_t i = 0; i < calls.size(); i += stride) {
      const int call = calls[i], last = calls[std::min(i + stride, calls.size()) - 1];
      const auto box = [&](int row) { return Box{frame.cell(row, call).min, frame.cell(row, last).max}; };
      for (int slot = 0; slot < view.slots; ++slot) {
        const ServingCell& cell = view.at(call, slot);
        draw_cell(canvas, box(slot), cell, source.geometry().recursions);
        if (is_marked(state, shown, cell)) draw_mark(canvas, box(slot));
      }
      for (const Strip strip : {queue, tokens, cache}) draw_strip(canvas, box(view.slots + strip), view, strip, call);
    }
  }

  /// What the mouse is at is told, and a press pins its text, and where it is one of the watched text its token. A key
  /// goes from text to text.
  void point(const GridFrame::Pointed& pointed, AppState& state, const ServingShown& shown) {
    const ServingView& view = shown.view;
    pointed_.reset();
    if (!pointed.column) {
      if (pointed.pressed) state.served_text = (state.served_text + 1) % int(std::max<size_t>(1, view.texts.size()));
      return;
    }
    if (!pointed.row) return;
    pointed_ = {*pointed.row, *pointed.column};
    if (*pointed.row >= view.slots) return;
    const ServingCell& cell = view.at(*pointed.column, *pointed.row);
    const int token = cell.tokens > 0 ? shown.watched(cell.text, cell.first) : -1;
    if (token >= 0) point_at(state, {Subject::watched, token}, pointed.pressed);
    if (pointed.pressed) state.served_text = cell.text == state.served_text ? -1 : cell.text;
  }

  std::string lines(const Source& source, const AppState& state) const override {
    const ServingShown& shown = views_.shown(source, state);
    const ServingView& view = shown.view;
    constexpr int most = 200;
    const int from = std::max(0, view.calls() - most);
    std::string out = serving_words(shown, source.geometry().recursions).front() + "\n";
    if (from > 0) out += fmt::format("the newest {} of {} calls:\n", most, view.calls());
    out += fmt::format("a digit: the {} of a token; a letter, from a on: that of a prompt; .: the text waits\n",
                       source.geometry().depth_unit());
    for (int slot = 0; slot < view.slots; ++slot)
      out += fmt::format("slot {:3}  {}\n", slot + 1, slot_letters(view, slot, from, view.calls()));
    const auto row = [&](const char* name, const auto& value) {
      out += fmt::format("{}:", name);
      for (int call = from; call < view.calls(); ++call) out += fmt::format(" {}", value(size_t(call)));
      out += "\n";
    };
    row("queue", [&](size_t c) { return view.queue[c]; });
    row("tokens", [&](size_t c) { return view.rows[c]; });
    row("cache bytes", [&](size_t c) { return view.bytes[c]; });
    row("of a vanilla model", [&](size_t c) { return view.vanilla_bytes[c]; });
    return out;
  }

  mutable ServingViews views_;
  std::optional<std::pair<int, int>> pointed_;  // row and call under the mouse, as of the last frame
};

}  // namespace

std::unique_ptr<Panel> make_serving_panel() {
  return std::make_unique<ServingPanel>();
}

}  // namespace tinymor
