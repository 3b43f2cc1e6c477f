#pragma once
// The sample run in a window without a screen, for tests that press its controls.

#include "visualizer/scripted.h"
#include "visualizer/shell/headless.h"

namespace tinymor {

struct Desk {
  explicit Desk(int width = 1280, int height = 800) : window(source, width, height) {
    state().page = "Overview";
    state().request.pace = 0;  // no test waits for a reader
    window.frames(3);
  }

  AppState& state() { return window.app().state(); }
  bool shows(const std::string& name) const {
    const auto* item = const_cast<Headless&>(window).app().registry().find(name);
    return item && item->visible;
  }

  WritingSource source;
  Headless window;
};

}  // namespace tinymor
