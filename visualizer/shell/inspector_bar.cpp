#include "visualizer/shell/inspector_bar.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "visualizer/draw/ui.h"
#include "visualizer/panels/inspector_words.h"
#include "visualizer/shell/workspace.h"

namespace tinymor {
namespace {

constexpr std::array<std::string_view, 8> panels_of_tokens = {"loop", "strip",    "grid",      "kv",
                                                              "lens", "generate", "attention", "patches"};

bool needs_bar(const Source& source, const AppState& state) {
  const Page page = current_page(source, state);
  const auto shows_tokens = [](const Tile& tile) {
    return std::find(panels_of_tokens.begin(), panels_of_tokens.end(), tile.panel) != panels_of_tokens.end();
  };
  return !page.holds("inspector") && std::any_of(page.tiles.begin(), page.tiles.end(), shows_tokens);
}

}  // namespace

float draw_inspector_bar(const Source& source, AppState& state, ImVec2 window, float bottom) {
  constexpr float least_height = 20;  // of a window that has room for it, in em
  if (window.y < least_height * ui::em() || !needs_bar(source, state)) return bottom;
  const float em = ui::em(), pad = em * 0.25f, top = bottom - em - 2 * pad;
  if (ui::begin_bar("##inspector", {0, top}, {window.x, bottom - top})) {
    ui::tag("inspector", {{0, top}, {window.x, bottom}});
    ImGui::SetCursorPos({em * 0.6f, pad});
    ui::fitted_label(inspected_in_short(source, state), window.x - em * 1.2f, ui::colors::dim, ui::Font::small);
  }
  ui::end_bar();
  return top;
}

}  // namespace tinymor
