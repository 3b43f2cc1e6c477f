#include "visualizer/shell/gaps.h"

#include <fmt/format.h>

#include <algorithm>

#include "visualizer/shell/panel_card.h"

namespace tinymor {
namespace {

/// A gap with its grip; bright where the mouse is at it.
void draw_gap(Canvas& canvas, const Splitter& gap) {
  const float half = ui::em(), thin = ui::em() * 0.08f;
  const ImVec2 grip = gap.between_columns ? ImVec2(thin, half) : ImVec2(half, thin), at = gap.gap.center();
  canvas.rect({{at.x - grip.x, at.y - grip.y}, {at.x + grip.x, at.y + grip.y}}, ui::u32(ui::colors::line), thin);
  if (!ImGui::IsItemHovered() && !ImGui::IsItemActive()) return;
  ImGui::SetMouseCursor(gap.between_columns ? ImGuiMouseCursor_ResizeEW : ImGuiMouseCursor_ResizeNS);
  canvas.rect(gap.gap, ui::u32(ui::colors::accent, 0.6));
}

float moved_by_key() {
  constexpr float by = 0.02f;
  if (ui::key_pressed(ImGuiKey_LeftArrow)) return -by;
  return ui::key_pressed(ImGuiKey_RightArrow) ? by : 0;
}

/// Where the gap that was drawn last is moved to, as a share of the page; `from` is where it is.
float dragged_to(const Splitter& gap, float from, AppState& state, bool keyboard_here) {
  if (ImGui::IsItemActivated()) state.gap_dragged_from = from;
  if (ImGui::IsItemActive() && ui::dragged()) {
    const ImVec2 by = ImGui::GetMouseDragDelta(ImGuiMouseButton_Left, 0);
    return state.gap_dragged_from + (gap.between_columns ? by.x : by.y) / gap.extent;
  }
  return keyboard_here ? from + moved_by_key() : from;
}

}  // namespace

void draw_gaps(Page& page, AppState& state, ui::Registry& registry) {
  const std::string key = fmt::format("{}/{}", page.name, page.tiles.size() - 1);
  const auto found = state.splits.find(key);
  std::vector<float> moved = found == state.splits.end() ? std::vector<float>() : found->second;
  const std::vector<Splitter> all = split(page, moved);
  moved.resize(all.size());
  for (size_t i = 0; i < all.size() && !state.bare; ++i) {
    const Box& gap = all[i].gap;
    const std::string name = fmt::format("split.{}", i);
    ImGui::SetNextWindowPos(gap.min);
    ImGui::SetNextWindowSize({gap.width(), gap.height()});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowMinSize, ImVec2(1, 1));
    if (ImGui::Begin(name.c_str(), nullptr, panel_flags)) {
      ImGui::InvisibleButton("gap", {gap.width(), gap.height()});
      ui::tag(name);
      draw_gap(window_canvas(), all[i]);
      const float to = dragged_to(all[i], moved[i], state, registry.focus() == name);
      if (to != moved[i]) {
        moved[i] = std::clamp(to, -1.0f, 1.0f);
        state.splits[key] = moved;
      }
      const bool double_clicked = ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
      if (registry.key_pressed(name) || double_clicked) state.splits.erase(key);
    }
    ImGui::End();
    ImGui::PopStyleVar(2);
  }
}

}  // namespace tinymor
