// The autograd explorer: an expression as text, the graph that computing it leaves on the tape, and its steps forward
// and backward, with every gradient that flows. Docs: docs/03-autograd.md

#include <fmt/format.h>

#include <algorithm>

#include "tensor/error.h"
#include "visualizer/explorer/expression_functions.h"
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
        "step {} of {} \u00b7 orange: gradient of {}; arrows: what comes in x local derivative; green: "
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
    const auto lines = 1 + std::count(state.expression.begin(), state.expression.end(), '\n');
    const float height = float(std::clamp<ptrdiff_t>(lines, 2, 5)) * ImGui::GetTextLineHeight();
    ui::text_area("autograd.expression", state.expression, {-1, height + 2 * ImGui::GetStyle().FramePadding.y});
    draw_buttons(state);
    if (const auto& [walk, problem] = computed(state); problem.empty()) {
      state.autograd_step = step(state);
      graph_.draw(walk, state, canvas);
    } else {
      ui::paragraph(problem, ui::colors::warn);
    }
    ImGui::EndChild();
  }

  std::string lines(const Source&, const AppState& state) const override {
    const auto& [walk, problem] = computed(state);
    std::string out = state.expression + "\n";
    if (!problem.empty()) return out + problem + "\n";
    out += walk.happening(step(state)) + "\n";
    for (int i = 0; i < int(walk.values.size()); ++i)
      if (walk.values[i].op != "constant") out += describe(walk, i, step(state)) + "\n";
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
    const auto go = [&](const char* name, ui::Icon icon, int to, const char* hint) {
      if (ui::icon_button(name, icon, problem.empty() && to != at, false, hint)) state.autograd_step = to;
      ImGui::SameLine();
    };
    go("autograd.first", ui::Icon::first, 0, "Back to the beginning");
    go("autograd.previous", ui::Icon::previous, std::max(0, at - 1), "Take the last step back");
    go("autograd.next", ui::Icon::next, std::min(walk.steps, at + 1), "Next step");
    go("autograd.last", ui::Icon::last, walk.steps, "All steps");
    ImGui::NewLine();
  }

  mutable Memo<std::string, Computed> computed_;  // by expression
  AutogradGraph graph_;
};

}  // namespace

std::unique_ptr<Panel> make_autograd_panel() {
  return std::make_unique<AutogradPanel>();
}

}  // namespace tinymor
