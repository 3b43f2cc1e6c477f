#include "visualizer/panel.h"

#include "visualizer/panels/attention.h"
#include "visualizer/panels/autograd.h"
#include "visualizer/panels/curves.h"
#include "visualizer/panels/generate.h"
#include "visualizer/panels/grid.h"
#include "visualizer/panels/kv.h"
#include "visualizer/panels/lens.h"
#include "visualizer/panels/scores.h"
#include "visualizer/panels/sharing.h"
#include "visualizer/panels/strip.h"

namespace tinymor {

std::vector<std::unique_ptr<Panel>> make_panels() {
  std::vector<std::unique_ptr<Panel>> panels;
  panels.push_back(std::make_unique<StripPanel>());
  panels.push_back(std::make_unique<GridPanel>());
  panels.push_back(std::make_unique<CurvesPanel>());
  panels.push_back(std::make_unique<KvPanel>());
  panels.push_back(std::make_unique<AttentionPanel>());
  panels.push_back(std::make_unique<ScoresPanel>());
  panels.push_back(std::make_unique<LensPanel>());
  panels.push_back(std::make_unique<SharingPanel>());
  panels.push_back(std::make_unique<GeneratePanel>());
  panels.push_back(std::make_unique<AutogradPanel>());
  return panels;
}

Box free_box() {
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  return {at, {at.x + std::max(room.x, 1.0f), at.y + std::max(room.y, 1.0f)}};
}

void take_box(const Box& box) {
  ImGui::SetCursorScreenPos(box.min);
  ImGui::Dummy({box.width(), box.height()});
}

void draw_empty(Canvas& canvas, const Box& box, const std::string& text) {
  const std::string line = fitted(text, box.width());
  text_centered(canvas, box.center(), ui::u32(ui::colors::faint), line);
}

}  // namespace tinymor
