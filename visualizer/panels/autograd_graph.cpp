#include "visualizer/panels/autograd_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "visualizer/panels/panel.h"

namespace tinymor {
namespace {

constexpr Themed gradient_color = ui::colors::warn;

bool is_constant(const Walkthrough::Value& value) {
  return value.op == "constant";
}

/// The plate with the name of a value at a use from which no arrow leads to it.
Box tag_box(const std::string& name, ImVec2 right) {
  const ImVec2 size = text_size(name, ui::Font::small);
  const float padding = ui::em() * 0.25f;
  return {{right.x - size.x - 2 * padding, right.y - size.y * 0.55f}, {right.x, right.y + size.y * 0.55f}};
}

void draw_tag(Canvas& canvas, const std::string& name, const Box& box, Color color) {
  canvas.rect(box, ui::u32(ui::colors::control), ui::em() * 0.25f);
  canvas.text({box.min.x + ui::em() * 0.25f, box.center().y - text_size(name, ui::Font::small).y / 2}, ui::u32(color),
              name, ui::Font::small);
}

/// What is drawn of a walkthrough in this frame.
struct Moment {
  const Walkthrough& walk;
  Detail detail;
  int step, explained;
};

/// The values that the mouse and the keyboard are at.
struct Pointed {
  int mouse = -1, keyboard = -1;
};

bool under_mouse(const Box& box) {
  return ImGui::IsWindowHovered() && ImGui::IsMouseHoveringRect(box.min, box.max);
}

/// An arrow, and what flows back along it to the value that is pointed at with its tag or its number.
void draw_use(Canvas& canvas, const Moment& shown, const Walkthrough::Use& use, const std::vector<ImVec2>& corners,
              bool cut, Pointed& pointed) {
  if (corners.empty()) return;
  const Walkthrough& walk = shown.walk;
  const float em = ui::em(), r = em * (shown.detail.names ? 0.3f : 0.15f);
  const bool forward = walk.values[use.to].computed == shown.step, backward = use.step > 0 && use.step <= shown.step;
  const bool now = forward || use.step == shown.step || use.from == shown.explained;
  Color color = forward ? ui::colors::text : ui::colors::faint;
  if (backward) color = gradient_color;
  for (size_t i = 1; i < corners.size(); ++i)
    curve(canvas, corners[i - 1], corners[i], ui::u32(color, now ? 1 : 0.6), now ? 2.5f : 1.5f);
  const ImVec2 first = corners.front(), last = corners.back();
  if (cut && shown.detail.tags) {
    const std::string& name = walk.values[use.from].label;
    const Box tag = tag_box(name, first);
    draw_tag(canvas, name, tag, use.from == shown.explained ? gradient_color : ui::colors::accent);
    if (under_mouse(tag)) pointed.mouse = use.from;
  }
  if (!backward) return canvas.triangle({last.x - r, last.y - r}, {last.x - r, last.y + r}, last, ui::u32(color));
  canvas.triangle({first.x + r, first.y - r}, {first.x + r, first.y + r}, first, ui::u32(color));
  const std::string label = flow_text(use, shown.detail.flow);
  if (label.empty()) return;
  const ImVec2 size = text_size(label, ui::Font::small), place{last.x - size.x - em * 0.4f, last.y - size.y / 2};
  const Box plate{{place.x - em * 0.2f, place.y}, {place.x + size.x + em * 0.2f, place.y + size.y}};
  canvas.rect(plate, ui::u32(ui::colors::card, 0.9), em * 0.2f);
  canvas.text(place, ui::u32(gradient_color, now ? 1 : 0.8), label, ui::Font::small);
  if (under_mouse(plate)) pointed.mouse = use.from;
}

/// Where nothing leads from a value to its uses, they are marked while it is explained.
bool is_marked(const Moment& shown, int index) {
  if (shown.explained == index) return true;
  return !shown.detail.tags && std::any_of(shown.walk.uses.begin(), shown.walk.uses.end(), [&](const auto& use) {
    return use.to == index && use.from == shown.explained;
  });
}

/// The frame of a value's box: what the step works on, and what is explained, stand out.
void draw_frame(Canvas& canvas, const Moment& shown, int index, const Box& box) {
  const float round = ui::em() * 0.3f;
  const bool active = shown.step > 0 && shown.walk.active(shown.step) == index;
  canvas.rect(box, ui::u32(shown.walk.values[index].leaf >= 0 ? ui::colors::control : ui::colors::well), round);
  if (is_marked(shown, index)) canvas.outline(box.inset(-2, -2), ui::u32(ui::colors::accent), 1.5f, round);
  if (active)
    canvas.outline(box, ui::u32(shown.step > shown.walk.forward ? gradient_color : ui::colors::text), 2.5f, round);
  else
    canvas.outline(box, ui::u32(ui::colors::line), 1, round);
}

/// The box of a value and what is written in it.
void draw_box(Canvas& canvas, const Moment& shown, int index, const Box& box) {
  const Walkthrough::Value& value = shown.walk.values[index];
  draw_frame(canvas, shown, index, box);
  if (!shown.detail.names) return;
  const float em = ui::em(), width = box.width() - em * 0.7f;
  const bool there = value.computed <= shown.step;
  float y = box.min.y + em * 0.2f;
  const auto write = [&](const std::string& text, Color color, ui::Font font, float height) {
    ui::fitted_text(canvas, {box.min.x + em * 0.4f, y}, ui::u32(color), text, width, font);
    y += height;
  };
  const std::string title = title_of(value, shown.detail);
  const Color name_color = there && !is_constant(value) ? ui::colors::accent : ui::colors::dim;
  if (!shown.detail.numbers) return text_centered(canvas, box.center(), ui::u32(name_color), title, ui::Font::small);
  if (is_constant(value)) return write(title, ui::colors::dim, ui::Font::body, em * 1.2f);
  write(title, name_color, ui::Font::bold, em * 1.2f);
  if (!there) return;
  write(value_text(value.value), ui::colors::text, ui::Font::body, em * 1.2f);
  write(short_gradient(shown.walk, index, shown.step), gradient_color, ui::Font::small, small_line());
  if (!shown.detail.checks || shown.step < shown.walk.steps || !value.differences.defined()) return;
  const bool right = agree(shown.walk.grad(index, shown.step), value.differences);
  write(checked_text(value, right), right ? ui::colors::good : ui::colors::warn, ui::Font::small, small_line());
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

std::string control_of(const Walkthrough::Value& value) {
  return fmt::format("autograd.{}.{}", value.leaf >= 0 ? "leaf" : "value", value.label);
}

/// Draws a value and lets it be pressed: a leaf to change its number, anything else to keep its formula in view.
void draw_value(AppState& state, Canvas& canvas, const Moment& shown, int index, const Box& box, Pointed& pointed) {
  const Walkthrough::Value& value = shown.walk.values[index];
  draw_box(canvas, shown, index, box);
  ImGui::SetCursorScreenPos(box.min);
  ImGui::PushID(index);
  const std::string name = control_of(value);
  const bool pressed = ui::area(name, {box.width(), box.height()});
  if (ImGui::IsItemHovered()) pointed.mouse = index;
  if (ui::keyboard_at(name)) pointed.keyboard = index;
  if (!shown.detail.numbers) ui::hint(describe(shown.walk, index, shown.step).c_str());
  if (value.leaf >= 0)
    edit_leaf(state, shown.walk.expression, shown.walk.expression.leaves[value.leaf], pressed);
  else if (pressed)
    state.autograd_value = state.autograd_value == value.label ? "" : value.label;
  ImGui::PopID();
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
    out += fmt::format(" ({} by central differences)",
                       checked_text(value, agree(walk.grad(index, step), value.differences)));
  return out;
}

void AutogradGraph::draw(const Walkthrough& walk, AppState& state, Canvas& canvas, const Box& box, int explained) {
  const float em = ui::em(), margin = em * 0.3f;
  const Box inner = box.inset(margin, margin);
  const ImVec2 room{std::max(em, inner.width()), std::max(em, inner.height())};
  const auto& [graph, detail] = fitted_.of({walk.expression.text, em, room.x, room.y}, [&] { return fit(walk, room); });
  const ImVec2 origin{inner.min.x + std::max(0.0f, (room.x - graph.size.x) / 2),
                      inner.min.y + std::max(0.0f, (room.y - graph.size.y) / 2)};
  const auto at = [&](ImVec2 p) { return ImVec2(p.x + origin.x, p.y + origin.y); };
  const Moment shown{walk, detail, state.autograd_step, explained};
  Pointed pointed;
  for (size_t use = 0; use < walk.uses.size(); ++use) {
    std::vector<ImVec2> corners = graph.edges[use];
    for (ImVec2& corner : corners) corner = at(corner);
    draw_use(canvas, shown, walk.uses[use], corners, graph.cut[use], pointed);
  }
  for (int i = 0; i < int(walk.values.size()); ++i)
    draw_value(state, canvas, shown, i, {at(graph.nodes[i].min), at(graph.nodes[i].max)}, pointed);
  pointed_ = pointed.mouse >= 0 ? pointed.mouse : pointed.keyboard;
  ui::tag("autograd.graph", box);
}

}  // namespace tinymor
