// The app in a page: its script asks for a frame when something has happened, and is told when it has to ask again.
// Where there are no threads, training and writing go on here, between two frames.

#include "visualizer/shell/window.h"

#include <emscripten/emscripten.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <sstream>

#include "visualizer/draw/glyphs.h"
#include "visualizer/runs/background.h"
#include "visualizer/shell/browser/browser.h"
#include "visualizer/state/preferences.h"

namespace tinymor {
namespace {

// ImGui needs up to three frames after an event until pop-ups, hovering and sizes have settled.
constexpr int frames_per_event = 3;
constexpr double work_per_turn = 0.015;  // seconds; with a frame, and a piece of work that began before its end, 50 ms
constexpr double drawn_while_working = 0.1, caret_wait = 0.25;
constexpr double next_turn = -1;  // what Page::frame returns when it is to be called before the browser's next frame

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Page {
 public:
  Page(const std::function<Sources(Wake)>& first, const std::function<Opener(Wake)>& opener,
       const std::function<void(AppState& state, const Source& source)>& prepare)
      : Page(first(wake_page), opener(wake_page), prepare) {}

  App& app() { return app_; }
  void hear(PageInput input) { browser_.hear(std::move(input)); }
  void resize(int width, int height, float density) {
    browser_.resize(width, height, density);
    budget_ = frames_per_event;
  }
  void open(const std::string& path) {
    app_.drop(path);
    budget_ = frames_per_event;
  }
  /// Runs, a path in each line.
  void open_beside(const std::string& paths) {
    Sources sources;
    std::istringstream lines(paths);
    for (std::string path; std::getline(lines, path);)
      for (std::unique_ptr<Source>& source : opener_.open(path)) sources.push_back(std::move(source));
    app_.compare(std::move(sources));
    app_.state().curve_axis = CurveAxis::flops;  // as where several are opened together
    budget_ = frames_per_event;
  }

  /// A frame, or as much work as there is time for. Returns the seconds until there is to be another; 0: with the
  /// browser's next frame; infinity: once something happens.
  double frame();

 private:
  Page(Sources sources, Opener opener, const std::function<void(AppState& state, const Source& source)>& prepare)
      : opener_(opener), app_(*sources.front(), std::move(opener)) {
    app_.show(std::move(sources));
    prepare(app_.state(), app_.source());
    std::error_code ignored;
    app_.state().remembers = std::filesystem::exists(preferences_file(), ignored);
    recall_preferences(app_.state(), app_.source(), preferences_file());
  }
  void draw();
  void keep_preferences();
  double work();

  Browser browser_;
  Opener opener_;
  App app_;
  std::string kept_;
  const Source* titled_ = nullptr;
  int budget_ = frames_per_event;
  double drawn_ = now();
  bool working_ = false;
};

void Page::draw() {
  if (titled_ != &app_.source()) {
    titled_ = &app_.source();
    set_page_title("tinymor - " + titled_->name());
  }
  const bool moved = app_.animating();
  const double begun = now();
  browser_.draw(app_, begun - drawn_);
  drawn_ = begun;
  // The last frame of a movement is drawn again, and so is one that found no glyphs.
  const bool again = (moved && !app_.animating()) || ui::glyphs_lack_room();
  budget_ = again ? frames_per_event : std::max(0, budget_ - 1);
  keep_preferences();
  hand_out("exports", app_.writes_session() ? ".scene" : "");
}

void Page::keep_preferences() {
  AppState& state = app_.state();
  const std::string now = *state.remembers ? preferences_of(state, app_.source()) : "";
  if (std::exchange(kept_, now) == now || keep_in_browser(now)) return;
  state.remembers = false;
  kept_.clear();
  state.say("this browser keeps nothing for this page");
}

/// What has just been opened is drawn before it is worked on, which may take a while at first.
double Page::work() {
  if (titled_ != &app_.source()) return Background::at_once;
  const double rest = Background::work(work_per_turn);
  working_ = rest == Background::at_once;
  return rest;
}

double Page::frame() {
  const bool input = browser_.take_input();
  if (app_.poll() || input) budget_ = frames_per_event;
  const bool typing = ImGui::GetIO().WantTextInput && now() - drawn_ > caret_wait;
  const bool due = input || !working_ || now() - drawn_ > drawn_while_working;
  const bool draws = (budget_ > 0 || app_.animating() || typing) && due;
  if (draws) draw();
  const double rest = work();
  if (app_.poll()) budget_ = frames_per_event;
  if (working_ && !draws) return next_turn;
  if (budget_ > 0 || browser_.has_input() || app_.animating()) return 0;
  return ImGui::GetIO().WantTextInput ? std::min(rest, caret_wait) : rest;
}

/// Lives as long as the page.
std::unique_ptr<Page>& shown_page() {
  static std::unique_ptr<Page> page;
  return page;
}

void hear(PageInput input, int modifiers) {
  input.shift = modifiers & 1;
  input.ctrl = modifiers & 2;
  shown_page()->hear(std::move(input));
}

}  // namespace

void run_window(const WindowOptions& options, const std::function<Sources(Wake)>& first,
                const std::function<Opener(Wake)>& opener) {
  shown_page() = std::make_unique<Page>(first, opener, options.prepare);
}

}  // namespace tinymor

// What the page's script calls.
extern "C" {

using namespace tinymor;

EMSCRIPTEN_KEEPALIVE double page_frame() {
  return shown_page()->frame();
}

EMSCRIPTEN_KEEPALIVE void page_resize(int width, int height, float density) {
  shown_page()->resize(width, height, density);
}

EMSCRIPTEN_KEEPALIVE void page_pointer(float x, float y, int modifiers) {
  hear({.kind = PageInput::pointer, .x = x, .y = y}, modifiers);
}

EMSCRIPTEN_KEEPALIVE void page_button(int button, int down, int modifiers) {
  hear({.kind = PageInput::button, .which = button, .down = down != 0}, modifiers);
}

EMSCRIPTEN_KEEPALIVE void page_wheel(float notches, int modifiers) {
  hear({.kind = PageInput::wheel, .x = notches}, modifiers);
}

/// Whether the program acts on the key, so that the browser is not to.
EMSCRIPTEN_KEEPALIVE int page_key(const char* name, int down, int modifiers) {
  const std::optional<int> key = key_named(name);
  if (key) hear({.kind = PageInput::key, .which = *key, .down = down != 0}, modifiers);
  return key.has_value();
}

EMSCRIPTEN_KEEPALIVE void page_type(const char* text) {
  hear({.kind = PageInput::text, .typed = text}, 0);
}

EMSCRIPTEN_KEEPALIVE void page_paste(const char* text) {
  hear({.kind = PageInput::paste, .ctrl = true, .typed = text}, 2);
}

/// A file that the script has put into the program's folders.
EMSCRIPTEN_KEEPALIVE void page_open(const char* path) {
  shown_page()->open(path);
}

EMSCRIPTEN_KEEPALIVE void page_open_beside(const char* paths) {
  shown_page()->open_beside(paths);
}

/// The controls that can be seen, one per line: the name, and the middle in pixels. For tests of the page.
EMSCRIPTEN_KEEPALIVE const char* page_controls() {
  static std::string lines;
  lines.clear();
  for (const auto& [name, item] : shown_page()->app().registry().items())
    if (item.visible) lines += fmt::format("{} {:.0f} {:.0f}\n", name, item.box.center().x, item.box.center().y);
  return lines.c_str();
}

/// What the panels show, for those who cannot see it.
EMSCRIPTEN_KEEPALIVE const char* page_text() {
  static std::string text;
  text = shown_page()->app().text();
  return text.c_str();
}
}
