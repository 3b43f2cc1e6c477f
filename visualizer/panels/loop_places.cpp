#include "visualizer/panels/loop_places.h"

#include <algorithm>
#include <cmath>

#include "visualizer/draw/text_flow.h"

namespace tinymor {
namespace {

Box part(const Box& area, float left, float top, float right, float bottom) {
  const auto x = [&](float at) { return area.min.x + at * area.width(); };
  const auto y = [&](float at) { return area.min.y + at * area.height(); };
  return {{x(left), y(top)}, {x(right), y(bottom)}};
}

/// Boxes of these widths in lines, as words.
std::vector<Box> place_words(const Box& region, const std::vector<float>& widths, float height, float gap) {
  std::vector<Box> out;
  ImVec2 at = region.min;
  for (const float wanted : widths) {
    const float width = std::min(wanted, region.width());
    if (at.x > region.min.x && at.x + width > region.max.x) at = {region.min.x, at.y + height + gap};
    out.push_back({at, {at.x + width, at.y + height}});
    at.x += width + gap;
  }
  return out;
}

/// Equal marks in lines, too low for letters, for more words than there is room to read.
std::vector<Box> place_marks(const Box& region, size_t count, float height) {
  float columns = 1;
  const auto all = float(count);
  while (std::ceil(all / columns) * std::min(height, region.width() / columns) > region.height() && columns < all)
    ++columns;
  const float wide = region.width() / columns, high = region.height() / std::ceil(all / columns);
  std::vector<Box> out;
  for (size_t i = 0; i < count; ++i) {
    const float x = region.min.x + std::fmod(float(i), columns) * wide;
    const float y = region.min.y + std::floor(float(i) / columns) * high;
    out.push_back({{x, y}, {x + wide * 0.92f, y + std::min(high * 0.9f, height)}});
  }
  return out;
}

/// Squares in lines, as large as so many fit.
std::vector<Box> place_squares(const Box& region, size_t count) {
  float pitch = 0;
  for (size_t columns = 1; columns <= count; ++columns) {
    const size_t rows = (count + columns - 1) / columns;
    pitch = std::max(pitch, std::min(region.width() / float(columns), region.height() / float(rows)));
  }
  pitch = std::min(pitch, ui::em() * 4);
  const auto columns = std::max<size_t>(1, size_t(region.width() / std::max(pitch, 1e-3f) + 1e-3f));
  std::vector<Box> out;
  for (size_t i = 0; i < count; ++i) {
    const float x = region.min.x + float(i % columns) * pitch, y = region.min.y + float(i / columns) * pitch;
    out.push_back({{x, y}, {x + pitch * 0.9f, y + pitch * 0.9f}});
  }
  return out;
}

std::vector<int> tokens_of(const LoopStory& story) {
  std::vector<int> all;
  for (int t = story.from(); t < story.to(); ++t) all.push_back(t);
  return all;
}

/// Chips for some tokens of the story, as large as they fit: words, or patches of an image.
std::vector<Box> chips_in(const Box& region, const LoopPicture& picture, const std::vector<int>& tokens) {
  if (!picture.patches.empty()) return place_squares(region, tokens.size());
  if (tokens.empty()) return {};
  const auto placed = [&](ui::Font font, float height, float padding, float gap) {
    std::vector<float> widths;
    for (const int t : tokens)
      widths.push_back(text_size(inside_box(picture.text.pieces[size_t(t)]), font).x + height * padding);
    return place_words(region, widths, height, std::round(height * gap));
  };
  const auto fit = [&](const std::vector<Box>& out) { return out.back().max.y <= region.max.y; };
  for (const ui::Font font : chip_fonts)
    if (const std::vector<Box> out = placed(font, chip_height(font), 0.6f, 0.2f); fit(out)) return out;
  const float tight = std::round(ui::font(ui::Font::small)->FontSize * 1.05f);
  if (const std::vector<Box> out = placed(ui::Font::small, tight, 0.3f, 0.1f); fit(out)) return out;
  return place_marks(region, tokens.size(), std::round(ui::font(ui::Font::small)->FontSize * 0.85f));
}

/// The room for chips in a box of the machine.
Box inside_of(const LoopPicture& p, const MachineLayout& layout, int index) {
  const Box& box = layout.boxes[size_t(index)];
  const LoopMachine& machine = p.story.machine();
  const bool block = index == machine.block, noted = block || !machine.loops();
  const float em = ui::em(), notes = block ? em * 3.2f : em * 2.6f;
  const float title = noted && has_notes(box) ? notes : em * 1.7f;
  return {{box.min.x + em * 0.4f, box.min.y + title}, {box.max.x - em * 0.4f, box.max.y - em * 0.3f}};
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

/// The way of a chip's centre between two events: back over the arrow, down to the exit, or straight.
std::vector<ImVec2> way(const LoopPicture& p, const MachineLayout& layout, TokenPlace from, TokenPlace to, ImVec2 a,
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

}  // namespace

bool has_notes(const Box& box) {
  return box.height() > ui::em() * 5.2f && box.width() > ui::em() * 5.8f;
}

float chip_height(ui::Font font) {
  return std::round(ui::font(font)->FontSize * 1.5f);
}

MachineLayout layout_of(const LoopPicture& p, const Box& whole) {
  const LoopMachine& machine = p.story.machine();
  // While the tokens wait, the machine is empty and can do with less room.
  float waiting = p.story.event(p.event - 1).kind == LoopEvent::wait ? 1 - p.moved : 0;
  if (p.story.event(p.event).kind == LoopEvent::wait) waiting = 1;
  const Box area = part(whole, 0.24f * waiting, 0, 1, 1);
  // Above the boxes there is room for the arrow and its name.
  const bool arrows = machine.loops() || (!machine.boxes.empty() && machine.boxes.front().times > 1);
  const float top = arrows ? std::max(0.14f, std::min(0.3f, ui::em() * 2.7f / area.height())) : 0;
  MachineLayout layout;
  layout.queue = part(whole, 0, top, 0.21f, 1);
  layout.top = area.min.y;
  const int count = int(machine.boxes.size());
  // Where it is low, the boxes have the room of the cache below them.
  const bool low = area.height() <= ui::em() * 12.2f;
  const float bottom = low ? 1 : 0.68f;
  if (!low) layout.cache = part(area, 0, 0.74f, machine.loops() ? 0.31f : 1, 1);
  if (!machine.loops()) {
    for (int i = 0; i < count; ++i) {
      const float from = float(i) / float(count), to = (float(i) + 0.92f) / float(count);
      layout.boxes.push_back(part(area, from, top, to, bottom));
    }
    return layout;
  }
  const bool first = machine.block > 0, last = machine.block + 1 < count;
  const float left = first ? 0.17f : 0.0f, right = machine.gate ? 0.53f : 0.72f;
  if (first) layout.boxes.push_back(part(area, 0, top, 0.13f, bottom));
  layout.boxes.push_back(part(area, left, top, right, bottom));
  layout.gate = low ? part(area, 0.57f, top, 0.68f, 0.5f) : part(area, 0.57f, top + 0.12f, 0.68f, 0.56f);
  layout.judged = part(area, 0.71f, std::min(top, ui::em() * 1.4f / area.height()), 1, low ? 0.56f : 0.68f);
  layout.exit = part(area, low ? 0.56f : 0.34f, low ? 0.64f : 0.76f, last ? 0.73f : 1, low ? 0.84f : 0.93f);
  if (last)
    layout.boxes.push_back(machine.gate ? part(area, 0.78f, low ? 0.62f : 0.73f, 1, 1)
                                        : part(area, 0.82f, top, 1, bottom));
  return layout;
}

float arrow_height(const Box& block) {
  return block.min.y - ui::em() * 1.3f;
}

std::vector<Box> places_inside(const LoopPicture& picture, const MachineLayout& layout, int box) {
  return chips_in(inside_of(picture, layout, box), picture, tokens_of(picture.story));
}

std::vector<int> judged_tokens(const LoopPicture& picture, int event) {
  std::vector<int> judged;
  for (const int t : tokens_of(picture.story))
    if (picture.story.standing(picture.text, t, event).place == Place::gate) judged.push_back(t);
  if (judged.empty()) return judged;
  const std::vector<Cell>& cells = picture.text.rows[size_t(picture.story.event(event).pass) - 1].cells;
  const auto score = [&](int t) { return cells[size_t(t)].scored ? cells[size_t(t)].logit : -1e30f; };
  std::stable_sort(judged.begin(), judged.end(), [&](int a, int b) { return score(a) > score(b); });
  return judged;
}

std::vector<JudgedPlace> judged_places(const Box& region, size_t count) {
  const float em = ui::em(), most_rows = std::max(1.0f, std::floor(region.height() / em));
  const float columns = std::ceil(float(count) / most_rows), rows = std::ceil(float(count) / columns);
  const float wide = region.width() / columns, high = std::min(em * 2.2f, region.height() / rows);
  std::vector<JudgedPlace> out;
  if (wide < em * 3) {  // no room for bars beside them: strips below
    for (const Box& square : place_squares(region, count)) {
      const float strip = square.max.y - square.height() * 0.18f;
      out.push_back({{square.min, {square.max.x, strip - 1}}, {{square.min.x, strip}, square.max}, false});
    }
    return out;
  }
  for (size_t i = 0; i < count; ++i) {
    const float x = region.min.x + std::floor(float(i) / rows) * wide;
    const float y = region.min.y + std::fmod(float(i), rows) * high;
    const float edge = high > em * 1.3f ? high * 0.08f : 1;
    const Box row{{x, y + edge}, {x + wide - em * 0.5f, y + high - edge}};
    const float names = row.width() > em * 7 ? 0.45f : 0.8f;  // where it is narrow, of what is worth more
    const float middle = row.min.x + row.width() * names, number = row.width() > em * 8 ? em * 2.4f : 0;
    out.push_back({{row.min, {middle - em * 0.15f, row.max.y}},
                   {{middle, row.min.y}, {row.max.x - number, row.max.y}},
                   number > 0});
  }
  return out;
}

namespace {

/// The place of every token after an event.
std::vector<Box> places_at(const LoopPicture& p, const MachineLayout& layout, int number) {
  std::vector<Box> out(size_t(p.story.tokens()));
  std::vector<int> waiting, left;
  const LoopEvent& event = p.story.event(number);
  std::vector<Box> inside;
  if (event.kind == LoopEvent::run) inside = places_inside(p, layout, event.box);
  for (const int t : tokens_of(p.story)) {
    const size_t i = size_t(t - p.story.from());
    const Place place = p.story.standing(p.text, t, number).place;
    if (place == Place::box) out[i] = inside[i];
    if (place == Place::exit) left.push_back(t);
    if (place == Place::queue) waiting.push_back(t);
    if (place == Place::done && !p.words.empty()) out[i] = p.words[i];
  }
  const std::vector<Box> queue = chips_in(layout.queue.inset(ui::em() * 0.4f, ui::em() * 0.4f), p, waiting);
  for (size_t i = 0; i < waiting.size(); ++i) out[size_t(waiting[i] - p.story.from())] = queue[i];
  const std::vector<Box> gone = chips_in(layout.exit.inset(ui::em() * 0.5f, ui::em() * 0.4f), p, left);
  for (size_t i = 0; i < left.size(); ++i) out[size_t(left[i] - p.story.from())] = gone[i];
  const std::vector<int> judged = judged_tokens(p, number);
  const std::vector<JudgedPlace> rows = judged_places(layout.judged, judged.size());
  for (size_t i = 0; i < judged.size(); ++i) out[size_t(judged[i] - p.story.from())] = rows[i].chip;
  return out;
}

}  // namespace

std::vector<Box> places_of(const LoopPicture& p, const MachineLayout& layout) {
  const std::vector<Box> before = places_at(p, layout, p.event - 1), now = places_at(p, layout, p.event);
  std::vector<Box> out;
  for (size_t i = 0; i < now.size(); ++i) {
    const int t = p.story.from() + int(i);
    const TokenPlace from = p.story.standing(p.text, t, p.event - 1), to = p.story.standing(p.text, t, p.event);
    const ImVec2 middle = along(way(p, layout, from, to, before[i].center(), now[i].center()), p.moved);
    const float wide = before[i].width() + (now[i].width() - before[i].width()) * p.moved;
    const float high = before[i].height() + (now[i].height() - before[i].height()) * p.moved;
    out.push_back({{middle.x - wide / 2, middle.y - high / 2}, {middle.x + wide / 2, middle.y + high / 2}});
  }
  return out;
}

}  // namespace tinymor
