#pragma once
// The app in a desktop window: GLFW, OpenGL 3.3 core, and a loop that sleeps while nothing changes.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "visualizer/runs/source.h"
#include "visualizer/shell/open_dialog.h"

namespace tinymor {

struct WindowOptions {
  int width = 1280, height = 800;
  int timed_frames = 0;  ///< Draw so many frames as fast as possible, print how long they took, and close; 0: not.
  /// How the window begins on its first run. May throw InputError.
  std::function<void(AppState& state, const Source& source)> prepare = [](AppState&, const Source&) {};
};

/// Opens the window on the sources that `first` makes and returns when the window is closed. Sources get the function
/// that wakes the window; `opener` makes later ones. Throws InputError when there is no display.
using Wake = std::function<void()>;
void run_window(const WindowOptions& options, const std::function<Sources(Wake)>& first,
                const std::function<Opener(Wake)>& opener);

}  // namespace tinymor
