#include "visualizer/panels/attention_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/draw/plot.h"
#include "visualizer/panels/panel.h"

namespace tinymor {
namespace {

/// The square that the map is drawn into, and the part of the text that it shows.
struct MapFrame {
  Box box;
  Zoom seen;
  int tokens;
  bool named = false;  ///< There is room for the words.

  float cell() const { return box.width() / float(tokens * seen.width()); }
  /// The area of `keys` by `queries` squares that begin at this key and query.
  Box place(int key, int query, int keys, int queries) const {
    const auto at = [&](float start, int token) {
      return start + float((token - seen.from * tokens) * double(cell()));
    };
    return {{at(box.min.x, key), at(box.min.y, query)}, {at(box.min.x, key + keys), at(box.min.y, query + queries)}};
  }
  int token(float part) const {
    return std::clamp(int((seen.from + double(part) * seen.width()) * tokens), 0, tokens - 1);
  }
};

/// Leaves room for the names of the queries where rows are high enough for them.
MapFrame frame_of(const Box& box, const Zoom& seen, int tokens) {
  const float names = ui::em() * 4.5f;
  const MapFrame named{
      {{box.min.x + names, box.min.y}, {box.max.x, box.min.y + box.width() - names}}, seen, tokens, true};
  if (named.cell() >= text_size("x", ui::Font::small).y) return named;
  return {{box.min, {box.max.x, box.min.y + box.width()}}, seen, tokens};
}

void draw_names(Canvas& canvas, const MapFrame& frame, const std::vector<std::string>& pieces) {
  const DataScope data;
  const float em = ui::em(), letter = text_size("x", ui::Font::small).y, cell = frame.cell();
  if (!frame.named) return;
  for (int t = frame.token(0); t <= frame.token(1); ++t) {
    const ImVec2 center = frame.place(t, t, 1, 1).center();
    const std::string piece = quoted_piece(pieces[size_t(t)]), below = fitted(piece, cell, ui::Font::small);
    if (center.y > frame.box.min.y && center.y < frame.box.max.y)
      text_right(canvas, {frame.box.min.x - em * 0.4f, center.y - letter / 2}, ui::u32(ui::colors::dim),
                 fitted(piece, em * 4, ui::Font::small), ui::Font::small);
    if (center.x > frame.box.min.x && center.x < frame.box.max.x)
      canvas.text({center.x - text_size(below, ui::Font::small).x / 2, frame.box.max.y + em * 0.1f},
                  ui::u32(ui::colors::dim), below, ui::Font::small);
  }
}

/// A stroke through every square that is skipped, where squares are large enough for it.
void draw_hatch(Canvas& canvas, const MapFrame& frame, const AttentionView& view) {
  if (frame.cell() < ui::em() * 0.4f) return;
  for (int query = frame.token(0); query <= frame.token(1); ++query)
    for (int key = frame.token(0); key <= std::min(query, frame.token(1)); ++key)
      if (const Box place = frame.place(key, query, 1, 1); view.skips(query, key))
        canvas.line({place.min.x, place.max.y}, {place.max.x, place.min.y}, ui::u32({0x9A, 0x5A, 0x1E}), 1);
}

/// The row of what the token looks at in the colour of text, the column of who looks at it in the accent's colour.
void draw_selection(Canvas& canvas, const MapFrame& frame, int token) {
  const Box asks = frame.place(0, token, token + 1, 1), seen = frame.place(token, token, 1, frame.tokens - token);
  canvas.outline({{asks.min.x, asks.min.y - 1}, {asks.max.x, asks.max.y + 1}}, ui::u32(ui::colors::text, 0.8), 1);
  canvas.outline({{seen.min.x - 1, seen.min.y}, {seen.max.x + 1, seen.max.y}}, ui::u32(ui::colors::accent, 0.8), 1);
}

/// Under the mouse: the query becomes the token that all panels point at, and its weight on the key is named.
void point_into(const LargeMap& large, AppState& state, const MapFrame& frame) {
  const Box& box = frame.box;
  ImGui::SetCursorScreenPos(box.min);
  const bool clicked = ImGui::InvisibleButton("large", {box.width(), box.height()});
  ui::tag("attention.large");
  if (!ImGui::IsItemHovered()) return;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const float across = (mouse.x - box.min.x) / box.width(), down = (mouse.y - box.min.y) / box.height();
  zoom_by_mouse(state.columns, (across + down) / 2, std::min(1.0, 8.0 / frame.tokens));
  const int key = frame.token(across), query = frame.token(down);
  point_at(state, {Subject::watched, query}, clicked);
  ui::tooltip(weight_sentence(large.view, large.map, query, key, state.shown.causal.pieces, large.where));
}

/// Says which tokens are seen where that is not all of them, with the right end at `corner`; returns how much of
/// `width` is left.
float draw_seen(Canvas& canvas, Zoom& seen, int tokens, ImVec2 corner, float width) {
  const float name = ui::em() * 4;
  const int from = int(seen.from * tokens), to = std::min(tokens, int(std::ceil(seen.to * tokens))) - 1;
  const std::string text = zoom_text(seen, "tokens", fmt::format("{}", token_number(from)),
                                     fmt::format("{}", token_number(to)), fmt::format("{}", tokens), width - name);
  if (text.empty()) return width;
  const Box box = zoom_box(text, corner);
  zoom_chip(canvas, "attention.large", box, text, seen);
  return width - box.width() - ui::em() * 0.5f;
}

/// "  “·girl” 31 %" for each, but for what rounds to nothing.
std::string shares(const std::vector<std::pair<int, int>>& found, const std::vector<std::string>& pieces, int most) {
  std::string out;
  for (const auto& [weight, token] : found) {
    if (weight < 2 || most-- == 0) break;
    out += fmt::format("  {} {:.0f} %", in_quotes(pieces[size_t(token)]), weight / 2.55);
  }
  return out;
}

/// A sentence in at most `lines` lines, broken at its double spaces; what does not fit is left out.
std::vector<std::string> broken(const std::string& sentence, float width, int lines) {
  std::vector<std::string> out{""};
  for (size_t at = 0, end; at < sentence.size(); at = end) {
    end = std::min(sentence.find("  ", at + 2), sentence.size());
    const std::string part = sentence.substr(at, end - at);
    if (!out.back().empty() && text_size(out.back() + part, ui::Font::small).x > width) {
      if (int(out.size()) == lines) break;
      out.push_back("");
    }
    out.back() += part;
  }
  out.front() = fitted(out.front(), width, ui::Font::small);
  return out;
}

}  // namespace

double weight_strength(int weight) {
  return std::sqrt(weight / 255.0);
}

std::string looks_at(const LargeMap& large, const std::vector<std::string>& pieces, int token, int most) {
  const std::string name = in_quotes(pieces[size_t(token)]);
  if (!large.view.asks[size_t(token)]) return fmt::format("{} is skipped in {}", name, large.where);
  return name + " looks at" + shares(strongest(large.view, large.map, token), pieces, most);
}

std::string seen_by(const LargeMap& large, const std::vector<std::string>& pieces, int token, int most) {
  if (!large.view.seen[size_t(token)]) return "is seen by no token here";
  return "is seen by" + shares(askers(large.view, large.map, token), pieces, most);
}

void draw_words(const LargeMap& large, const AppState& state, Canvas& canvas, const Box& box, int token) {
  const std::vector<std::string>& pieces = state.shown.causal.pieces;
  const float line = ui::em() * 1.15f;
  const int lines = std::max(2, int(box.height() / line));
  ImVec2 at = box.min;
  const auto write = [&](const std::string& sentence, int most) {
    for (const std::string& text : broken(sentence, box.width(), most)) {
      canvas.text(at, ui::u32(ui::colors::text), text, ui::Font::small);
      at.y += line;
    }
  };
  write(looks_at(large, pieces, token, large.view.tokens), (lines + 1) / 2);
  write(seen_by(large, pieces, token, large.view.tokens), lines / 2);
}

void draw_large_map(const LargeMap& large, const Image& image, AppState& state, Canvas& canvas, const Box& box) {
  const float em = ui::em(), top = box.min.y + em * 1.3f;
  const bool beside = box.width() > box.height();
  const float side = beside ? box.max.y - top : box.width();
  const float left = draw_seen(canvas, state.columns, large.view.tokens, {box.min.x + side, box.min.y}, side);
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::dim),
                  {fmt::format("{}, {}", large.where, large.view.name(large.map)), large.view.name(large.map)}, left,
                  ui::Font::small);
  const Box below{{box.min.x, top}, {box.min.x + side, box.max.y}},
      words{beside ? ImVec2(below.max.x + em, top) : ImVec2(box.min.x, top + side + em * 0.5f), box.max};
  const MapFrame frame = frame_of(below, state.columns, large.view.tokens);
  const auto selected = selected_in(state, Subject::watched, frame.tokens);
  canvas.push_clip(frame.box);
  canvas.image(frame.place(0, 0, frame.tokens, frame.tokens), image);
  draw_hatch(canvas, frame, large.view);
  if (selected) draw_selection(canvas, frame, *selected);
  canvas.pop_clip();
  draw_names(canvas, frame, state.shown.causal.pieces);
  point_into(large, state, frame);
  if (selected)
    draw_words(large, state, canvas, words, *selected);
  else
    ui::wrapped_text(canvas, words, ui::u32(ui::colors::faint), "point at a token: what does it see?");
}

}  // namespace tinymor
