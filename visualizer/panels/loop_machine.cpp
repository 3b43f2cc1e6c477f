#include "visualizer/panels/loop_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "visualizer/draw/glossary.h"
#include "visualizer/draw/text_flow.h"
#include "visualizer/draw/ui.h"

namespace tinymor {
namespace {

using ui::colors::accent;
using ui::colors::dim;
using ui::colors::warn;

void draw_chip(Canvas& canvas, const LoopPicture& p, int token, const Box& box, int passes) {
  const Color tint = passes > 0 ? depth_color(passes) : ui::colors::active;
  canvas.rect(box, ui::u32(tint), box.height() * 0.25f);
  if (!p.patches.empty()) {
    const float edge = std::max(1.0f, box.height() * 0.12f);
    return canvas.image(box.inset(edge, edge), *p.patches[size_t(token - p.story.from())]);
  }
  const DataScope data;
  const std::string word = inside_box(p.text.pieces[size_t(token)]);
  const ui::Font* largest = std::find_if(std::begin(chip_fonts), std::end(chip_fonts),
                                         [&](ui::Font each) { return chip_height(each) <= box.height() + 1; });
  const ui::Font font = largest == std::end(chip_fonts) ? ui::Font::small : *largest;
  const std::string shown = fitted(word, box.width() - 2, font);
  if ((shown != word && shown.size() < 6) || box.height() < text_size("x", ui::Font::small).y * 0.9f) return;
  text_centered(canvas, box.center(), ui::u32(passes > 0 ? text_on(tint) : Color(ui::colors::text)), shown, font);
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
  const LoopMachine& machine = p.story.machine();
  const MachineBox& box = machine.boxes[size_t(index)];
  const std::string layers = fmt::format("{} layer{}", box.layers, box.layers == 1 ? "" : "s");
  if (index == machine.block && machine.stages) return {"stage: " + layers, "stage"};
  if (index == machine.block) return {"shared block: " + layers, "shared block", "block"};
  if (!machine.loops()) return {fmt::format("layer {}", index + 1), fmt::format("{}", index + 1)};
  const char* which = index < machine.block ? "first " : "last ";
  return {which + std::string(box.layers == 1 ? "layer" : layers), which};
}

std::vector<std::string> box_notes(const LoopPicture& p, int index) {
  const LoopMachine& machine = p.story.machine();
  const MachineBox& box = machine.boxes[size_t(index)];
  const LoopEvent& now = p.story.event(p.event);
  if (index == machine.block) {
    const char *weights = machine.stages ? "weights of its own in each stage" : "the same weights every time",
               *pass = machine.stages ? "stage" : "pass";
    if (now.kind != LoopEvent::run || now.box != index)
      return {weights, machine.stages ? "own weights" : "same weights"};
    return {fmt::format("{} {} of {}, {}", pass, now.pass, box.times, weights),
            fmt::format("{} {} of {}", pass, now.pass, box.times)};
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
  if (has_notes(box))
    centered(box.min.y + em * (block ? 1.7f : 1.5f), box_notes(p, index), runs ? ui::colors::text : dim,
             ui::Font::small);
}

/// Where the tokens that have left would be: what their leaving saves.
void draw_gaps(Canvas& canvas, const LoopPicture& p, const MachineLayout& layout) {
  const LoopEvent& now = p.story.event(p.event);
  if (now.kind != LoopEvent::run || now.box != p.story.machine().block) return;
  const std::vector<Box> places = places_inside(p, layout, now.box);
  for (size_t i = 0; i < places.size(); ++i)
    if (p.story.standing(p.text, p.story.from() + int(i), p.event).place != Place::box)
      canvas.outline(places[i], ui::u32(ui::colors::dim, 0.5), 1, places[i].height() * 0.25f);
}

/// Where the tokens wait, and where they will go.
void draw_queue(Canvas& canvas, const LoopPicture& p, const MachineLayout& layout) {
  if (p.story.event(p.event).kind != LoopEvent::wait || layout.boxes.empty()) return;
  const float em = ui::em(), y = layout.boxes[0].center().y;
  canvas.rect(layout.queue, ui::u32(ui::colors::control, 0.5), em * 0.4f);
  ui::fitted_text(canvas, {layout.queue.min.x, layout.queue.min.y - em * 1.3f}, ui::u32(dim), "waiting",
                  layout.queue.width(), ui::Font::small);
  draw_arrow(canvas, {{layout.queue.max.x, y}, {layout.boxes[0].min.x, y}}, ui::colors::faint, em * 0.15f);
}

/// How often each box of a line is run by itself, as an arrow above it.
void draw_own_return(Canvas& canvas, const Box& box) {
  const float em = ui::em(), top = box.min.y - em * 0.9f, wide = std::min(em * 1.5f, box.width() * 0.3f);
  const float x = box.center().x;
  draw_arrow(canvas, {{x + wide, box.min.y}, {x + wide, top}, {x - wide, top}, {x - wide, box.min.y}}, accent,
             em * 0.18f);
}

void draw_gate(Canvas& canvas, const Box& gate, bool stages) {
  const ImVec2 c = gate.center();
  if (gate.height() < ui::em() * 2.4f) {  // too flat for a word within a diamond
    const Box low = gate.inset(0, std::min(0.0f, gate.height() - ui::em() * 1.5f) / 2);
    canvas.rect(low, ui::u32(mix(ui::colors::card, accent, 0.25)));
    canvas.outline(low, ui::u32(accent), 2);
    return text_centered(canvas, c, ui::u32(ui::colors::text), "gate", ui::Font::small);
  }
  const ImVec2 left{gate.min.x, c.y}, right{gate.max.x, c.y}, top{c.x, gate.min.y}, bottom{c.x, gate.max.y};
  const ImU32 fill = ui::u32(mix(ui::colors::card, accent, 0.25));
  canvas.triangle(left, top, right, fill);
  canvas.triangle(left, right, bottom, fill);
  canvas.polyline({left, top, right, bottom, left}, ui::u32(accent), 2);
  const float line = text_size("x", ui::Font::small).y;
  const bool both = gate.height() > line * 4;
  const bool wide = text_size("gate").x * 1.6f < gate.width();
  text_centered(canvas, {c.x, c.y - (both ? line * 0.5f : 0)}, ui::u32(ui::colors::text), "gate",
                wide ? ui::Font::body : ui::Font::small);
  if (both)
    text_centered(canvas, {c.x, c.y + line * 0.6f}, ui::u32(dim), stages ? "go on?" : "again?", ui::Font::small);
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
  const std::vector<int> judged = judged_tokens(p, p.event);
  if (judged.empty()) return;
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
  const LoopMachine& machine = p.story.machine();
  const float em = ui::em(), thick = em * 0.35f;
  const Box& block = layout.boxes[size_t(machine.block)];
  const float top = arrow_height(block), middle = (machine.gate ? layout.gate : block).center().y;
  if (machine.block > 0)
    draw_arrow(canvas, {{layout.boxes[0].max.x, middle}, {block.min.x, middle}}, ui::colors::faint, em * 0.15f);
  const ImVec2 start =
      machine.gate ? ImVec2{layout.gate.center().x, layout.gate.min.y} : ImVec2{block.max.x + em * 1.5f, middle};
  if (machine.gate)
    draw_arrow(canvas, {{block.max.x, middle}, {layout.gate.min.x, middle}}, ui::colors::faint, em * 0.15f);
  std::vector<ImVec2> back = {start, {start.x, top}, {block.center().x, top}, {block.center().x, block.min.y}};
  if (!machine.gate) back.insert(back.begin(), ImVec2{block.max.x, middle});
  draw_arrow(canvas, back, accent, thick);
  const std::string again = machine.stages ? "next stage"
                            : machine.gate ? "once more"
                                           : fmt::format("all, {} times", p.text.rows.size());
  if (top - em * 1.25f > layout.top)
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

/// A row of cells for each row of the cache, filled as far as the story has come.
void draw_story_cache(Canvas& canvas, const Box& area, const LoopPicture& p) {
  const std::vector<CacheRow>& rows = p.text.kv.rows;
  if (rows.empty() || p.story.tokens() == 0) return;
  const float em = ui::em(), small = text_size("0", ui::Font::small).y;
  const float label = std::min(area.width() * 0.4f, text_size("first layer", ui::Font::small).x + em * 0.5f);
  const float high = std::min(small * 1.15f, (area.height() - small) / float(rows.size()));
  const float wide = std::min(em * 1.2f, (area.width() - label) / float(p.story.tokens()));
  ui::fitted_text(canvas, area.min, ui::u32(dim), "KV cache", area.width(), ui::Font::small);
  for (size_t r = 0; r < rows.size(); ++r) {
    const float y = area.min.y + small * 1.1f + float(r) * high;
    const std::string name = rows[r].recursion > 0 ? fmt::format("pass {}", rows[r].recursion) : rows[r].label;
    if (high > small * 0.8f)
      ui::fitted_text(canvas, {area.min.x, y}, ui::u32(dim), name, label - em * 0.3f, ui::Font::small);
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
}

/// Frames what the machine shows of the number that is pointed at.
void draw_glow(Canvas& canvas, const LoopPicture& p, const MachineLayout& layout, const std::vector<Box>& places) {
  if (!p.glow) return;
  const int i = p.glow->token - p.story.from();
  if (i >= 0 && i < int(places.size()) && places[size_t(i)].width() > 0) double_frame(canvas, places[size_t(i)]);
  const LoopMachine& machine = p.story.machine();
  if (p.glow->kind == Glow::change && machine.loops()) double_frame(canvas, layout.boxes[size_t(machine.block)]);
  if (p.glow->kind != Glow::score && p.glow->kind != Glow::bar) return;
  if (machine.gate) double_frame(canvas, layout.gate);
  const std::vector<int> judged = judged_tokens(p, p.event);
  if (judged.empty() || p.story.event(p.event).pass != p.glow->recursion) return;
  const std::vector<JudgedPlace> bars = judged_places(layout.judged, judged.size());
  for (size_t at = 0; at < judged.size(); ++at)
    if (judged[at] == p.glow->token) double_frame(canvas, bars[at].bar);
}

}  // namespace

std::vector<Box> draw_machine(Canvas& canvas, const Box& area, const LoopPicture& p) {
  const MachineLayout layout = layout_of(p, area);
  draw_queue(canvas, p, layout);
  for (size_t i = 0; i < layout.boxes.size(); ++i) draw_box(canvas, p, layout.boxes[i], int(i));
  if (p.story.machine().loops()) draw_loop_arrows(canvas, p, layout);
  if (p.story.machine().gate) draw_gate(canvas, layout.gate, p.story.machine().stages);
  for (size_t i = 0; i < layout.boxes.size(); ++i)
    if (!p.story.machine().loops() && p.story.machine().boxes[i].times > 1) draw_own_return(canvas, layout.boxes[i]);
  draw_scores(canvas, p, layout);
  draw_gaps(canvas, p, layout);
  if (layout.cache.height() > 0) draw_story_cache(canvas, layout.cache, p);

  std::vector<Box> places = places_of(p, layout);
  for (size_t i = 0; i < places.size(); ++i) {
    const int t = p.story.from() + int(i);
    const TokenPlace from = p.story.standing(p.text, t, p.event - 1), to = p.story.standing(p.text, t, p.event);
    if (to.place == Place::done && p.moved >= 1)  // it is in the sentence again
      places[i] = {};
    else
      draw_chip(canvas, p, t, places[i], p.moved > 0.7f ? to.passes : from.passes);
  }
  draw_glow(canvas, p, layout, places);
  return places;
}

}  // namespace tinymor
