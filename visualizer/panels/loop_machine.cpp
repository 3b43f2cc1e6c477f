#include "visualizer/panels/loop_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "visualizer/draw/text_flow.h"
#include "visualizer/draw/ui.h"

namespace tinymor {
namespace {

using ui::colors::accent;
using ui::colors::dim;
using ui::colors::warn;

Box part(const Box& area, float left, float top, float right, float bottom) {
  const auto x = [&](float at) { return area.min.x + at * area.width(); };
  const auto y = [&](float at) { return area.min.y + at * area.height(); };
  return {{x(left), y(top)}, {x(right), y(bottom)}};
}

/// Boxes of these widths in lines, as words; where they do not fit, equal cells that do.
std::vector<Box> place_chips(const Box& region, const std::vector<float>& widths, float height) {
  const float gap = std::round(height * 0.2f);
  std::vector<Box> out;
  ImVec2 at = region.min;
  for (const float wanted : widths) {
    const float width = std::min(wanted, region.width());
    if (at.x > region.min.x && at.x + width > region.max.x) at = {region.min.x, at.y + height + gap};
    out.push_back({at, {at.x + width, at.y + height}});
    at.x += width + gap;
  }
  if (out.empty() || out.back().max.y <= region.max.y) return out;
  const auto count = float(widths.size());
  float columns = 1;
  while (std::ceil(count / columns) * std::min(height, region.width() / columns) > region.height() && columns < count)
    ++columns;
  const float wide = region.width() / columns, high = region.height() / std::ceil(count / columns);
  for (size_t i = 0; i < out.size(); ++i) {
    const float x = region.min.x + std::fmod(float(i), columns) * wide;
    const float y = region.min.y + std::floor(float(i) / columns) * high;
    out[i] = {{x, y}, {x + wide * 0.92f, y + std::min(high * 0.9f, height)}};
  }
  return out;
}

std::vector<int> tokens_of(const LoopStory& story) {
  std::vector<int> all;
  for (int t = story.from(); t < story.to(); ++t) all.push_back(t);
  return all;
}

/// Chips for some tokens of the story, as large as they fit: words in body or small letters, or patches of an image.
std::vector<Box> chips_in(const Box& region, const LoopPicture& picture, const std::vector<int>& tokens) {
  const float em = ui::em();
  if (!picture.patches.empty()) return place_chips(region, std::vector<float>(tokens.size(), em * 1.6f), em * 1.6f);
  std::vector<Box> out;
  for (const ui::Font font : {ui::Font::body, ui::Font::small}) {
    const float height = std::round(ui::font(font)->FontSize * 1.5f);
    std::vector<float> widths;
    for (const int t : tokens)
      widths.push_back(text_size(inside_box(picture.text.pieces[size_t(t)]), font).x + height * 0.6f);
    out = place_chips(region, widths, height);
    if (!out.empty() && out.back().max.y <= region.max.y && out.front().height() == height) break;
  }
  return out;
}

/// The tokens that the gate judges, the highest score first.
std::vector<int> by_score(const LoopPicture& picture, int pass, std::vector<int> tokens) {
  const std::vector<Cell>& cells = picture.text.rows[size_t(pass) - 1].cells;
  const auto score = [&](int t) { return cells[size_t(t)].scored ? cells[size_t(t)].logit : -1e30f; };
  std::stable_sort(tokens.begin(), tokens.end(), [&](int a, int b) { return score(a) > score(b); });
  return tokens;
}

/// The line of one judged token: its chip, and beside it the bar of its score.
struct JudgedPlace {
  Box chip, bar;
  bool number;  ///< There is room for one after the bar.
};
std::vector<JudgedPlace> judged_places(const Box& region, size_t count) {
  const float em = ui::em(), most_rows = std::max(1.0f, std::floor(region.height() / (em * 1.15f)));
  const float columns = std::ceil(float(count) / most_rows), rows = std::ceil(float(count) / columns);
  const float wide = region.width() / columns, high = std::min(em * 1.6f, region.height() / rows);
  std::vector<JudgedPlace> out;
  for (size_t i = 0; i < count; ++i) {
    const float x = region.min.x + std::floor(float(i) / rows) * wide;
    const float y = region.min.y + std::fmod(float(i), rows) * high;
    const Box row{{x, y + high * 0.08f}, {x + wide - em * 0.5f, y + high * 0.92f}};
    const float middle = row.min.x + row.width() * 0.45f, number = row.width() > em * 8 ? em * 2.4f : 0;
    out.push_back({{row.min, {middle - em * 0.3f, row.max.y}},
                   {{middle, row.min.y}, {row.max.x - number, row.max.y}},
                   number > 0});
  }
  return out;
}

/// The room for chips in a box of the machine.
Box inside_of(const LoopPicture& p, const MachineLayout& layout, int index) {
  const float em = ui::em(), title = index == p.story.machine().block ? em * 3.2f : em * 2.6f;
  const Box& box = layout.boxes[size_t(index)];
  return {{box.min.x + em * 0.6f, box.min.y + title}, {box.max.x - em * 0.6f, box.max.y - em * 0.5f}};
}

/// The place of every token after an event.
std::vector<Box> places_at(const LoopPicture& p, const MachineLayout& layout, int number) {
  std::vector<Box> out(size_t(p.story.tokens()));
  std::vector<int> judged, left;
  // Inside a box every token has its own place: those that have left leave gaps.
  const LoopEvent& event = p.story.event(number);
  std::vector<Box> inside;
  if (event.kind == LoopEvent::run) inside = chips_in(inside_of(p, layout, event.box), p, tokens_of(p.story));
  for (const int t : tokens_of(p.story)) {
    const size_t i = size_t(t - p.story.from());
    const Place place = p.story.standing(p.text, t, number).place;
    if (place == Place::box) out[i] = inside[i];
    if (place == Place::gate) judged.push_back(t);
    if (place == Place::exit) left.push_back(t);
    if ((place == Place::queue || place == Place::done) && !p.words.empty()) out[i] = p.words[i];
  }
  const std::vector<Box> gone = chips_in(layout.exit.inset(ui::em() * 0.5f, ui::em() * 0.4f), p, left);
  for (size_t i = 0; i < left.size(); ++i) out[size_t(left[i] - p.story.from())] = gone[i];
  if (judged.empty()) return out;
  const std::vector<JudgedPlace> rows = judged_places(layout.judged, judged.size());
  judged = by_score(p, event.pass, std::move(judged));
  for (size_t i = 0; i < judged.size(); ++i) out[size_t(judged[i] - p.story.from())] = rows[i].chip;
  return out;
}

/// The point at a share of the way along some points.
ImVec2 along(const std::vector<ImVec2>& points, float share) {
  const auto length = [](ImVec2 a, ImVec2 b) { return std::hypot(b.x - a.x, b.y - a.y); };
  float whole = 0;
  for (size_t i = 1; i < points.size(); ++i) whole += length(points[i - 1], points[i]);
  float left = share * whole;
  for (size_t i = 1; i < points.size(); ++i) {
    const float each = length(points[i - 1], points[i]);
    if (left <= each && each > 0) {
      const float part = left / each;
      return {points[i - 1].x + (points[i].x - points[i - 1].x) * part,
              points[i - 1].y + (points[i].y - points[i - 1].y) * part};
    }
    left -= each;
  }
  return points.back();
}

float arrow_height(const Box& block) {
  return block.min.y - ui::em() * 1.3f;
}

/// The way of a chip's centre between two events: back over the arrow, down to the exit, or straight.
std::vector<ImVec2> way(const LoopPicture& p, const MachineLayout& layout, Standing from, Standing to, ImVec2 a,
                        ImVec2 b) {
  if (!p.story.machine().loops() || p.event == 0) return {a, b};
  const Box& block = layout.boxes[size_t(p.story.machine().block)];
  const bool into_block = to.place == Place::box && p.story.event(p.event).box == p.story.machine().block;
  const bool returns = into_block && to.passes > 1 && (from.place == Place::gate || from.place == Place::box);
  const float top = arrow_height(block);
  if (returns) return {a, {layout.gate.center().x, top}, {block.center().x, top}, b};
  if (from.place == Place::gate && to.place == Place::exit)
    return {a, layout.gate.center(), {layout.gate.center().x, b.y}, b};
  return {a, b};
}

void draw_chip(Canvas& canvas, const LoopPicture& p, int token, const Box& box, int passes) {
  const Color tint = passes > 0 ? depth_color(passes) : ui::colors::active;
  canvas.rect(box, ui::u32(tint), box.height() * 0.25f);
  if (!p.patches.empty()) {
    const float edge = std::max(1.0f, box.height() * 0.12f);
    return canvas.image(box.inset(edge, edge), *p.patches[size_t(token - p.story.from())]);
  }
  const std::string word = inside_box(p.text.pieces[size_t(token)]);
  const ui::Font font = box.height() < ui::em() * 1.45f ? ui::Font::small : ui::Font::body;
  const float room = box.width() - box.height() * 0.2f;
  if (room < ui::em() * 0.4f || box.height() < text_size("x", ui::Font::small).y * 0.9f) return;
  const Color ink = passes > 0 ? text_on(tint) : Color(ui::colors::text);
  text_centered(canvas, box.center(), ui::u32(ink), fitted(word, room, font), font);
}

void arrow_head(Canvas& canvas, ImVec2 tip, ImVec2 direction, ImU32 color, float size) {
  const ImVec2 back{tip.x - direction.x * size, tip.y - direction.y * size};
  const ImVec2 side{direction.y * size * 0.6f, -direction.x * size * 0.6f};
  canvas.triangle(tip, {back.x + side.x, back.y + side.y}, {back.x - side.x, back.y - side.y}, color);
}

void draw_arrow(Canvas& canvas, std::vector<ImVec2> points, Color color, float thickness) {
  const ImVec2 tip = points.back(), before = points[points.size() - 2];
  const float length = std::max(1.0f, std::hypot(tip.x - before.x, tip.y - before.y)), head = thickness * 2.5f;
  const ImVec2 direction{(tip.x - before.x) / length, (tip.y - before.y) / length};
  points.back() = {tip.x - direction.x * head * 0.9f, tip.y - direction.y * head * 0.9f};
  canvas.polyline(points, ui::u32(color), thickness);
  arrow_head(canvas, tip, direction, ui::u32(color), head);
}

std::vector<std::string> box_titles(const LoopPicture& p, int index) {
  const Machine& machine = p.story.machine();
  const MachineBox& box = machine.boxes[size_t(index)];
  const std::string layers = fmt::format("{} layer{}", box.layers, box.layers == 1 ? "" : "s");
  if (index == machine.block) return {"shared block: " + layers, "shared block", "block"};
  if (!machine.loops()) return {fmt::format("layer {}", index + 1), fmt::format("{}", index + 1)};
  const char* which = index < machine.block ? "first " : "last ";
  return {which + std::string(box.layers == 1 ? "layer" : layers), which};
}

std::vector<std::string> box_notes(const LoopPicture& p, int index) {
  const Machine& machine = p.story.machine();
  const MachineBox& box = machine.boxes[size_t(index)];
  const LoopEvent& now = p.story.event(p.event);
  if (index == machine.block) {
    if (now.kind != LoopEvent::run || now.box != index) return {"the same weights every time", "same weights"};
    return {fmt::format("pass {} of {}, the same weights every time", now.pass, box.times),
            fmt::format("pass {} of {}", now.pass, box.times)};
  }
  if (box.times == 1) return {machine.loops() ? "" : "own weights", ""};
  const bool here = now.kind == LoopEvent::run && now.box == index;
  return {here ? fmt::format("{} of {} times", now.pass, box.times) : fmt::format("{} times", box.times), ""};
}

void draw_box(Canvas& canvas, const LoopPicture& p, const Box& box, int index) {
  const float em = ui::em();
  const LoopEvent& now = p.story.event(p.event);
  const bool runs = now.kind == LoopEvent::run && now.box == index, block = index == p.story.machine().block;
  const double glow = runs ? 0.12 + 0.16 * p.moved : 0.0;
  canvas.rect(box, ui::u32(mix(ui::colors::control, accent, glow)), em * 0.5f);
  canvas.outline(box, ui::u32(runs || block ? accent : ui::colors::active), runs ? 3.0f : 1.5f, em * 0.5f);
  const auto centered = [&](float y, const std::vector<std::string>& texts, Color color, ui::Font font) {
    const std::string text = fitting(texts, box.width() - em * 0.4f, font);
    canvas.text({box.center().x - text_size(text, font).x / 2, y}, ui::u32(color), text, font);
  };
  centered(box.min.y + em * 0.4f, box_titles(p, index), ui::colors::text, block ? ui::Font::bold : ui::Font::small);
  centered(box.min.y + em * (block ? 1.7f : 1.5f), box_notes(p, index), runs ? ui::colors::text : dim, ui::Font::small);
}

/// Where the tokens that have left would be: what their leaving saves.
void draw_gaps(Canvas& canvas, const LoopPicture& p, const MachineLayout& layout) {
  const LoopEvent& now = p.story.event(p.event);
  if (now.kind != LoopEvent::run || now.box != p.story.machine().block) return;
  const std::vector<int> all = tokens_of(p.story);
  const std::vector<Box> places = chips_in(inside_of(p, layout, now.box), p, all);
  for (size_t i = 0; i < all.size(); ++i)
    if (p.story.standing(p.text, all[i], p.event).place != Place::box)
      canvas.outline(places[i], ui::u32(ui::colors::dim, 0.5), 1, places[i].height() * 0.25f);
}

/// How often each box of a line is run by itself, as an arrow above it.
void draw_own_return(Canvas& canvas, const Box& box) {
  const float em = ui::em(), top = box.min.y - em * 0.9f, wide = std::min(em * 1.5f, box.width() * 0.3f);
  const float x = box.center().x;
  draw_arrow(canvas, {{x + wide, box.min.y}, {x + wide, top}, {x - wide, top}, {x - wide, box.min.y}}, accent,
             em * 0.18f);
}

void draw_gate(Canvas& canvas, const Box& gate) {
  const ImVec2 c = gate.center();
  const ImVec2 left{gate.min.x, c.y}, right{gate.max.x, c.y}, top{c.x, gate.min.y}, bottom{c.x, gate.max.y};
  const ImU32 fill = ui::u32(mix(ui::colors::card, accent, 0.25));
  canvas.triangle(left, top, right, fill);
  canvas.triangle(left, right, bottom, fill);
  canvas.polyline({left, top, right, bottom, left}, ui::u32(accent), 2);
  const float line = text_size("x", ui::Font::small).y;
  const bool both = gate.height() > line * 4;
  text_centered(canvas, {c.x, c.y - (both ? line * 0.5f : 0)}, ui::u32(ui::colors::text), "gate");
  if (both) text_centered(canvas, {c.x, c.y + line * 0.6f}, ui::u32(dim), "again?", ui::Font::small);
}

std::string bar_name(const LoopPicture& p, int pass) {
  if (p.text.routing == Routing::token_choice) return "";
  const RecursionRow& row = p.text.rows[size_t(pass) - 1];
  return p.training ? fmt::format("the best {} of {} go on", row.computed, row.candidates)
                    : fmt::format("bar at {:.2f}", p.bar);
}

/// The scores of those at the gate as bars, and the line that decides across them.
void draw_scores(Canvas& canvas, const LoopPicture& p, const MachineLayout& layout) {
  const LoopEvent& now = p.story.event(p.event);
  std::vector<int> judged;
  for (int t = p.story.from(); t < p.story.to(); ++t)
    if (p.story.standing(p.text, t, p.event).place == Place::gate) judged.push_back(t);
  if (now.kind != LoopEvent::judge || judged.empty()) return;
  judged = by_score(p, now.pass, std::move(judged));
  const RecursionRow& row = p.text.rows[size_t(now.pass) - 1];
  const std::vector<JudgedPlace> places = judged_places(layout.judged, judged.size());
  const double cut = p.training ? router_score(row.lowest_taken) : p.bar;
  const bool has_bar = p.text.routing != Routing::token_choice;
  for (size_t i = 0; i < judged.size(); ++i) {
    const Cell& cell = row.cells[size_t(judged[i])];
    const bool goes_on = cell.state == CellState::computed;
    const Box& bar = places[i].bar;
    const double score = cell.scored ? router_score(cell.logit) : -1;
    gauge(canvas, bar, p.moved * score, ui::u32(goes_on ? accent : warn, 0.8), ui::u32(ui::colors::well), 3);
    if (has_bar) gauge_mark(canvas, bar, cut, 2);
    if (cell.scored && places[i].number)
      canvas.text({bar.max.x + ui::em() * 0.3f, bar.center().y - text_size("0", ui::Font::small).y / 2},
                  ui::u32(ui::colors::text), score_text(score, p.bar), ui::Font::small);
  }
  ui::fitted_text(canvas, {layout.judged.min.x, layout.judged.min.y - ui::em() * 1.3f}, ui::u32(ui::colors::text),
                  bar_name(p, now.pass), layout.judged.width(), ui::Font::small);
}

void draw_loop_arrows(Canvas& canvas, const LoopPicture& p, const MachineLayout& layout) {
  const Machine& machine = p.story.machine();
  const float em = ui::em(), thick = em * 0.35f;
  const Box& block = layout.boxes[size_t(machine.block)];
  const float top = arrow_height(block), middle = block.center().y;
  if (machine.block > 0)
    draw_arrow(canvas, {{layout.boxes[0].max.x, middle}, {block.min.x, middle}}, ui::colors::faint, em * 0.15f);
  const ImVec2 start =
      machine.gate ? ImVec2{layout.gate.center().x, layout.gate.min.y} : ImVec2{block.max.x + em * 1.5f, middle};
  if (machine.gate)
    draw_arrow(canvas, {{block.max.x, middle}, {layout.gate.min.x, middle}}, ui::colors::faint, em * 0.15f);
  std::vector<ImVec2> back = {start, {start.x, top}, {block.center().x, top}, {block.center().x, block.min.y}};
  if (!machine.gate) back.insert(back.begin(), ImVec2{block.max.x, middle});
  draw_arrow(canvas, back, accent, thick);
  const std::string again = machine.gate ? "once more" : fmt::format("all, {} times", p.text.rows.size());
  ui::fitted_text(canvas, {block.center().x + em, top - em * 1.25f}, ui::u32(accent), again,
                  start.x - block.center().x - em, ui::Font::small);
  if (!machine.gate && layout.boxes.size() > size_t(machine.block) + 1)
    draw_arrow(canvas, {{block.max.x + em * 1.5f, middle}, {layout.boxes.back().min.x, middle}}, ui::colors::faint,
               em * 0.15f);
  if (!machine.gate) return;
  const float x = layout.gate.center().x, lane = layout.exit.min.y;
  draw_arrow(canvas, {{x, layout.gate.max.y}, {x, lane}}, warn, thick * 0.8f);
  canvas.rect(layout.exit, ui::u32(warn, 0.1), em * 0.4f);
  ui::fitted_text(canvas, {layout.exit.min.x, layout.exit.max.y + em * 0.1f}, ui::u32(warn),
                  std::vector<std::string>{"done: they keep their state", "done"}, layout.exit.width(),
                  ui::Font::small);
  if (int(layout.boxes.size()) > machine.block + 1) {
    const Box& last = layout.boxes.back();
    draw_arrow(canvas, {{layout.exit.max.x, layout.exit.center().y}, {last.min.x, layout.exit.center().y}},
               ui::colors::faint, em * 0.15f);
  }
}

}  // namespace

MachineLayout layout_of(const Machine& machine, const Box& area) {
  // Above the boxes there is room for the arrow and its name.
  const float top = std::max(0.14f, std::min(0.3f, ui::em() * 2.7f / area.height()));
  MachineLayout layout;
  const int count = int(machine.boxes.size());
  layout.cache = part(area, 0, 0.74f, machine.loops() ? 0.31f : 1, 1);
  if (!machine.loops()) {
    for (int i = 0; i < count; ++i) {
      const float from = float(i) / float(count), to = (float(i) + 0.92f) / float(count);
      layout.boxes.push_back(part(area, from, top, to, 0.68f));
    }
    return layout;
  }
  const bool first = machine.block > 0, last = machine.block + 1 < count;
  const float left = first ? 0.17f : 0.0f, right = machine.gate ? 0.53f : 0.72f;
  if (first) layout.boxes.push_back(part(area, 0, top, 0.13f, 0.68f));
  layout.boxes.push_back(part(area, left, top, right, 0.68f));
  layout.gate = part(area, 0.57f, top + 0.12f, 0.68f, 0.56f);
  layout.judged = part(area, 0.71f, top, 1, 0.68f);
  layout.exit = part(area, 0.34f, 0.76f, last ? 0.73f : 1, 0.93f);
  if (last) layout.boxes.push_back(machine.gate ? part(area, 0.78f, 0.73f, 1, 1) : part(area, 0.82f, top, 1, 0.68f));
  return layout;
}

std::vector<Box> draw_machine(Canvas& canvas, const Box& area, const LoopPicture& p) {
  const MachineLayout layout = layout_of(p.story.machine(), area);
  for (size_t i = 0; i < layout.boxes.size(); ++i) draw_box(canvas, p, layout.boxes[i], int(i));
  if (p.story.machine().loops()) draw_loop_arrows(canvas, p, layout);
  if (p.story.machine().gate) draw_gate(canvas, layout.gate);
  for (size_t i = 0; i < layout.boxes.size(); ++i)
    if (!p.story.machine().loops() && p.story.machine().boxes[i].times > 1) draw_own_return(canvas, layout.boxes[i]);
  draw_scores(canvas, p, layout);
  draw_gaps(canvas, p, layout);

  const std::vector<Box> before = places_at(p, layout, p.event - 1), now = places_at(p, layout, p.event);
  std::vector<Box> out(now.size());
  for (size_t i = 0; i < now.size(); ++i) {
    const int t = p.story.from() + int(i);
    const Standing from = p.story.standing(p.text, t, p.event - 1), to = p.story.standing(p.text, t, p.event);
    const bool word = to.place == Place::queue || (to.place == Place::done && p.moved >= 1);
    if (word) continue;
    const ImVec2 middle = along(way(p, layout, from, to, before[i].center(), now[i].center()), p.moved);
    const float wide = before[i].width() + (now[i].width() - before[i].width()) * p.moved;
    const float high = before[i].height() + (now[i].height() - before[i].height()) * p.moved;
    out[i] = {{middle.x - wide / 2, middle.y - high / 2}, {middle.x + wide / 2, middle.y + high / 2}};
    draw_chip(canvas, p, t, out[i], p.moved > 0.7f ? to.passes : from.passes);
  }
  return out;
}

float draw_story_cache(Canvas& canvas, const Box& area, const LoopPicture& p) {
  const std::vector<CacheRow>& rows = p.text.kv.rows;
  if (rows.empty() || p.story.tokens() == 0) return 0;
  const float em = ui::em(), small = text_size("0", ui::Font::small).y;
  const float label = std::min(area.width() * 0.4f, text_size("recursion 9", ui::Font::small).x + em * 0.5f);
  const float high = std::min(small * 1.15f, (area.height() - small) / float(rows.size()));
  const float wide = std::min(em * 1.2f, (area.width() - label) / float(p.story.tokens()));
  ui::fitted_text(canvas, area.min, ui::u32(dim), "KV cache", area.width(), ui::Font::small);
  for (size_t r = 0; r < rows.size(); ++r) {
    const float y = area.min.y + small * 1.1f + float(r) * high;
    if (high > small * 0.8f)
      ui::fitted_text(canvas, {area.min.x, y}, ui::u32(dim), rows[r].label, label - em * 0.3f, ui::Font::small);
    const double before = p.story.stored(rows[r], p.event - 1), now = p.story.stored(rows[r], p.event);
    const double filled = before + (now - before) * p.moved;
    const Color color = rows[r].recursion > 0 ? depth_color(rows[r].recursion) : plain_color;
    for (int i = 0; i < p.story.tokens(); ++i) {
      const float x = area.min.x + label + float(i) * wide;
      const Box cell{{x, y + 1}, {x + wide * 0.88f, y + high - 1}};
      canvas.outline(cell, ui::u32(ui::colors::active), 1);
      const CacheSlot slot = rows[r].slots[size_t(p.story.from() + i)];
      const float top = cell.max.y - cell.height() * float(filled);
      if (slot == CacheSlot::stored && filled > 0) canvas.rect({{cell.min.x, top}, cell.max}, ui::u32(color));
      if (slot == CacheSlot::reused && filled >= 1) canvas.outline(cell, ui::u32(color), 1.5f);
    }
  }
  return small * 1.1f + high * float(rows.size());
}

namespace {

std::string tokens_text(const LoopPicture& p, int count) {
  const char* plural = p.of_image ? "es" : "s";
  return fmt::format("{} {}{}", count, p.of_image ? "patch" : "token", count == 1 ? "" : plural);
}

std::string judge_text(const LoopPicture& p, int pass) {
  int judged = 0, go_on = 0, passing = 0;
  for (int t = p.story.from(); t < p.story.to(); ++t) {
    const Standing now = p.story.standing(p.text, t, p.event);
    judged += now.place == Place::gate;
    go_on += now.place == Place::gate && now.goes_on;
    passing += now.place == Place::gate && now.goes_on && t != p.forced;
  }
  const char* again = pass == 1 ? "go in" : "go round again";
  const std::string rest = go_on == 0 ? "All are done." : go_on == judged ? "" : "The others are done.";
  if (p.text.routing == Routing::token_choice)
    return fmt::format("The gate: {} of {} chose {} passes or more when they came in. {}", go_on, judged, pass, rest);
  const RecursionRow& row = p.text.rows[size_t(pass) - 1];
  if (p.of_image) return fmt::format("The gate: the best {} of {} {}. {}", go_on, judged, again, rest);
  if (p.forced == every_token)
    return fmt::format("The gate: every depth is forced, no score decides. {} of {} {}.", go_on, judged, again);
  if (p.training)
    return fmt::format("The gate: the best {} of the whole text's {} {}, here {} of {}: it looks ahead.", row.computed,
                       row.candidates, again, go_on, judged);
  const std::string forced =
      p.forced >= 0 ? fmt::format(" \"{}\" is forced.", inside_box(p.text.pieces[size_t(p.forced)])) : "";
  return fmt::format("The gate: {} of {} score {:.2f} or more and {}. {}{}", passing, judged, p.bar, again, rest,
                     forced);
}

/// How many of the guesses that can be checked are right.
std::string guess_text(const LoopPicture& p) {
  int right = 0, known = 0;
  for (int t = p.story.from(); t < p.story.to() && t + 1 < p.text.size(); ++t) {
    if (size_t(t) >= p.guesses.size()) break;
    right += p.guesses[size_t(t)] == p.text.ids[size_t(t) + 1];
    ++known;
  }
  const std::string out = "Each token guesses the one after it";
  return known == 0 ? out + "." : fmt::format("{}: {} of {} are right.", out, right, known);
}

std::string run_text(const LoopPicture& p, const LoopEvent& now) {
  const Machine& machine = p.story.machine();
  const MachineBox& box = machine.boxes[size_t(now.box)];
  const std::string all = tokens_text(p, p.story.tokens());
  const int inside = p.story.inside(p.text, p.event);
  if (!machine.loops() && box.times > 1)
    return fmt::format("Layer {}: the same weights for the {} time of {}.", now.layers_done,
                       now.pass == 1 ? "first" : fmt::format("{}.", now.pass), box.times);
  if (!machine.loops()) return fmt::format("Layer {}: all {}. Its weights are its own.", now.layers_done, all);
  if (now.box != machine.block)
    return now.box < machine.block
               ? fmt::format("All {} pass the first layer.", all)
               : fmt::format("All {} pass the last layer{}.", all, machine.gate ? ", also those that left early" : "");
  if (inside == p.story.tokens())
    return now.pass == 1 ? fmt::format("Pass 1: all {} enter the shared block.", all)
                         : fmt::format("Pass {}: all {} once more, by the same weights.", now.pass, all);
  return fmt::format("Pass {}: {} of {} are inside. The others cost nothing more.", now.pass, inside, all);
}

}  // namespace

std::string event_text(const LoopPicture& p) {
  const LoopEvent& now = p.story.event(p.event);
  switch (now.kind) {
    case LoopEvent::wait:
      return p.of_image ? fmt::format("The model looks at a digit in {}.", tokens_text(p, p.story.tokens()))
                        : fmt::format("The model guesses what follows each word. {}, words or parts of words, wait.",
                                      tokens_text(p, p.story.tokens()));
    case LoopEvent::judge:
      return judge_text(p, now.pass);
    case LoopEvent::run:
      return run_text(p, now);
    case LoopEvent::guess:
      break;
  }
  return p.of_image ? "The model names what it sees." : guess_text(p);
}

std::string work_text(const LoopPicture& p) {
  const int work = p.story.work(p.text, p.event), most = p.story.most_work();
  if (!p.story.machine().loops()) return fmt::format("{} of {} layers times tokens: none can leave", work, most);
  return fmt::format("{} of {} passes through the block", work, most);
}

}  // namespace tinymor
