// The autograd explorer: an expression as text, the graph that computing it leaves on the tape, and its steps forward
// and backward, with every gradient that flows. Docs: docs/03-autograd.md

#include <fmt/format.h>
#include <string>
#include <tuple>

#include <algorithm>
#include <cmath>

#include "tensor/error.h"
#include "tensor/ops.h"
#include "visualizer/draw/graph_layout.h"
#include "visualizer/explorer/expression_functions.h"
#include "visualizer/explorer/walkthrough.h"
#include "visualizer/panels/panel.h"
#include "visualizer/panels/panels.h"

namespace tinymor {
namespace {

constexpr Color gradient_color = ui::colors::warn;

Box moved(const Box& box, ImVec2 by) {
  return {{box.min.x + by.x, box.min.y + by.y}, {box.max.x + by.x, box.max.y + by.y}};
}

/// As a box is headed: "w", "h = tanh", "mul #2".
std::string title_of(const Walkthrough::Value& value) {
  const bool named = value.computed > 0 && !value.label.starts_with(value.op + " #");
  return named ? value.label + " = " + value.op : value.label;
}

/// As it stands on an arrow: "0.5 x 2 = 1", where the second is the local derivative.
std::string flow_text(const Walkthrough::Use& use) {
  const std::string chain = use.local ? fmt::format("{:.4g} x {:.4g} = ", *use.incoming, *use.local) : "";
  return fitted(chain + value_text(use.grad), ui::em() * 11, ui::Font::small);
}

std::string checked_text(const Walkthrough::Value& value) {
  return "checked: " + value_text(value.differences);
}

/// A sentence, broken between words where the box ends.
void draw_wrapped(Canvas& canvas, const Box& box, const std::string& sentence) {
  std::vector<std::string> words;
  for (size_t at = 0, end; at < sentence.size(); at = end) {
    end = std::min(sentence.find(' ', at + 1), sentence.size());
    words.push_back(sentence.substr(at, end - at));
  }
  float x = 0, y = box.min.y;
  for (std::string word : words) {
    if (x > 0 && x + text_size(word).x > box.width()) x = 0, y += ImGui::GetTextLineHeight(), word.erase(0, 1);
    canvas.text({box.min.x + x, y}, ui::u32(ui::colors::text), word);
    x += text_size(word).x;
  }
}

class AutogradPanel : public Panel {
 public:
  AutogradPanel() : Panel("autograd", "Autograd explorer") {}

  std::string caption(const Source&, const AppState& state) const override {
    update(state);
    if (!problem_.empty()) return "values forward, gradients backward";
    return fmt::format(
        "step {} of {} \u00b7 white: value, orange: gradient of {}; arrows: what comes in x local derivative; green: "
        "checked",
        step(state), walk_.steps, walk_.values.back().label);
  }

  float controls(const Source&, AppState& state, float right) override {
    const auto& presets = expression_presets();
    std::vector<const char*> labels;
    int current = -1;
    for (const ExpressionPreset& preset : presets) {
      if (state.expression == preset.text) current = int(labels.size());
      labels.push_back(preset.name);
    }
    const char* hint = current < 0 ? "Begin with another expression" : presets[size_t(current)].hint;
    const int chosen = ui::corner_choice("autograd.preset", labels, current, hint, right);
    if (chosen != current) {
      state.expression = presets[chosen].text;
      state.autograd_step = 0;
    }
    return right;
  }

  void draw(const Source&, AppState& state, Canvas& canvas) override {
    ImGui::BeginChild("autograd", ImVec2(0, 0), false);
    draw_controls(state);
    update(state);
    if (problem_.empty()) {
      state.autograd_step = step(state);
      draw_graph(state, canvas);
    } else {
      ui::paragraph(problem_, ui::colors::warn);
    }
    ImGui::EndChild();
  }

  std::string text(const Source& source, const AppState& state) const override {
    std::string out = caption(source, state) + "\n" + state.expression + "\n";
    if (!problem_.empty()) return out + problem_ + "\n";
    out += walk_.happening(step(state)) + "\n";
    for (int i = 0; i < int(walk_.values.size()); ++i)
      if (walk_.values[i].op != "constant") out += describe(i, step(state)) + "\n";
    return out;
  }

