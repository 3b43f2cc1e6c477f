// The autograd explorer: an expression as text, the graph that computing it leaves on the tape, and its steps forward
// and backward, with every gradient that flows. Docs: docs/03-autograd.md

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "tensor/error.h"
#include "visualizer/explorer/expression_functions.h"
#include "visualizer/explorer/formula.h"
#include "visualizer/panels/autograd_formula.h"
#include "visualizer/panels/autograd_graph.h"
#include "visualizer/panels/panels.h"

namespace tinymor {
namespace {

class AutogradPanel : public Panel {
 public:
  AutogradPanel() : Panel("autograd", "Autograd explorer") {}

  std::string caption(const Source&, const AppState& state) const override {
    const auto& [walk, problem] = computed(state);
    if (!problem.empty()) return "values forward, gradients backward";
    return fmt::format(
        "step {} of {} \u00b7 orange: gradient of {}; arrows: what comes in times local derivative; green: "
        "checked",
        step(state), walk.steps, walk.values.back().label);
  }

  float controls(const Source&, AppState& state, float right) override {
    const auto& presets = expression_presets();
    std::vector<const char*> labels, hints;
    int current = -1;
    for (const ExpressionPreset& preset : presets) {
      if (state.expression == preset.text) current = int(labels.size());
      labels.push_back(preset.name);
      hints.push_back(preset.hint);
    }
    const int chosen = ui::corner_choice("autograd.preset", labels, current, hints, right);
    if (chosen != current) {
      state.expression = presets[chosen].text;
      state.autograd_step = 0;
      state.autograd_value.clear();
    }
    return right;
  }

  Table table(const Source&, const AppState& state) const override {
    const Walkthrough& walk = computed(state).walk;
    Table table{{"node", "op", "shape", "inputs", "value", "gradient"}};
    for (int i = 0; i < int(walk.values.size()); ++i) {
      const Walkthrough::Value& value = walk.values[i];
      const Tensor grad = walk.grad(i, step(state));
      table.add(value.label, value.op, value.value.shape().text(), walk.inputs(i),
                value.computed <= step(state) ? value_text(value.value, true) : "",
                grad.defined() ? value_text(grad, true) : "");
    }
    return table;
  }

 private:
  void draw_picture(const Source&, AppState& state, Canvas& canvas) override {
    ImGui::BeginChild("autograd", ImVec2(0, 0), false, ImGuiWindowFlags_NoNavInputs);
    draw_expression(state);
    if (const auto& [walk, problem] = computed(state); problem.empty()) {
      state.autograd_step = step(state);
      draw_walk(walk, state, canvas);
    } else {
      ui::paragraph(problem, ui::colors::warn);
    }
    ImGui::EndChild();
  }

  /// The text, and the buttons beside it.
  void draw_expression(AppState& state) const {
    const ImGuiStyle& style = ImGui::GetStyle();
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float buttons = 4 * (ImGui::GetFrameHeight() * 1.25f + style.ItemSpacing.x);
    const bool beside = room.x > buttons + ui::em() * 12;
    const auto lines = 1 + std::count(state.expression.begin(), state.expression.end(), '\n');
    const auto most = std::clamp<ptrdiff_t>(ptrdiff_t(room.y / ui::em() / 6), 1, 5);
    const float height = float(std::clamp<ptrdiff_t>(lines, 1, most)) * ImGui::GetTextLineHeight();
    ui::text_area("autograd.expression", state.expression,
                  {beside ? room.x - buttons : -1, height + 2 * style.FramePadding.y});
    if (beside) ImGui::SameLine();
    draw_buttons(state);
  }

