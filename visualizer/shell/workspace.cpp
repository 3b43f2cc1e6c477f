// The middle of the window: the panels of a page, the gaps between them, and what can be done with every panel.

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>

#include "visualizer/shell/app.h"

namespace tinymor {
namespace {

constexpr ImGuiWindowFlags panel_flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                         ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                                         ImGuiWindowFlags_NoNav | ImGuiWindowFlags_NoScrollWithMouse |
                                         ImGuiWindowFlags_NoBackground;

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
  return ui::key_pressed(ImGuiKey_LeftArrow) ? -by : ui::key_pressed(ImGuiKey_RightArrow) ? by : 0;
}

/// What can be done with every panel.
void draw_panel_menu(const Panel& panel, AppState& state) {
  const std::string name = panel.name();
  if (ui::button("menu." + name, "...", true, "Fill the window, save")) ImGui::OpenPopup("menu");
  if (!ui::begin_popup("menu")) return;
  const bool filled = state.maximised == name;
  if (ui::menu_item("menu." + name + ".fill", filled ? "Show all panels (F)" : "Fill the window (F)", false, 'f'))
    state.maximised = filled ? "" : name;
  if (ui::menu_item("menu." + name + ".save", "Save as SVG, PNG and CSV (S)", false, 's')) state.exporting = name;
  ui::end_popup();
}

/// Until its end the mouse is at nothing.
class NoMouse {
 public:
  explicit NoMouse(AppState& state) : place_(ImGui::GetIO().MousePos) {
    ImGui::GetIO().MousePos = {-FLT_MAX, -FLT_MAX};
    state.hovered.reset();
  }
  ~NoMouse() { ImGui::GetIO().MousePos = place_; }
  NoMouse(const NoMouse&) = delete;
  NoMouse& operator=(const NoMouse&) = delete;

 private:
  ImVec2 place_;
};

}  // namespace

void App::draw_workspace(const Box& area) {
  const float gap = ui::em() * 0.5f;
  const Box inner = area.inset(gap, gap);
  if (inner.width() < 8 || inner.height() < 8) return;
  if (!state_.maximised.empty() && state_.show.empty()) return draw_tile({state_.maximised, inner});
  const std::vector<Page> all =
      pages(arrangement(state_.room(), ui::em()), inner, ui::em(), source_->history().of_images());
  if (!state_.show.empty()) {
    const auto with = std::find_if(all.begin(), all.end(), [&](const Page& page) { return page.holds(state_.show); });
    if (with != all.end()) state_.page = with->name;
    state_.show.clear();
    state_.maximised.clear();
  }
  Page page = page_of(all, state_.page, source_->history().of_images());
  state_.page = page.name;
  drag_splitters(page);
  for (const Tile& tile : page.tiles) draw_tile(tile);
}

void App::drag_splitters(Page& page) {
  const std::string key = fmt::format("{}/{}", page.name, page.tiles.size() - 1);
  const auto found = state_.splits.find(key);
  std::vector<float> moved = found == state_.splits.end() ? std::vector<float>() : found->second;
  const std::vector<Splitter> all = split(page, moved);
  moved.resize(all.size());
  for (size_t i = 0; i < all.size() && !state_.bare; ++i) {
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
      if (ImGui::IsItemActivated()) dragged_from_ = moved[i];
      float to = registry_.focus() == name ? moved[i] + moved_by_key() : moved[i];
      if (ImGui::IsItemActive() && ui::dragged()) {
        const ImVec2 by = ImGui::GetMouseDragDelta(ImGuiMouseButton_Left, 0);
        to = dragged_from_ + (all[i].between_columns ? by.x : by.y) / all[i].extent;
      }
      if (to != moved[i]) {
        moved[i] = std::clamp(to, -1.0f, 1.0f);
        state_.splits[key] = moved;
      }
      const bool again = ImGui::IsItemHovered() && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
      if (registry_.key_pressed(name) || again) state_.splits.erase(key);
    }
    ImGui::End();
    ImGui::PopStyleVar(2);
  }
}

void App::draw_tile(const Tile& tile) {
  const auto found =
      std::find_if(panels_.begin(), panels_.end(), [&](const auto& p) { return p->name() == tile.panel; });
  if (found == panels_.end()) return;
  Panel& panel = **found;
  ImGui::SetNextWindowPos(tile.box.min);
  ImGui::SetNextWindowSize({tile.box.width(), tile.box.height()});
  if (ImGui::Begin(panel.name(), nullptr, panel_flags)) {
    if (ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows)) state_.panel_under_mouse = panel.name();
    ui::tag(std::string("panel.") + panel.name(), tile.box);
    if (state_.exporting == panel.name()) {
      SvgCanvas drawing;
      {
        const NoMouse nowhere(state_);  // what is shown of the token under the mouse is no part of the panel
        const DrawingScope scope(drawing);
        draw_contents(panel, tile);
      }
      save(panel, tile, drawing);
    } else {
      draw_contents(panel, tile);
    }
  }
  ImGui::End();
}

void App::draw_contents(Panel& panel, const Tile& tile) {
  Canvas& canvas = window_canvas();
  canvas.push_clip(tile.box);
  canvas.rect(tile.box, ui::u32(ui::colors::card), ImGui::GetStyle().WindowRounding);
  canvas.outline(tile.box, ui::u32(ui::colors::line), 1, ImGui::GetStyle().WindowRounding);
  const float left = ImGui::GetCursorPosX(), right = left + ImGui::GetContentRegionAvail().x;
  const float top = ImGui::GetCursorPosY();
  ImGui::SetCursorPosY(top);
  float end = right;
  if (!state_.bare) {
    end -= ui::button_width("...");
    ImGui::SetCursorPosX(end);
    draw_panel_menu(panel, state_);
    end -= ImGui::GetStyle().ItemSpacing.x;
    ImGui::SetCursorPosY(top);
  }
  const float free = panel.controls(*source_, state_, end) - left - ui::em();
  const ImVec2 corner = ImGui::GetWindowPos();
  const float below = top + ImGui::GetFrameHeight() + ui::em() * 0.1f;
  if (free > ui::em() * 2)
    ui::fitted_text(canvas, {corner.x + left, corner.y + top + ImGui::GetStyle().FramePadding.y},
                    ui::u32(ui::colors::text), panel.title(), free, ui::Font::bold);
  ui::fitted_text(canvas, {corner.x + left, corner.y + below}, ui::u32(ui::colors::dim),
                  panel.caption(*source_, state_), right - left, ui::Font::small);
  ImGui::SetCursorPos({left, below + text_size("x", ui::Font::small).y + ui::em() * 0.5f});
  panel.draw(*source_, state_, canvas);
  canvas.pop_clip();
}

void App::save(const Panel& panel, const Tile& tile, const SvgCanvas& drawing) {
  state_.exporting.clear();
  try {
    picture_ = export_panel(panel, *source_, state_, drawing, tile.box);
    state_.say(fmt::format("saved {} and beside it .svg and .csv", picture_->file));
  } catch (const std::exception& error) {
    state_.say(error.what());
  }
}

}  // namespace tinymor