  Table table(const Source&, const AppState& state) const override {
    update(state);
    Table table{{"node", "op", "shape", "inputs", "value", "gradient"}, {}};
    for (int i = 0; i < int(walk_.values.size()); ++i) {
      const Walkthrough::Value& value = walk_.values[i];
      const Tensor grad = walk_.grad(i, step(state));
      table.rows.push_back({value.label, value.op, value.value.shape().text(), walk_.inputs(i),
                            value.computed <= step(state) ? value_text(value.value, true) : "",
                            grad.defined() ? value_text(grad, true) : ""});
    }
    return table;
  }

 private:
  /// Computes the text when it is another one.
  void update(const AppState& state) const {
    if (text_ == state.expression && !text_.empty()) return;
    text_ = state.expression;
    problem_.clear();
    walk_ = {};
    try {
      walk_ = walk_through(text_);
    } catch (const Error& error) {
      problem_ = error.what();
    }
  }

  int step(const AppState& state) const { return std::clamp(state.autograd_step, 0, walk_.steps); }

  void draw_controls(AppState& state) {
    const auto lines = 1 + std::count(state.expression.begin(), state.expression.end(), '\n');
    const float height = float(std::clamp<ptrdiff_t>(lines, 2, 5)) * ImGui::GetTextLineHeight();
    ui::text_area("autograd.expression", state.expression, {-1, height + 2 * ImGui::GetStyle().FramePadding.y});
    update(state);
    const int at = step(state);
    const auto go = [&](const char* name, ui::Icon icon, int to, const char* hint) {
      if (ui::icon_button(name, icon, problem_.empty() && to != at, false, hint)) state.autograd_step = to;
      ImGui::SameLine();
    };
    go("autograd.first", ui::Icon::first, 0, "Back to the beginning");
    go("autograd.previous", ui::Icon::previous, std::max(0, at - 1), "Take the last step back");
    go("autograd.next", ui::Icon::next, std::min(walk_.steps, at + 1), "Next step");
    go("autograd.last", ui::Icon::last, walk_.steps, "All steps");
    ImGui::NewLine();
  }

  void draw_graph(AppState& state, Canvas& canvas) {
    const float em = ui::em(), margin = em * 0.5f;
    const int at = state.autograd_step;
    lay_out();
    const ImVec2 top = ImGui::GetCursorPos();
    draw_wrapped(canvas, free_box(), walk_.happening(at));
    ImGui::SetCursorPos({top.x, top.y + sentence_ + margin});
    const ImVec2 size{graph_.size.x + 2 * margin, graph_.size.y + 2 * margin};
    const float height = std::max(ImGui::GetContentRegionAvail().y, std::min(size.y + em, em * 8));
    ImGui::BeginChild("graph", ImVec2(0, height), false, ImGuiWindowFlags_HorizontalScrollbar);
    const ImVec2 corner = ImGui::GetWindowPos(), start = ImGui::GetCursorScreenPos();
    const ImVec2 origin{start.x + margin, start.y + margin};
    canvas.push_clip({corner, {corner.x + ImGui::GetWindowWidth(), corner.y + height}});
    for (size_t use = 0; use < walk_.uses.size(); ++use) draw_use(canvas, use, origin, at);
    for (int i = 0; i < int(walk_.values.size()); ++i) draw_value(state, canvas, i, moved(graph_.nodes[i], origin));
    canvas.pop_clip();
    ImGui::SetCursorScreenPos(start);
    ImGui::Dummy(size);
    if (const int active = walk_.active(at); active >= 0 && shown_step_ != at) {
      ImGui::SetScrollX(graph_.nodes[active].center().x - ImGui::GetWindowWidth() / 2);
      ImGui::SetScrollY(graph_.nodes[active].center().y - height / 2);
    }
    shown_step_ = at;
    ImGui::EndChild();
    ui::tag("autograd.graph");
  }

