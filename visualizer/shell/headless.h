#pragma once
// The app without a window: for pictures from the command line, and for tests that press its controls by name.

#include <string>

#include "visualizer/draw/picture.h"
#include "visualizer/shell/imgui_host.h"

namespace tinymor {

class Headless {
 public:
  /// `fonts`: builtin gives the same pixels everywhere.
  Headless(Source& source, int width, int height, ui::FontSource fonts = ui::FontSource::builtin, Opener opener = {});

  App& app() { return app_; }

  /// Draws frames, `seconds` apart. Throws Error when a window that was begun in a frame was not ended.
  void frames(int count = 1, double seconds = 1.0 / 60);
  /// The newest frame as a picture.
  Picture picture();
  /// One more frame, as SVG; sliders and text fields are left out.
  std::string drawing();

  /// Moves the mouse to the middle of a named control, presses and releases, twice for a double click. False when it
  /// is not there to be pressed.
  [[nodiscard]] bool click(const std::string& name, int times = 1);
  [[nodiscard]] bool hover(const std::string& name);
  /// Turns the wheel where the mouse is.
  void wheel(float notches);
  /// Presses at one part (0 to 1) of a control's width and lets go at another.
  [[nodiscard]] bool drag(const std::string& name, float from, float to,
                          ImGuiMouseButton button = ImGuiMouseButton_Left);
  void key(ImGuiKey key, bool shift = false);
  void hold_shift(bool down);
  void type(const std::string& text);

 private:
  void move_mouse(ImVec2 to);
  void mouse_button(bool down, ImGuiMouseButton button = ImGuiMouseButton_Left);
  /// Where a named control is; nothing when it cannot be seen.
  std::optional<Box> place_of(const std::string& name) const;

  ImGuiHost host_;
  App app_;
};

}  // namespace tinymor
