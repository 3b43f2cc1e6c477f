#include "visualizer/panels/autograd_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tinymor {

std::string title_of(const Walkthrough::Value& value, const Detail& detail) {
  if (!detail.numbers) return value.label;
  const bool named = value.computed > 0 && !value.label.starts_with(value.op + " #");
  return named ? value.label + " = " + value.op : value.label;
}

std::string flow_text(const Walkthrough::Use& use, Flow flow) {
  if (flow == Flow::none) return "";
  const bool chain = flow == Flow::chain && use.local;
  const std::string product = chain ? fmt::format("{:.4g} \u00b7 {:.4g} = ", *use.incoming, *use.local) : "";
  return fitted(product + value_text(use.grad), ui::em() * (flow == Flow::chain ? 11 : 5), ui::Font::small);
}

std::string checked_text(const Walkthrough::Value& value, bool agrees) {
  const auto numbers = value.differences.values();
  if (!std::all_of(numbers.begin(), numbers.end(), [](Real x) { return std::isfinite(x); })) return "cannot be checked";
  return (agrees ? "checked: " : "differs: ") + value_text(value.differences);
}

std::string short_gradient(const Walkthrough& walk, int index, int step) {
  const std::string sum = walk.grad_text(index, step);
  if (sum.empty()) return "";
  int parts = 0, arrived = 0;
  for (const Walkthrough::Use& use : walk.uses) {
    if (use.from != index || use.step == 0) continue;
    ++parts;
    arrived += use.step <= step;
  }
  if (parts < 3) return "grad " + sum;
  return fmt::format("grad {} ({} of {} uses)", value_text(walk.grad(index, step)), arrived, parts);
}

float small_line() {
  return text_size("0", ui::Font::small).y * 1.1f;
}

