#pragma once
// The desktop window: GLFW, OpenGL 3.3 core, ImGui's backends, and what they hear.

#include <optional>
#include <string>

#include "visualizer/shell/imgui_host.h"
#include "visualizer/shell/textures.h"

struct GLFWwindow;

namespace tinymor {

/// What happened since the loop looked last.
struct Events {
  bool input = false;        ///< Anything that may change the picture.
  char zoom_key = 0;         ///< '+', '-' or '0', typed with Ctrl.
  bool full_screen = false;  ///< F11: in, or back.
  std::string dropped = {};  ///< The first of the paths that were dropped.
};

/// What GLFW's callbacks write: events, and keys that went down.
struct Heard {
  Events events;
  ui::KeyTaps taps;
};

class Desktop {
 public:
  /// Opens a window, no larger than the screen has room for. Throws InputError where there is no display.
  Desktop(int width, int height);
  ~Desktop();
  Desktop(const Desktop&) = delete;
  Desktop& operator=(const Desktop&) = delete;

  GLFWwindow* window() const { return window_; }
  /// Waits for events, at most `seconds`, and takes what happened.
  Events wait(double seconds);
  /// Fills the screen, or is a window again where it was.
  void toggle_full_screen();

  void draw(App& app, double seconds);
  /// Seconds that the newest frame took before the graphics card drew it.
  double own_seconds() const { return own_seconds_; }

 private:
  void match_zoom(float zoom);

  GLFWwindow* window_;
  Heard heard_;
  std::optional<ImGuiHost> host_;
  Textures textures_;
  int x_ = 0, y_ = 0, width_ = 0, height_ = 0;  // of the window, while it fills the screen
  double own_seconds_ = 0;
};

}  // namespace tinymor