  /// An arrow, and what flows back along it.
  void draw_use(Canvas& canvas, size_t index, ImVec2 origin, int step) const {
    const Walkthrough::Use& use = walk_.uses[index];
    const float em = ui::em();
    const bool forward = walk_.values[use.to].computed == step, backward = use.step > 0 && use.step <= step;
    const Color color = backward ? gradient_color : forward ? ui::colors::text : ui::colors::faint;
    const bool now = forward || use.step == step;
    std::vector<ImVec2> corners = graph_.edges[index];
    for (ImVec2& corner : corners) corner = {corner.x + origin.x, corner.y + origin.y};
    for (size_t i = 1; i < corners.size(); ++i)
      curve(canvas, corners[i - 1], corners[i], ui::u32(color, now ? 1 : 0.6), now ? 2.5f : 1.5f);
    const ImVec2 first = corners.front(), last = corners.back();
    const float r = em * 0.3f;
    if (!backward) return canvas.triangle({last.x - r, last.y - r}, {last.x - r, last.y + r}, last, ui::u32(color));
    canvas.triangle({first.x + r, first.y - r}, {first.x + r, first.y + r}, first, ui::u32(color));
    const std::string label = flow_text(use);
    const ImVec2 size = text_size(label, ui::Font::small), place{last.x - size.x - em * 0.4f, last.y - size.y / 2};
    canvas.rect({{place.x - em * 0.2f, place.y}, {place.x + size.x + em * 0.2f, place.y + size.y}},
                ui::u32(ui::colors::card, 0.9), em * 0.2f);
    canvas.text(place, ui::u32(gradient_color, now ? 1 : 0.8), label, ui::Font::small);
  }

  void draw_value(AppState& state, Canvas& canvas, int index, const Box& box) {
    const Walkthrough::Value& value = walk_.values[index];
    const float em = ui::em(), line = text_size("0", ui::Font::small).y * 1.1f, width = box.width() - em * 0.7f;
    const int step = state.autograd_step;
    const bool there = value.computed <= step, active = step > 0 && walk_.active(step) == index;
    canvas.rect(box, ui::u32(value.leaf >= 0 ? ui::colors::control : ui::colors::well), em * 0.3f);
    canvas.outline(box,
                   ui::u32(!active                ? ui::colors::line
                           : step > walk_.forward ? gradient_color
                                                  : ui::colors::text),
                   active ? 2.5f : 1, em * 0.3f);
    float y = box.min.y + em * 0.2f;
    const auto write = [&](const std::string& text, Color color, ui::Font font, float height) {
      ui::fitted_text(canvas, {box.min.x + em * 0.4f, y}, ui::u32(color), text, width, font);
      y += height;
    };
    const bool constant = value.op == "constant";
    write(title_of(value), constant || !there ? ui::colors::dim : ui::colors::accent,
          constant ? ui::Font::body : ui::Font::bold, em * 1.2f);
    if (there && !constant) {
      write(value_text(value.value), ui::colors::text, ui::Font::body, em * 1.2f);
      const std::string grad = walk_.grad_text(index, step);
      write(grad.empty() ? "" : "grad " + grad, gradient_color, ui::Font::small, line);
      if (step == walk_.steps && value.differences.defined())
        write(checked_text(value),
              agree(walk_.grad(index, step), value.differences) ? ui::colors::good : ui::colors::warn, ui::Font::small,
              line);
    }
    ImGui::SetCursorScreenPos(box.min);
    ImGui::PushID(index);
    const std::string name = fmt::format("autograd.{}.{}", value.leaf >= 0 ? "leaf" : "value", value.label);
    const ImVec2 size(box.width(), box.height());
    bool pressed = false;
    if (value.leaf >= 0)
      pressed = ui::area(name, size);
    else
      ImGui::InvisibleButton("value", size), ui::tag(name);
    if (ImGui::IsItemHovered()) ui::hint(describe(index, step).c_str());
    if (value.leaf >= 0) edit_leaf(state, index, pressed);
    ImGui::PopID();
  }

  /// Lets the button drawn last drag the leaf's number, or open a popup to type in.
  void edit_leaf(AppState& state, int index, bool pressed) {
    const Expression::Leaf& leaf = walk_.expression.leaves[walk_.values[index].leaf];
    Tensor numbers = leaf.value.value().clone();
    Real* number = numbers.mutable_data();
    const float moved = ImGui::GetIO().MouseDelta.x;
    bool changed = false;
    if (ImGui::IsItemActive() && numbers.count() == 1 && moved != 0) {
      const double unit = std::pow(10, std::floor(std::log10(std::max(1.0, std::abs(double(*number))))) - 2);
      *number = Real(std::round(*number / unit + double(moved)) * unit);
      changed = true;
    }
    if (pressed && ImGui::GetMouseDragDelta().x == 0) ImGui::OpenPopup("numbers");
    if (ui::begin_popup("numbers")) {
      ui::label(fmt::format("{}: drag, or click to type", leaf.value.name()), ui::colors::dim, ui::Font::small);
      const int64_t columns = std::min<int64_t>(8, numbers.rank() > 0 ? numbers.dim(-1) : 1);
      for (int64_t i = 0; i < numbers.count(); ++i) {
        if (i % columns > 0) ImGui::SameLine();
        ImGui::PushID(int(i));
        ImGui::SetNextItemWidth(ui::em() * 5);
        changed |= ImGui::DragFloat("##number", number + i, 0.01f, 0, 0, "%.6g");
        ui::tag(fmt::format("autograd.leaf.{}.{}", leaf.value.name(), i));
        ImGui::PopID();
      }
      if (ui::enter_pressed()) ImGui::CloseCurrentPopup();
      ui::end_popup();
    }
    if (changed && all_finite(numbers)) state.expression = with_value(walk_.expression, leaf, numbers);
  }

