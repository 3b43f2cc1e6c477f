#pragma once
// The app in a window: a loop that sleeps while nothing changes. There are two: shell/desktop and shell/browser.

#include <functional>

#include "visualizer/runs/source.h"
#include "visualizer/shell/opening.h"

namespace tinymor {

struct WindowOptions {
  int width = 1280, height = 800;
  int timed_frames = 0;  ///< Draw this many frames as fast as possible, print how long they took, and close; 0: do not.
  /// How the window begins on its first run. May throw InputError.
  std::function<void(AppState& state, const Source& source)> prepare = [](AppState&, const Source&) {};
};

/// Wakes the window from other threads when there is news.
using Wake = std::function<void()>;

/// Opens the window on the sources that `first` makes and returns when the window is closed, or, in a browser, at once:
/// there the page draws from then on. `opener` makes later sources. Throws InputError when there is no display, and
/// Error where the run that is shown at the end has failed.
void run_window(const WindowOptions& options, const std::function<Sources(Wake)>& first,
                const std::function<Opener(Wake)>& opener);

}  // namespace tinymor
