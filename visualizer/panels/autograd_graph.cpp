#include "visualizer/panels/autograd_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tensor/ops.h"
#include "visualizer/panels/panel.h"

namespace tinymor {
namespace {

constexpr Themed gradient_color = ui::colors::warn;

bool is_constant(const Walkthrough::Value& value) {
  return value.op == "constant";
}

/// The heading of a box: "w", "h = tanh", "mul #2".
std::string title_of(const Walkthrough::Value& value) {
  const bool named = value.computed > 0 && !value.label.starts_with(value.op + " #");
  return named ? value.label + " = " + value.op : value.label;
}

/// The label of an arrow: "0.5 x 2 = 1", where the second is the local derivative.
std::string flow_text(const Walkthrough::Use& use) {
  const std::string chain = use.local ? fmt::format("{:.4g} x {:.4g} = ", *use.incoming, *use.local) : "";
  return fitted(chain + value_text(use.grad), ui::em() * 11, ui::Font::small);
}

std::string checked_text(const Walkthrough::Value& value) {
  return "checked: " + value_text(value.differences);
}

float small_line() {
  return text_size("0", ui::Font::small).y * 1.1f;
}

/// A sentence, broken between words where the box ends.
void draw_wrapped(Canvas& canvas, const Box& box, const std::string& sentence) {
  float x = 0, y = box.min.y;
  for (size_t at = 0, end; at < sentence.size(); at = end) {
    end = std::min(sentence.find(' ', at + 1), sentence.size());
    std::string word = sentence.substr(at, end - at);
    if (x > 0 && x + text_size(word).x > box.width()) {
      x = 0;
      y += ImGui::GetTextLineHeight();
      word.erase(0, 1);
    }
    canvas.text({box.min.x + x, y}, ui::u32(ui::colors::text), word);
    x += text_size(word).x;
  }
}

/// An arrow, and what flows back along it.
void draw_use(Canvas& canvas, const Walkthrough& walk, const Walkthrough::Use& use, std::vector<ImVec2> corners,
              ImVec2 origin, int step) {
  const float em = ui::em(), r = em * 0.3f;
  const bool forward = walk.values[use.to].computed == step, backward = use.step > 0 && use.step <= step;
  const bool now = forward || use.step == step;
  Color color = forward ? ui::colors::text : ui::colors::faint;
  if (backward) color = gradient_color;
  for (ImVec2& corner : corners) corner = {corner.x + origin.x, corner.y + origin.y};
  for (size_t i = 1; i < corners.size(); ++i)
    curve(canvas, corners[i - 1], corners[i], ui::u32(color, now ? 1 : 0.6), now ? 2.5f : 1.5f);
  const ImVec2 first = corners.front(), last = corners.back();
  if (!backward) return canvas.triangle({last.x - r, last.y - r}, {last.x - r, last.y + r}, last, ui::u32(color));
  canvas.triangle({first.x + r, first.y - r}, {first.x + r, first.y + r}, first, ui::u32(color));
  const std::string label = flow_text(use);
  const ImVec2 size = text_size(label, ui::Font::small), place{last.x - size.x - em * 0.4f, last.y - size.y / 2};
  canvas.rect({{place.x - em * 0.2f, place.y}, {place.x + size.x + em * 0.2f, place.y + size.y}},
              ui::u32(ui::colors::card, 0.9), em * 0.2f);
  canvas.text(place, ui::u32(gradient_color, now ? 1 : 0.8), label, ui::Font::small);
}

/// The box of a value and what is written in it.
void draw_box(Canvas& canvas, const Walkthrough& walk, int index, const Box& box, int step) {
  const Walkthrough::Value& value = walk.values[index];
  const float em = ui::em(), width = box.width() - em * 0.7f;
  const bool there = value.computed <= step, active = step > 0 && walk.active(step) == index;
  canvas.rect(box, ui::u32(value.leaf >= 0 ? ui::colors::control : ui::colors::well), em * 0.3f);
  if (active)
    canvas.outline(box, ui::u32(step > walk.forward ? gradient_color : ui::colors::text), 2.5f, em * 0.3f);
  else
    canvas.outline(box, ui::u32(ui::colors::line), 1, em * 0.3f);
  float y = box.min.y + em * 0.2f;
  const auto write = [&](const std::string& text, Color color, ui::Font font, float height) {
    ui::fitted_text(canvas, {box.min.x + em * 0.4f, y}, ui::u32(color), text, width, font);
    y += height;
  };
  if (is_constant(value)) return write(title_of(value), ui::colors::dim, ui::Font::body, em * 1.2f);
  write(title_of(value), there ? ui::colors::accent : ui::colors::dim, ui::Font::bold, em * 1.2f);
  if (!there) return;
  write(value_text(value.value), ui::colors::text, ui::Font::body, em * 1.2f);
  const std::string grad = walk.grad_text(index, step);
  write(grad.empty() ? "" : "grad " + grad, gradient_color, ui::Font::small, small_line());
  if (step < walk.steps || !value.differences.defined()) return;
  const bool right = agree(walk.grad(index, step), value.differences);
  write(checked_text(value), right ? ui::colors::good : ui::colors::warn, ui::Font::small, small_line());
}

/// A field for each number of a leaf; true when one was changed.
bool edit_numbers(const Expression::Leaf& leaf, Tensor& numbers) {
  if (!ui::begin_popup("numbers")) return false;
  bool changed = false;
  ui::label(fmt::format("{}: drag, or click to type", leaf.value.name()), ui::colors::dim, ui::Font::small);
  const int64_t columns = std::min<int64_t>(8, numbers.rank() > 0 ? numbers.dim(-1) : 1);
  for (int64_t i = 0; i < numbers.count(); ++i) {
    if (i % columns > 0) ImGui::SameLine();
    ImGui::PushID(int(i));
    ImGui::SetNextItemWidth(ui::em() * 5);
    changed |= ImGui::DragFloat("##number", numbers.mutable_data() + i, 0.01f, 0, 0, "%.6g");
    ui::tag(fmt::format("autograd.leaf.{}.{}", leaf.value.name(), i));
    ImGui::PopID();
  }
  if (ui::enter_pressed()) ImGui::CloseCurrentPopup();
  ui::end_popup();
  return changed;
}

/// Lets the button that was drawn last drag the leaf's number, or open a popup to type in.
void edit_leaf(AppState& state, const Expression& expression, const Expression::Leaf& leaf, bool pressed) {
  Tensor numbers = leaf.value.value().clone();
  Real& number = *numbers.mutable_data();
  const float moved = ImGui::GetIO().MouseDelta.x;
  const bool dragged = ImGui::IsItemActive() && numbers.count() == 1 && moved != 0;
  if (dragged) {
    const double unit = std::pow(10, std::floor(std::log10(std::max(1.0, std::abs(double(number))))) - 2);
    number = Real(std::round(number / unit + double(moved)) * unit);
  }
  if (pressed && ImGui::GetMouseDragDelta().x == 0) ImGui::OpenPopup("numbers");
  const bool typed = edit_numbers(leaf, numbers);
  if ((dragged || typed) && all_finite(numbers)) state.expression = with_value(expression, leaf, numbers);
}

void draw_value(AppState& state, Canvas& canvas, const Walkthrough& walk, int index, const Box& box) {
  const Walkthrough::Value& value = walk.values[index];
  const int step = state.autograd_step;
  draw_box(canvas, walk, index, box, step);
  ImGui::SetCursorScreenPos(box.min);
  ImGui::PushID(index);
  const bool leaf = value.leaf >= 0;
  const std::string name = fmt::format("autograd.{}.{}", leaf ? "leaf" : "value", value.label);
  const ImVec2 size(box.width(), box.height());
  bool pressed = false;
  if (leaf) {
    pressed = ui::area(name, size);
  } else {
    ImGui::InvisibleButton("value", size);
    ui::tag(name);
  }
  if (ImGui::IsItemHovered()) ui::hint(describe(walk, index, step).c_str());
  if (leaf) edit_leaf(state, walk.expression, walk.expression.leaves[value.leaf], pressed);
  ImGui::PopID();
}

/// Room for everything that a box will ever show, so that nothing moves from step to step.
ImVec2 size_of(const Walkthrough& walk, int index) {
  const Walkthrough::Value& value = walk.values[index];
  const float em = ui::em();
  ImVec2 size{text_size(title_of(value), ui::Font::bold).x, em * 1.5f};
  const auto add_line = [&](const std::string& text, ui::Font font, float height) {
    size.x = std::max(size.x, text_size(text, font).x);
    size.y += height;
  };
  if (!is_constant(value)) {
    add_line(value_text(value.value), ui::Font::body, em * 1.2f);
    add_line("grad " + walk.grad_text(index, walk.steps), ui::Font::small, small_line());
  }
  if (value.differences.defined()) add_line(checked_text(value), ui::Font::small, small_line());
  return {std::min(size.x, em * 15) + em * 0.8f, size.y};
}

}  // namespace

std::string describe(const Walkthrough& walk, int index, int step) {
  const Walkthrough::Value& value = walk.values[index];
  std::string out = value.label;
  if (value.computed > 0) out += fmt::format(" = {}({})", value.op, walk.inputs(index));
  if (value.computed > step) return out + ", not computed yet";
  if (!is_constant(value)) out += " = " + value_text(value.value);
  if (value.op == "parameter") out += " (leaf)";
  if (const std::string grad = walk.grad_text(index, step); !grad.empty()) out += ", gradient " + grad;
  if (step == walk.steps && value.differences.defined())
    out += fmt::format(" ({} by central differences)", checked_text(value));
  return out;
}

AutogradGraph::Layout AutogradGraph::lay_out(const Walkthrough& walk, ImVec2 room) const {
  Layout out;
  for (int step = 0; step <= walk.steps; ++step) {
    const std::string sentence = walk.happening(step);
    out.sentence = std::max(out.sentence, ImGui::CalcTextSize(sentence.c_str(), nullptr, false, room.x).y);
  }
  std::vector<ImVec2> sizes;
  for (int i = 0; i < int(walk.values.size()); ++i) sizes.push_back(size_of(walk, i));
  std::vector<GraphEdge> edges;
  for (const Walkthrough::Use& use : walk.uses)
    edges.push_back({use.from, use.to, use.step > 0 ? text_size(flow_text(use), ui::Font::small).x : 0});
  // The free room of a large window goes between the boxes.
  const float em = ui::em();
  ImVec2 gap{em * 1.8f, em * 0.8f};
  const GraphLayout tight = layered(sizes, edges, gap);
  const float columns = std::max(1.0f, float(tight.columns) - 1);
  gap.x += std::clamp((room.x - em - tight.size.x) / columns, 0.0f, em * 5);
  gap.y += std::clamp((room.y - out.sentence - tight.size.y) / 4, 0.0f, em * 3);
  out.graph = layered(sizes, edges, gap);
  return out;
}

void AutogradGraph::draw(const Walkthrough& walk, AppState& state, Canvas& canvas) {
  const float em = ui::em(), margin = em * 0.5f;
  const int step = state.autograd_step;
  const ImVec2 room = ImGui::GetContentRegionAvail(), top = ImGui::GetCursorPos();
  const auto& [graph, sentence] =
      layout_.of({walk.expression.text, em, room.x, room.y}, [&] { return lay_out(walk, room); });
  draw_wrapped(canvas, free_box(), walk.happening(step));
  ImGui::SetCursorPos({top.x, top.y + sentence + margin});
  const ImVec2 size{graph.size.x + 2 * margin, graph.size.y + 2 * margin};
  const float height = std::max(ImGui::GetContentRegionAvail().y, std::min(size.y + em, em * 8));
  ImGui::BeginChild("graph", ImVec2(0, height), false, ImGuiWindowFlags_HorizontalScrollbar);
  const ImVec2 corner = ImGui::GetWindowPos(), start = ImGui::GetCursorScreenPos();
  const ImVec2 origin{start.x + margin, start.y + margin};
  canvas.push_clip({corner, {corner.x + ImGui::GetWindowWidth(), corner.y + height}});
  for (size_t use = 0; use < walk.uses.size(); ++use)
    draw_use(canvas, walk, walk.uses[use], graph.edges[use], origin, step);
  for (int i = 0; i < int(walk.values.size()); ++i) {
    const Box& box = graph.nodes[i];
    draw_value(state, canvas, walk, i,
               {{box.min.x + origin.x, box.min.y + origin.y}, {box.max.x + origin.x, box.max.y + origin.y}});
  }
  canvas.pop_clip();
  ImGui::SetCursorScreenPos(start);
  ImGui::Dummy(size);
  if (const int active = walk.active(step); active >= 0 && shown_step_ != step) {
    ImGui::SetScrollX(graph.nodes[active].center().x - ImGui::GetWindowWidth() / 2);
    ImGui::SetScrollY(graph.nodes[active].center().y - height / 2);
  }
  shown_step_ = step;
  ImGui::EndChild();
  ui::tag("autograd.graph");
}

}  // namespace tinymor