  /// From top to bottom: what the step did, the graph, and the formula of one gradient. Each keeps its place.
  void draw_walk(const Walkthrough& walk, AppState& state, Canvas& canvas) {
    Box box = free_box();
    if (box.height() < ui::em() * 5) box.max.y = box.min.y + ui::em() * 9;  // the window is scrolled
    const float line = ImGui::GetTextLineHeight(), gap = ui::em() * 0.4f;
    const Bands& bands =
        bands_.of({state.expression, ui::em(), box.width(), box.height()}, [&] { return bands_in(walk, box); });
    const Box sentence{box.min, {box.max.x, box.min.y + float(bands.sentence) * line}};
    const Box formula{{box.min.x, box.max.y - bands.formula}, box.max};
    ui::wrapped_text(canvas, sentence, ui::u32(ui::colors::text), walk.happening(state.autograd_step));
    const int pointed = graph_.pointed() < int(walk.values.size()) ? graph_.pointed() : -1;
    const int explained = pointed >= 0 ? pointed : explained_value(walk, state.autograd_value);
    graph_.draw(walk, state, canvas, {{box.min.x, sentence.max.y + gap}, {box.max.x, formula.min.y - gap}}, explained);
    draw_formula(canvas, walk, explained, state.autograd_step, formula);
    ui::tag("autograd.formula", formula);
    take_box(box);
  }

  struct Bands {
    int sentence;   ///< Lines of the longest sentence of any step.
    float formula;  ///< Height.
  };
  static Bands bands_in(const Walkthrough& walk, const Box& box) {
    size_t lines = 1;
    for (int step = 0; step <= walk.steps; ++step)
      lines = std::max(lines, ui::wrapped(walk.happening(step), box.width()).size());
    const float most = box.height() * 0.35f - ui::em();
    const int room = int(box.height() / ui::em() / 7);
    return {std::clamp(int(lines), 1, std::max(1, room)), formula_height(walk, box.width(), most)};
  }

  std::string lines(const Source&, const AppState& state) const override {
    const auto& [walk, problem] = computed(state);
    std::string out = state.expression + "\n";
    if (!problem.empty()) return out + problem + "\n";
    out += walk.happening(step(state)) + "\n";
    for (int i = 0; i < int(walk.values.size()); ++i)
      if (walk.values[i].op != "constant")
        out += describe(walk, i, step(state)) + "\n" + formula_lines(walk, i, step(state));
    return out;
  }

  static std::string formula_lines(const Walkthrough& walk, int value, int step) {
    if (!walk.grad(value, step).defined()) return "";
    const GradientFormula formula = gradient_formula(walk, value, step);
    std::string out = "  " + formula.sum + "\n";
    for (const std::string& part : formula.parts) out += "    " + part + "\n";
    return out;
  }

  struct Computed {
    Walkthrough walk;
    std::string problem;  ///< Why the expression cannot be computed; then the walkthrough is empty.
  };
  const Computed& computed(const AppState& state) const {
    return computed_.of(state.expression, [&]() -> Computed {
      try {
        return {walk_through(state.expression), ""};
      } catch (const Error& error) {
        return {{}, error.what()};
      }
    });
  }

  /// The step that is shown.
  int step(const AppState& state) const { return std::clamp(state.autograd_step, 0, computed(state).walk.steps); }

  void draw_buttons(AppState& state) const {
    const auto& [walk, problem] = computed(state);
    const int at = step(state);
    const auto go = [&, &problem = problem](const char* name, ui::Icon icon, int to, const char* hint) {
      if (ui::icon_button(name, icon, problem.empty() && to != at, false, hint)) state.autograd_step = to;
      ImGui::SameLine();
    };
    go("autograd.first", ui::Icon::first, 0, "Back to the beginning");
    go("autograd.previous", ui::Icon::previous, std::max(0, at - 1), "Take the last step back");
    go("autograd.next", ui::Icon::next, std::min(walk.steps, at + 1), "Next step");
    go("autograd.last", ui::Icon::last, walk.steps, "All steps");
    ImGui::NewLine();
  }

  mutable Memo<std::string, Computed> computed_;                     // by expression
  Memo<std::tuple<std::string, float, float, float>, Bands> bands_;  // by expression, em and room
  AutogradGraph graph_;
};

}  // namespace

std::unique_ptr<Panel> make_autograd_panel() {
  return std::make_unique<AutogradPanel>();
}

}  // namespace tinymor