namespace {

/// A leaf that is used more often has a tag with its name at each use instead of arrows that cross everything.
constexpr int most_arrows = 3;

constexpr Detail all_of_it{true, true, true, true, Flow::chain, 1.8f, 0.8f},
    short_flows{true, true, true, true, Flow::result, 1.5f, 0.7f},
    no_flows{true, true, true, false, Flow::none, 1.2f, 0.5f},
    only_numbers{true, false, true, false, Flow::none, 0.7f, 0.15f},
    only_names{true, true, false, false, Flow::none, 1, 0.4f},
    no_tags{true, false, false, false, Flow::none, 0.7f, 0.15f},
    only_marks{false, false, false, false, Flow::none, 0.6f, 0.35f};

ui::Font title_font(const Detail& detail) {
  return detail.numbers ? ui::Font::bold : ui::Font::small;
}

/// Room for everything that a box will ever show, so that nothing moves from step to step.
ImVec2 size_of(const Walkthrough& walk, int index, const Detail& detail) {
  const float em = ui::em();
  if (!detail.names) return {em * 0.8f, em * 0.8f};
  const Walkthrough::Value& value = walk.values[index];
  ImVec2 size{text_size(title_of(value, detail), title_font(detail)).x, detail.numbers ? em * 1.5f : em * 1.2f};
  const auto add_line = [&](const std::string& text, ui::Font font, float height) {
    size.x = std::max(size.x, text_size(text, font).x);
    size.y += height;
  };
  if (detail.numbers && value.op != "constant") {
    add_line(value_text(value.value), ui::Font::body, em * 1.2f);
    add_line(short_gradient(walk, index, walk.steps), ui::Font::small, small_line());
  }
  if (detail.checks && value.differences.defined()) add_line(checked_text(value, true), ui::Font::small, small_line());
  const auto uses = std::count_if(walk.uses.begin(), walk.uses.end(), [&](const auto& use) { return use.to == index; });
  if (!detail.numbers && !detail.tags) return {size.x + em * 0.5f, em * 1.1f};
  const float inputs = detail.tags ? float(uses) * small_line() * 1.1f : 0;
  return {std::min(size.x, em * 15) + em * 0.8f, std::max(size.y, inputs)};
}

GraphLayout laid_out(const Walkthrough& walk, const Detail& detail, ImVec2 gap, int rows) {
  std::vector<ImVec2> sizes;
  for (int i = 0; i < int(walk.values.size()); ++i) sizes.push_back(size_of(walk, i, detail));
  std::vector<GraphEdge> edges;
  for (const Walkthrough::Use& use : walk.uses) {
    const Walkthrough::Value& from = walk.values[use.from];
    const auto uses =
        std::count_if(walk.uses.begin(), walk.uses.end(), [&](const auto& u) { return u.from == use.from; });
    const std::string flow = use.step > 0 ? flow_text(use, detail.flow) : "";
    const bool cut = from.leaf >= 0 && uses > most_arrows;
    const float name = detail.tags ? text_size(from.label, ui::Font::small).x + ui::em() * 0.8f : ui::em() * 0.3f;
    edges.push_back(
        {use.from, use.to, flow.empty() ? 0 : text_size(flow, ui::Font::small).x, cut && !detail.tags ? 0 : name, cut});
  }
  return layered(sizes, edges, gap, rows);
}

ImVec2 gap_of(const Detail& detail) {
  return {detail.gap_x * ui::em(), detail.gap_y * ui::em()};
}

bool fits(const GraphLayout& graph, ImVec2 room) {
  return graph.size.x <= room.x && graph.size.y <= room.y;
}

/// The graph with this detail, in as few rows as its width needs.
GraphLayout in_rows(const Walkthrough& walk, const Detail& detail, float width) {
  GraphLayout graph = laid_out(walk, detail, gap_of(detail), 1);
  const int columns = graph.columns;
  for (int rows = std::max(2, int(graph.size.x / width)); graph.size.x > width && rows <= columns; ++rows)
    graph = laid_out(walk, detail, gap_of(detail), rows);
  return graph;
}

/// The free room of a large window goes between the boxes.
GraphLayout spread(const Walkthrough& walk, const Detail& detail, const GraphLayout& tight, ImVec2 room) {
  const float em = ui::em(), columns = float(std::max(1, tight.columns - 1));
  ImVec2 gap = gap_of(detail);
  gap.x += std::clamp((room.x - tight.size.x) / columns * 0.9f, 0.0f, em * 5);
  gap.y += std::clamp((room.y - tight.size.y) / (4 * float(tight.rows)), 0.0f, em * 3);
  const GraphLayout graph = laid_out(walk, detail, gap, tight.rows);
  return fits(graph, room) ? graph : tight;
}

/// Everything smaller by the same factor, until it fits.
void shrink(GraphLayout& graph, ImVec2 room) {
  const float by = std::min({1.0f, room.x / graph.size.x, room.y / graph.size.y});
  const auto smaller = [&](ImVec2& p) { p = {p.x * by, p.y * by}; };
  for (Box& box : graph.nodes) {
    smaller(box.min);
    smaller(box.max);
  }
  for (std::vector<ImVec2>& corners : graph.edges) std::for_each(corners.begin(), corners.end(), smaller);
  smaller(graph.size);
}

}  // namespace

FittedGraph fit(const Walkthrough& walk, ImVec2 room) {
  for (const Detail& detail : {all_of_it, short_flows})
    if (const GraphLayout graph = laid_out(walk, detail, gap_of(detail), 1); fits(graph, room))
      return {spread(walk, detail, graph, room), detail};
  for (const Detail& detail : {all_of_it, short_flows, no_flows, only_numbers, only_names, no_tags})
    if (const GraphLayout graph = in_rows(walk, detail, room.x); fits(graph, room))
      return {spread(walk, detail, graph, room), detail};
  FittedGraph marks{in_rows(walk, only_marks, room.x), only_marks};
  shrink(marks.graph, room);
  return marks;
}

}  // namespace tinymor
