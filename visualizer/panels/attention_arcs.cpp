#include "visualizer/panels/attention_arcs.h"

#include <algorithm>
#include <cmath>

#include "visualizer/panels/panel.h"

namespace tinymor {
namespace {

constexpr float plate_em = 1.4f;  // as high as draw_flow draws a token
constexpr Color strike_color{0xD8, 0x96, 0x50};

/// Along a way that is given by its point at 0 to 1.
template <class Point>
std::vector<ImVec2> points(Point&& point) {
  constexpr int count = 20;
  std::vector<ImVec2> out;
  for (int i = 0; i <= count; ++i) out.push_back(point(float(i) / count));
  return out;
}

/// From the middle of a token's upper side to that of another in its line; to itself a small loop; to a line above an
/// S that ends below its token.
std::vector<ImVec2> way(const Box& query, const Box& key, float gap) {
  constexpr float pi = 3.14159265f;
  const float em = ui::em(), from = query.center().x, to = key.center().x;
  if (query.min.x == key.min.x && query.min.y == key.min.y) {
    const float r = std::min(em * 0.4f, gap * 0.45f);
    return points(
        [&](float t) { return ImVec2(from + r * std::sin(2 * pi * t), query.min.y - r + r * std::cos(2 * pi * t)); });
  }
  if (query.min.y == key.min.y) {
    const float height = std::min(gap * 0.95f, em * 0.4f + std::abs(from - to) * 0.12f);
    return points([&](float t) {
      return ImVec2((from + to) / 2 + (from - to) / 2 * std::cos(pi * t), query.min.y - height * std::sin(pi * t));
    });
  }
  const float below = key.min.y + em * plate_em;
  return points([&](float t) {
    const float ease = t * t * (3 - 2 * t);
    return ImVec2(from + (to - from) * ease, query.min.y + (below - query.min.y) * t);
  });
}

void draw_arc(Canvas& canvas, const Arc& arc, const std::vector<ImVec2>& line) {
  const double strong = weight_strength(arc.weight);
  const ImU32 color = ui::u32(sequential_color(0.4 + 0.6 * strong), 0.25 + 0.75 * strong);
  canvas.polyline(line, color, 1 + ui::em() * 0.25f * float(arc.weight) / 255);
  if (arc.query != arc.key) canvas.circle(line.back(), ui::em() * (0.08f + 0.1f * float(strong)), color);
}

/// Whether the token takes no part: as a key of the chosen token, or as a query.
bool is_skipped(const AttentionView& view, int token, std::optional<int> chosen) {
  return chosen && token <= *chosen ? !view.seen[size_t(token)] : !view.asks[size_t(token)];
}

Color tint_of(const LargeMap& large, int token, std::optional<int> chosen) {
  if (is_skipped(large.view, token, chosen)) return skipped_color;
  if (!chosen || token > *chosen || !large.view.asks[size_t(*chosen)]) return ui::colors::control;
  return sequential_color(weight_strength(large.view.at(large.map, *chosen, token)));
}

}  // namespace

ArcsPicture::Lines ArcsPicture::laid_out(const std::vector<std::string>& pieces, ImVec2 room) {
  constexpr float highest = 5.6f, lowest = 2.4f;
  Lines lines{{}, 0};
  for (float line = highest; line >= lowest - 0.01f; line -= 0.4f) {
    lines = {flow_text(pieces, room.x, ui::Font::body, line), (line - plate_em) * ui::em()};
    if (lines.flow.height + lines.gap <= room.y) break;
  }
  return lines;
}

void ArcsPicture::draw_text(const LargeMap& large, const Arcs& arcs, AppState& state, Canvas& canvas,
                            const Lines& lines, std::optional<int> chosen) {
  const std::vector<std::string>& pieces = state.shown.causal.pieces;
  const ImVec2 start = ImGui::GetCursorScreenPos(), origin{start.x, start.y + lines.gap};
  const auto box_of = [&](int token) {
    const Box& box = lines.flow.boxes[size_t(token)];
    return Box{{box.min.x + origin.x, box.min.y + origin.y}, {box.max.x + origin.x, box.max.y + origin.y}};
  };
  for (auto arc = arcs.drawn.rbegin(); arc != arcs.drawn.rend(); ++arc)
    draw_arc(canvas, *arc, way(box_of(arc->query), box_of(arc->key), lines.gap));
  draw_flow(canvas, lines.flow, pieces, origin, std::nullopt, [&](int token) {
    return TokenLook{tint_of(large, token, chosen), 0, 0, token == chosen};
  });
  for (int token = 0; token < int(pieces.size()); ++token) {
    if (!is_skipped(large.view, token, chosen)) continue;
    const Box box = box_of(token);
    const float middle = box.min.y + ui::em() * plate_em / 2;
    canvas.line({box.min.x, middle}, {box.max.x, middle}, ui::u32(strike_color, 0.8), 1);
  }
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const bool clicked = ImGui::InvisibleButton("text", {room.x, std::max(room.y, lines.flow.height + lines.gap)});
  ui::tag("attention.arcs");
  if (!ImGui::IsItemHovered()) return;
  if (const auto token = token_at(lines.flow, origin, ImGui::GetIO().MousePos))
    point_at(state, {Subject::watched, *token}, clicked);
}

void ArcsPicture::draw(const LargeMap& large, const Arcs& arcs, AppState& state, Canvas& canvas, const Box& box) {
  const std::vector<std::string>& pieces = state.shown.causal.pieces;
  const float em = ui::em(), words = em * 1.15f * (box.height() > em * 22 ? 4.0f : 2.0f);
  const Box text{box.min, {box.max.x, box.max.y - words - em * 0.4f}};
  const ImVec2 room{text.width() - ImGui::GetStyle().ScrollbarSize, text.height()};
  const Lines& lines = lines_.of({pieces, em, room.x, room.y}, [&] { return laid_out(pieces, room); });
  const auto chosen = selected_in(state, Subject::watched, large.view.tokens);
  ImGui::SetCursorScreenPos(text.min);
  ImGui::BeginChild("arcs", {text.width(), text.height()}, false, ImGuiWindowFlags_NoNavInputs);
  draw_text(large, arcs, state, canvas, lines, chosen);
  const auto pinned = pinned_in(state, Subject::watched, large.view.tokens);
  if (pinned && pinned != pinned_) ImGui::SetScrollY(lines.flow.boxes[size_t(*pinned)].min.y + lines.gap - room.y / 2);
  pinned_ = pinned;
  ImGui::EndChild();
  const Box below{{box.min.x, text.max.y + em * 0.4f}, box.max};
  if (chosen)
    draw_words(large, state, canvas, below, *chosen);
  else
    ui::fitted_text(canvas, below.min, ui::u32(ui::colors::faint),
                    "the strongest of all tokens; point at one: what does it look at?", below.width(), ui::Font::small);
}

}  // namespace tinymor
