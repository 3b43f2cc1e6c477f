#pragma once
// The app in a desktop window: GLFW, OpenGL 3.3 core, and a loop that sleeps while nothing changes.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "visualizer/open_dialog.h"
#include "visualizer/source.h"

namespace tinymor {

struct WindowOptions {
  int width = 1280, height = 800;
  float zoom = 1;
  std::string panel;     ///< Fills the window at the start; empty: none.
  int64_t at_step = -1;  ///< Begins paused at the snapshot of this step; negative: following.
  std::string scene;     ///< Text of a scene (visualizer/settings.h) to begin with, and where it comes from.
  std::string scene_name = {};
  bool play = false;  ///< Begins with the first snapshot, playing.
};

/// Opens the window on the source that `first` makes and returns when the window is closed. Sources get the function
/// that wakes the window; `opener` makes later ones. Throws InputError when there is no display.
using Wake = std::function<void()>;
void run_window(const WindowOptions& options, const std::function<std::unique_ptr<Source>(Wake)>& first,
                const std::function<Opener(Wake)>& opener);

}  // namespace tinymor
