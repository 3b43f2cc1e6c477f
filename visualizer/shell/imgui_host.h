#pragma once
// What the window and the app without one have in common: ImGui's context, fonts and style for a scale, and a frame.

#include <string>
#include <vector>

#include "visualizer/draw/imgui_compat.h"
#include "visualizer/draw/theme.h"
#include "visualizer/shell/app.h"

namespace tinymor {

class ImGuiHost {
 public:
  /// Makes a context and the current one of it.
  explicit ImGuiHost(ui::FontSource fonts);
  ~ImGuiHost() { ImGui::DestroyContext(context_); }
  ImGuiHost(const ImGuiHost&) = delete;
  ImGuiHost& operator=(const ImGuiHost&) = delete;

  /// Where there are several contexts: makes this one, in the theme of its app, the current one.
  void enter() const;
  /// Loads fonts and style where they are for another scale, or where glyphs found no room; between frames only. True
  /// when it did: the texture of the fonts has changed.
  bool match_scale(float scale);
  /// Draws a frame of the app, and saves the panel that it wants to be saved. Returns ImGui's complaints: windows that
  /// were begun and not ended, which are ended now.
  std::vector<std::string> frame(App& app, double seconds);
  /// Whether the newest frame has a panel as it is saved, which is not as it is shown.
  bool for_file() const { return for_file_; }

 private:
  ImGuiContext* context_;
  Theme theme_ = Theme::dark;
  bool for_file_ = false;
  ui::FontSource fonts_;
  float scale_ = 0;
};

}  // namespace tinymor
