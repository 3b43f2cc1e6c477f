#include "visualizer/panels/grid_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/panels/panel.h"

namespace tinymor {

using ui::colors::dim;
using ui::colors::faint;

GridFrame::GridFrame(const Box& box, std::vector<FrameRow> rows, int tokens, Zoom zoom, std::vector<int> order,
                     const char* what)
    : box_(box),
      rows_(std::move(rows)),
      font_(font_of(box)),
      tokens_(std::max(1, tokens)),
      zoom_(zoom),
      order_(std::move(order)),
      what_(what) {
  column_.resize(order_.size());
  for (size_t i = 0; i < order_.size(); ++i) column_[size_t(order_[i])] = int(i);
  const float em = ui::em(), gap = em * 0.4f;
  float label = 0, margin = 0, weight = 0;
  for (const FrameRow& row : rows_) {
    label = std::max(label, text_size(row.label, font_).x);
    margin = std::max({margin, text_size(row.count, font_).x, text_size(row.note, font_).x});
    weight += row.weight;
  }
  cells_ = {{box.min.x + label + em * 0.7f, box.min.y},
            {box.max.x - margin - em * 0.8f, box.max.y - letter() - em * 0.67f}};
  cells_.max.x = std::max(cells_.max.x, cells_.min.x + em);
  const float unit = std::max(1.0f, cells_.height() - gap * float(rows_.size() - 1)) / std::max(weight, 1.0f);
  float top = cells_.min.y;
  for (const FrameRow& row : rows_) {
    tops_.push_back(top);
    top += std::min(unit, em * 14) * row.weight + gap;
  }
  tops_.push_back(top);
  cells_.max.y = top - gap;
}

ui::Font GridFrame::font_of(const Box& box) const {
  float weight = 0;
  for (const FrameRow& row : rows_) weight += row.weight;
  const auto fits = [&](ui::Font font) {
    float label = 0, margin = 0;
    for (const FrameRow& row : rows_) {
      label = std::max(label, text_size(row.label, font).x);
      margin = std::max({margin, text_size(row.count, font).x, text_size(row.note, font).x});
    }
    return label + margin < box.width() * 0.3f && 5 * text_size("x", font).y * weight < box.height();
  };
  const ui::Font font = ui::reading_font(fits);
  return font == ui::Font::body && !fits(font) ? ui::Font::small : font;
}

Box GridFrame::row(int r) const {
  return {{cells_.min.x, tops_[r]}, {cells_.max.x, tops_[r + 1] - ui::em() * 0.4f}};
}

Box GridFrame::cell(int r, int t) const {
  const float width = cell_width(), space = width >= 4 ? 1.0f : 0.0f;
  const Box line = row(r);
  const float at = float(column(t)) - first(), left = std::max(cells_.min.x, std::floor(cells_.min.x + width * at));
  return {{left, line.min.y},
          {std::min(cells_.max.x, std::floor(cells_.min.x + width * (at + 1)) - space), line.max.y}};
}

bool GridFrame::sees(int from, int to) const {
  return from >= 0 && to < tokens_ && first() < float(column(to) + 1) && float(column(from)) < last();
}

std::vector<int> GridFrame::tokens() const {
  std::vector<int> out;
  for (int column = int(first()); column < tokens_ && float(column) < last(); ++column)
    out.push_back(order_.empty() ? column : order_[size_t(column)]);
  return out;
}

void GridFrame::draw_frame(Canvas& canvas) const {
  draw_rows(canvas);
  const float right = end_of_numbers();
  draw_numbers(canvas, [&](float x, float half) { return x + half < right; });
}

void GridFrame::draw_frame(Canvas& canvas, const AppState& state, Subject subject, const TextView& view) const {
  draw_rows(canvas);
  draw_positions(canvas, view, selected_in(state, subject, view.size()));
}

void GridFrame::draw_rows(Canvas& canvas) const {
  const float letter = this->letter();
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  for (int r = 0; r < int(rows_.size()); ++r) {
    const Box line = row(r);
    if (tops_[r + 1] - tops_[r] < letter) continue;  // words would cover each other
    const bool pointed = ImGui::IsWindowHovered() && cells_.contains(mouse) && line.contains(mouse);
    if (pointed) canvas.outline(line.inset(-1, -1), ui::u32(ui::colors::text, 0.6), 1);
    text_right(canvas, {cells_.min.x - ui::em() * 0.7f, line.center().y - letter / 2},
               ui::u32(pointed ? ui::colors::text : dim), rows_[r].label, font_);
    draw_margin(canvas, line, rows_[r]);
  }
}

// Count, bar and note below each other; what does not fit into the row is left out, the count last.
void GridFrame::draw_margin(Canvas& canvas, const Box& line, const FrameRow& text) const {
  const float em = ui::em(), letter = this->letter(), x = cells_.max.x + em * 0.8f;
  const bool bar = text.used >= 0 && line.height() >= letter + em * 0.6f;
  const bool note = !text.note.empty() && line.height() >= 2 * letter + em * 0.6f;
  const float total = letter + (bar ? em * 0.55f : 0) + (note ? letter : 0);
  float y = line.center().y - total / 2;
  canvas.text({x, y}, ui::u32(ui::colors::text), text.count, font_);
  y += letter;
  if (bar) {
    const Box track{{x, y + em * 0.15f}, {box_.max.x, y + em * 0.4f}};
    gauge(canvas, track, std::min(text.used, 1.0), ui::u32(dim), ui::u32(ui::colors::control), em * 0.1f);
    if (text.target >= 0) gauge_mark(canvas, track, std::min(text.target, 1.0), em * 0.12f);
    y += em * 0.55f;
  }
  if (note) canvas.text({x, y}, ui::u32(faint), text.note, font_);
}

void GridFrame::draw_positions(Canvas& canvas, const TextView& view, std::optional<int> selected) const {
  const float em = ui::em(), y = cells_.max.y + em * 0.3f;
  const float right = end_of_numbers();
  Box taken{{1e9f, y}, {-1e9f, y}};
  const auto free = [&](float x, float half) {
    return (x + half < taken.min.x || x - half > taken.max.x) && x + half < right;
  };
  if (selected && sees(*selected, *selected)) {
    const std::string name = fmt::format("{} {}", token_number(*selected), in_quotes(view.pieces[*selected]));
    const float width = text_size(name, font_).x;
    const float x =
        std::clamp(cell(0, *selected).center().x - width / 2, box_.min.x, std::max(box_.min.x, right - width));
    canvas.text({x, y}, ui::u32(ui::colors::text), name, font_);
    taken = {{x - em * 0.5f, y}, {x + width + em * 0.5f, y}};
  }
  if (cell_width() >= letter() * 1.9f) {
    const DataScope data;
    for (int t : tokens()) {
      const Box place = cell(0, t);
      const std::string piece = fitted(quoted_piece(view.pieces[t]), place.width(), font_);
      const float half = text_size(piece, font_).x / 2, x = place.center().x;
      if (free(x, half)) canvas.text({x - half, y}, ui::u32(faint), piece, font_);
    }
    return;
  }
  if (order_.empty()) draw_numbers(canvas, free);
}

void GridFrame::draw_numbers(Canvas& canvas, const std::function<bool(float, float)>& free) const {
  const float y = cells_.max.y + ui::em() * 0.3f;
  const int most = std::clamp(int(cells_.width() / (letter() * 4.8f)), 1, 12);
  const float low = std::ceil(first()), high = std::max(low + 1, std::min(last(), float(tokens_)) - 1);
  for (double value : ticks(low + token_number(0), high + token_number(0), most)) {
    if (value != std::floor(value)) continue;
    const std::string text = fmt::format("{}", int(value));
    const float half = text_size(text, font_).x / 2, x = cell(0, int(value) - token_number(0)).center().x;
    if (free(x, half)) canvas.text({x - half, y}, ui::u32(faint), text, font_);
  }
}

std::string GridFrame::seen() const {
  const int from = int(first()), to = std::min(tokens_ - 1, int(std::ceil(last())) - 1);
  return zoom_text(zoom_, order_.empty() ? what_ : "columns", fmt::format("{}", token_number(from)),
                   fmt::format("{}", token_number(to)), fmt::format("{}", tokens_), cells_.width());
}

void GridFrame::draw_selection(Canvas& canvas, const AppState& state, Subject subject, ImU32 color) const {
  if (const auto token = state.selected(subject)) draw_columns(canvas, *token, *token, color);
  if (state.span && subject == Subject::watched && order_.empty())
    draw_columns(canvas, state.span->first, state.span->second, color);
}

void GridFrame::draw_columns(Canvas& canvas, int from, int to, ImU32 color) const {
  if (rows_.empty() || !sees(from, to)) return;
  const float em = ui::em();
  const Box top{cell(0, from).min, cell(0, to).max};
  const float narrow = std::max(0.0f, (3 - top.width()) / 2);
  canvas.outline(
      {{top.min.x - 1.5f - narrow, cells_.min.y - em * 0.2f}, {top.max.x + 1.5f + narrow, cells_.max.y + em * 0.2f}},
      color, std::max(1.5f, em * 0.1f), em * 0.15f);
}

void GridFrame::draw_cell_glow(Canvas& canvas, int r, int t) const {
  if (r < int(rows_.size()) && sees(t, t)) double_frame(canvas, cell(r, t));
}

int GridFrame::token_at(float x) const {
  const int column = std::clamp(int(first() + (x - cells_.min.x) / cell_width()), 0, tokens_ - 1);
  return order_.empty() ? column : order_[size_t(column)];
}

GridFrame::Pointed GridFrame::interact(const char* name, Zoom& zoom, bool by_key) const {
  Pointed pointed;
  if (rows_.empty() || cells_.height() < 1) return pointed;
  zoom_chip(window_canvas(), name, seen_box(), seen(), zoom);
  ImGui::SetCursorScreenPos(cells_.min);
  pointed.pressed = ImGui::InvisibleButton(name, {cells_.width(), cells_.height()}) && !ui::dragged();
  if (by_key) pointed.pressed |= ui::pressed_by_key(name);
  ui::tag(name);
  if (!ImGui::IsItemHovered()) return pointed;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  zoom_by_mouse(zoom, (mouse.x - cells_.min.x) / cells_.width(), std::min(1.0, 8.0 / tokens_));
  pointed.column = token_at(mouse.x);
  for (int r = 0; r < int(rows_.size()); ++r)
    if (row(r).contains(mouse)) pointed.row = r;
  return pointed;
}

std::optional<int> GridFrame::interact(const char* name, AppState& state, Subject subject) const {
  const Pointed pointed = interact(name, state.columns_of(subject));
  if (!pointed.column) return {};
  point_at(state, {subject, *pointed.column}, pointed.pressed);
  if (ImGui::IsItemActive() && ui::dragged() && subject == Subject::watched && order_.empty())
    state.mark({token_at(ImGui::GetIO().MouseClickedPos[0].x), *pointed.column});
  return pointed.row;
}

}  // namespace tinymor
