#include "visualizer/shell/imgui_host.h"

#include "visualizer/draw/glyphs.h"
#include "visualizer/draw/open_windows.h"

namespace tinymor {

ImGuiHost::ImGuiHost(ui::FontSource fonts) : context_(ImGui::CreateContext()), fonts_(fonts) {
  enter();
  ImGui::GetIO().IniFilename = nullptr;
  ImGui::GetIO().LogFilename = nullptr;
}

bool ImGuiHost::match_scale(float scale) {
  if (scale == scale_ && !ui::glyphs_lack_room()) return false;
  scale_ = scale;
  ui::load_fonts(scale, fonts_);
  ui::apply_style(scale);
  return true;
}

void ImGuiHost::enter() const {
  ImGui::SetCurrentContext(context_);
  set_theme(theme_);
}

std::vector<std::string> ImGuiHost::frame(App& app, double seconds) {
  theme_ = app.state().theme;
  set_theme(theme_);
  ui::apply_colors();
  ImGui::NewFrame();
  app.frame(seconds);
  std::vector<std::string> complaints = ui::end_open_windows();
  ImGui::Render();
  const auto request = app.picture_request();
  if (request) save_picture(*request);
  for_file_ = request.has_value();
  return complaints;
}

}  // namespace tinymor
