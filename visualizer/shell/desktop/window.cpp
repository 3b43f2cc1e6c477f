#include "visualizer/shell/window.h"

#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>

#include "tensor/error.h"
#include "visualizer/draw/glyphs.h"
#include "visualizer/shell/desktop/desktop.h"
#include "visualizer/shell/keys.h"
#include "visualizer/state/preferences.h"

namespace tinymor {
namespace {

// ImGui needs up to three frames after an event until pop-ups, hovering and sizes have settled.
constexpr int frames_per_event = 3;
constexpr double trim_every = 60;  // seconds
constexpr double idle_wait = 0.25, iconified_wait = 0.5, caret_wait = 0.25;

/// Seconds to wait for events, where `budget` frames are still to be drawn.
double waiting_time(bool iconified, int budget, const App& app) {
  if (iconified) return iconified_wait;
  if (budget > 0) return 1.0 / 60;
  if (app.animating()) return 1.0 / 30;
  return ImGui::GetIO().WantTextInput ? caret_wait : idle_wait;
}

/// Curves made anew leave holes between what is kept; glibc gives their pages back only when it is told to.
void trim_memory(double now, double& trimmed) {
  if (now - trimmed <= trim_every) return;
  malloc_trim(0);
  trimmed = now;
}

void obey(const Events& events, Desktop& desktop, App& app) {
  if (events.zoom_key) zoom_key(app.state(), events.zoom_key);
  if (events.full_screen) desktop.toggle_full_screen();
  if (!events.dropped.empty()) app.drop(events.dropped);
}

void loop(Desktop& desktop, App& app) {
  int budget = frames_per_event;
  double last = glfwGetTime(), trimmed = last;
  const Source* titled = nullptr;
  while (!glfwWindowShouldClose(desktop.window())) {
    const bool iconified = glfwGetWindowAttrib(desktop.window(), GLFW_ICONIFIED);
    const Events events = desktop.wait(waiting_time(iconified, budget, app));
    obey(events, desktop, app);
    const bool news = app.poll(), typing = ImGui::GetIO().WantTextInput;
    if (events.input || news) budget = frames_per_event;
    if (iconified || (budget == 0 && !app.animating() && !typing)) continue;
    if (titled != &app.source()) {
      titled = &app.source();
      glfwSetWindowTitle(desktop.window(), ("tinymor - " + titled->name()).c_str());
    }
    const double now = glfwGetTime();
    const bool moved = app.animating();
    desktop.draw(app, now - last);
    last = now;
    // The last frame of a movement is drawn again, and so is one that found no glyphs.
    const bool again = (moved && !app.animating()) || ui::glyphs_lack_room();
    budget = again ? frames_per_event : std::max(0, budget - 1);
    trim_memory(now, trimmed);
  }
}

double median(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Prints the median milliseconds of a frame: of the same picture again, and of another snapshot each time.
void time_frames(Desktop& desktop, App& app, int frames) {
  glfwSwapInterval(0);
  const int count = app.source().history().snapshot_count();
  for (const bool scrubbing : {false, true}) {
    std::vector<double> whole, own;
    for (int i = 0; i < frames; ++i) {
      if (scrubbing) app.state().playback.jump(int(int64_t(i) * 7919 % std::max(1, count)), count);
      const double begun = glfwGetTime();
      desktop.wait(0);
      desktop.draw(app, 1.0 / 60);
      glFinish();
      whole.push_back(1000 * (glfwGetTime() - begun));
      own.push_back(1000 * desktop.own_seconds());
    }
    fmt::print("{}: {:.1f} ms a frame, {:.1f} of them before anything is drawn (medians of {})\n",
               scrubbing ? "scrubbing" : "standing still", median(whole), median(own), frames);
  }
}

}  // namespace

void run_window(const WindowOptions& options, const std::function<Sources(Wake)>& first,
                const std::function<Opener(Wake)>& opener) {
  Desktop desktop(options.width, options.height);
  const Wake wake = [] { glfwPostEmptyEvent(); };
  Sources sources = first(wake);
  Source& source = *sources.front();
  App app(source, opener(wake));
  app.show(std::move(sources));
  if (options.timed_frames == 0) recall_preferences(app.state(), source, preferences_file());
  options.prepare(app.state(), source);
  if (options.timed_frames > 0) return time_frames(desktop, app, options.timed_frames);
  loop(desktop, app);
  remember_preferences(app.state(), app.source(), preferences_file());
  if (app.source().status() == RunStatus::failed) throw Error(app.source().notice());
}

}  // namespace tinymor