  /// Boxes and the sentence above have room for all that will ever stand there, so that nothing moves from step to
  /// step.
  void lay_out() {
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const auto now = std::tuple(text_, ui::em(), room.x, room.y);
    if (laid_out_ == now) return;
    laid_out_ = now;
    sentence_ = 0;
    for (int i = 0; i <= walk_.steps; ++i)
      sentence_ = std::max(sentence_, ImGui::CalcTextSize(walk_.happening(i).c_str(), nullptr, false, room.x).y);
    const float em = ui::em(), line = text_size("0", ui::Font::small).y * 1.1f;
    std::vector<ImVec2> sizes;
    for (int i = 0; i < int(walk_.values.size()); ++i) {
      const Walkthrough::Value& value = walk_.values[i];
      float width = text_size(title_of(value), ui::Font::bold).x, height = em * 1.5f;
      const auto add_line = [&](const std::string& text, ui::Font font, float more) {
        width = std::max(width, text_size(text, font).x);
        height += more;
      };
      if (value.op != "constant") {
        add_line(value_text(value.value), ui::Font::body, em * 1.2f);
        add_line("grad " + walk_.grad_text(i, walk_.steps), ui::Font::small, line);
      }
      if (value.differences.defined()) add_line(checked_text(value), ui::Font::small, line);
      sizes.push_back({std::min(width, em * 15) + em * 0.8f, height});
    }
    std::vector<GraphEdge> edges;
    for (const Walkthrough::Use& use : walk_.uses)
      edges.push_back({use.from, use.to, use.step > 0 ? text_size(flow_text(use), ui::Font::small).x : 0});
    // What is free in a large window goes between the boxes.
    const ImVec2 gap{em * 1.8f, em * 0.8f};
    graph_ = layered(sizes, edges, gap);
    const float columns = std::max(1.0f, float(graph_.columns) - 1), spare_x = (room.x - em - graph_.size.x) / columns;
    const float spare_y = (room.y - sentence_ - graph_.size.y) / 4;
    graph_ =
        layered(sizes, edges, {gap.x + std::clamp(spare_x, 0.0f, em * 5), gap.y + std::clamp(spare_y, 0.0f, em * 3)});
  }

  /// All that is known of a value after a step, in a line.
  std::string describe(int index, int step) const {
    const Walkthrough::Value& value = walk_.values[index];
    std::string out = value.label;
    if (value.computed > 0) out += fmt::format(" = {}({})", value.op, walk_.inputs(index));
    if (value.computed > step) return out + ", not computed yet";
    if (value.op != "constant") out += " = " + value_text(value.value);
    if (value.op == "parameter") out += " (leaf)";
    if (const std::string grad = walk_.grad_text(index, step); !grad.empty()) out += ", gradient " + grad;
    if (step == walk_.steps && value.differences.defined())
      out += fmt::format(" ({} by central differences)", checked_text(value));
    return out;
  }

  // The text that was computed last, and what came of it.
  mutable std::string text_, problem_;
  mutable Walkthrough walk_;
  GraphLayout graph_;
  float sentence_ = 0;                                     // height of what a step did, at most
  std::tuple<std::string, float, float, float> laid_out_;  // text, size of letters and room they were made for
  int shown_step_ = 0;                                     // as of the last frame, to scroll to what a step changes
};

}  // namespace

std::unique_ptr<Panel> make_autograd_panel() {
  return std::make_unique<AutogradPanel>();
}

}  // namespace tinymor
