#include "visualizer/shell/window.h"

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tensor/error.h"
#include "visualizer/draw/glyphs.h"
#include "visualizer/shell/app.h"
#include "visualizer/state/preferences.h"

namespace tinymor {
namespace {

// ImGui needs up to three frames after an event until pop-ups, hovering and sizes have settled.
constexpr int frames_per_event = 3;
constexpr double trim_every = 60;  // seconds
constexpr double idle_wait = 0.25, iconified_wait = 0.5, caret_wait = 0.25;

// What the GLFW callbacks tell the loop; they find it through the window's user pointer.
struct Events {
  bool input = false;
  char zoom_key = 0;
  bool full_screen = false;  // in, or back
  std::string dropped = {};
  ui::KeyTaps taps = {};
};

Events& events_of(GLFWwindow* window) {
  return *static_cast<Events*>(glfwGetWindowUserPointer(window));
}

// Ctrl with a key whose letter on this keyboard is + - or 0, wherever it lies.
void on_key(GLFWwindow* window, int key, int scancode, int action, int mods) {
  Events& events = events_of(window);
  events.input = true;
  if (action == GLFW_PRESS) events.taps.went_down(key);
  if (key == GLFW_KEY_F11 && action == GLFW_PRESS) events.full_screen = true;
  if (action == GLFW_RELEASE || !(mods & GLFW_MOD_CONTROL)) return;
  if (const char* name = glfwGetKeyName(key, scancode); name && *name == 'q')
    glfwSetWindowShouldClose(window, GLFW_TRUE);
  if (key == GLFW_KEY_KP_ADD) events.zoom_key = '+';
  if (key == GLFW_KEY_KP_SUBTRACT) events.zoom_key = '-';
  if (key == GLFW_KEY_KP_0) events.zoom_key = '0';
  const char* name = glfwGetKeyName(key, scancode);
  if (!name) return;
  if (*name == '+' || *name == '=') events.zoom_key = '+';
  if (*name == '-') events.zoom_key = '-';
  if (*name == '0') events.zoom_key = '0';
}

// Installed before ImGui's backend, which calls them in turn.
void watch_input(GLFWwindow* window, Events& events) {
  glfwSetWindowUserPointer(window, &events);
  glfwSetKeyCallback(window, on_key);
  glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int, int, int) { events_of(w).input = true; });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double, double) { events_of(w).input = true; });
  glfwSetCursorPosCallback(window, [](GLFWwindow* w, double, double) { events_of(w).input = true; });
  glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int) { events_of(w).input = true; });
  glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) { events_of(w).input = true; });
  glfwSetDropCallback(window, [](GLFWwindow* w, int count, const char** paths) {
    if (count > 0) events_of(w).dropped = paths[0];
    events_of(w).input = true;
  });
  glfwSetWindowRefreshCallback(window, [](GLFWwindow* w) { events_of(w).input = true; });
  glfwSetWindowFocusCallback(window, [](GLFWwindow* w, int) { events_of(w).input = true; });
}

// The images of the frames as textures of the graphics card, kept for as long as they are drawn.
class Textures {
 public:
  /// Puts textures in the place of the images in `data`.
  void resolve(ImDrawData& data) {
    std::map<uint64_t, GLuint> drawn;
    for (int n = 0; n < data.CmdListsCount; ++n) {
      for (ImDrawCmd& command : data.CmdLists[n]->CmdBuffer) {
        const Image* image = image_of(command);
        if (!image) continue;
        auto known = drawn.find(image->id);
        if (known == drawn.end()) {
          const auto kept = kept_.extract(image->id);
          known = drawn.emplace(image->id, kept.empty() ? upload(image->picture) : kept.mapped()).first;
        }
        command.TextureId = ImTextureID(intptr_t(known->second));
      }
    }
    clear();
    kept_ = std::move(drawn);
  }
  void clear() {
    for (const auto& [id, texture] : kept_) glDeleteTextures(1, &texture);
    kept_.clear();
  }

 private:
  static GLuint upload(const Picture& picture) {
    GLuint texture = 0;
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, picture.width, picture.height, 0, GL_RGBA, GL_UNSIGNED_BYTE,
                 picture.rgba.data());
    return texture;
  }

  std::map<uint64_t, GLuint> kept_;
};

/// Makes a window that has not been shown yet, with its frame, no larger than what the screen leaves for windows.
void fit_screen(GLFWwindow* window) {
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  if (!monitor) return;
  int x = 0, y = 0, most_wide = 0, most_high = 0, left = 0, top = 0, right = 0, bottom = 0, width = 0, height = 0;
  glfwGetMonitorWorkarea(monitor, &x, &y, &most_wide, &most_high);
  glfwGetWindowFrameSize(window, &left, &top, &right, &bottom);
  glfwGetWindowSize(window, &width, &height);
  most_wide -= left + right, most_high -= top + bottom;
  if (most_wide < 1 || most_high < 1 || (width <= most_wide && height <= most_high)) return;
  glfwSetWindowSize(window, std::min(width, most_wide), std::min(height, most_high));
  glfwSetWindowPos(window, x + left, y + top);
}

// GLFW, the window and ImGui with its backends, taken down in reverse order.
class Desktop {
 public:
  explicit Desktop(const WindowOptions& options) {
    const bool ready = glfwInit();
    check_input(ready, "window: no display (use --png FILE to draw the picture into a file)");
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
    glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
    window_ = glfwCreateWindow(options.width, options.height, "tinymor", nullptr, nullptr);
    if (!window_) {
      glfwTerminate();
      throw InputError("window: this display has no OpenGL 3.3 (use --png FILE to draw the picture into a file)");
    }
    fit_screen(window_);
    glfwShowWindow(window_);
    glfwMakeContextCurrent(window_);
    glfwSwapInterval(1);
    watch_input(window_, events_);
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    ImGui_ImplGlfw_InitForOpenGL(window_, true);
    ImGui_ImplOpenGL3_Init("#version 330 core");
    ui::keep_clipboard_true();
    // In the place of ImGui's own, which takes characters of 16 bits only.
    glfwSetCharCallback(window_, [](GLFWwindow* w, unsigned code_point) {
      events_of(w).input = true;
      ui::type_character(code_point);
    });
  }
  ~Desktop() {
    textures_.clear();
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext();
    glfwDestroyWindow(window_);
    glfwTerminate();
  }
  Desktop(const Desktop&) = delete;
  Desktop& operator=(const Desktop&) = delete;

  GLFWwindow* window() { return window_; }
  Events& events() { return events_; }

  // Fonts and style for the user's zoom on this screen; between frames only.
  void match_zoom(float zoom) {
    float density = 1;
    glfwGetWindowContentScale(window_, &density, nullptr);
    const float scale = std::clamp(density, 0.5f, 4.0f) * zoom;
    if (scale == scale_ && !ui::glyphs_lack_room()) return;
    scale_ = scale;
    ui::load_fonts(scale, ui::FontSource::system);
    ui::apply_style(scale);
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    ImGui_ImplOpenGL3_CreateFontsTexture();
  }

  /// Fills the screen, or is a window again where it was.
  void toggle_full_screen() {
    if (glfwGetWindowMonitor(window_)) return glfwSetWindowMonitor(window_, nullptr, x_, y_, width_, height_, 0);
    GLFWmonitor* monitor = glfwGetPrimaryMonitor();
    const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr;
    if (!mode) return;
    glfwGetWindowPos(window_, &x_, &y_);
    glfwGetWindowSize(window_, &width_, &height_);
    glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
  }

  /// Seconds that the newest frame took without the drawing library.
  double own_seconds() const { return own_seconds_; }

  void draw(App& app, double seconds) {
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    const double begun = glfwGetTime();
    events_.taps.before_frame(ImGui::GetIO());
    ImGui::NewFrame();
    app.frame(seconds);
    ImGui::Render();
    events_.taps.after_frame(ImGui::GetIO());
    own_seconds_ = glfwGetTime() - begun;
    if (ui::glyphs_added()) upload_fonts();
    if (const auto request = app.picture_request()) save_picture(*request, *ImGui::GetDrawData());
    int width = 0, height = 0;
    glfwGetFramebufferSize(window_, &width, &height);
    const ImVec4 ground = ui::vec4(ui::colors::ground);
    glViewport(0, 0, width, height);
    glClearColor(ground.x, ground.y, ground.z, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    textures_.resolve(*ImGui::GetDrawData());
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    glfwSwapBuffers(window_);
  }

 private:
  /// The atlas as it is now, into the texture that the frame's commands name.
  static void upload_fonts() {
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    unsigned char* pixels = nullptr;
    int width = 0, height = 0;
    atlas.GetTexDataAsRGBA32(&pixels, &width, &height);
    glBindTexture(GL_TEXTURE_2D, GLuint(intptr_t(atlas.TexID)));
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
  }

  GLFWwindow* window_ = nullptr;
  Events events_;
  Textures textures_;
  float scale_ = 0;
  int x_ = 0, y_ = 0, width_ = 0, height_ = 0;  // of the window, while it fills the screen
  double own_seconds_ = 0;
};

double waiting_time(bool iconified, int budget, const App& app) {
  if (iconified) return iconified_wait;
  if (budget > 0) return 1.0 / 60;
  if (app.animating()) return 1.0 / 30;
  return ImGui::GetIO().WantTextInput ? caret_wait : idle_wait;
}

void loop(Desktop& desktop, App& app) {
  int budget = frames_per_event;
  double last = glfwGetTime(), trimmed = last;
  const Source* titled = nullptr;
  while (!glfwWindowShouldClose(desktop.window())) {
    const bool iconified = glfwGetWindowAttrib(desktop.window(), GLFW_ICONIFIED);
    glfwWaitEventsTimeout(waiting_time(iconified, budget, app));
    Events& events = desktop.events();
    if (events.zoom_key) app.zoom_key(events.zoom_key);
    if (events.full_screen) desktop.toggle_full_screen();
    if (!events.dropped.empty()) app.drop(events.dropped);
    const bool fresh = app.poll(), typing = ImGui::GetIO().WantTextInput;
    if (events.input || fresh) budget = frames_per_event;
    events = {.taps = std::move(events.taps)};
    if (iconified || (budget == 0 && !app.animating() && !typing)) continue;
    if (titled != &app.source()) {
      titled = &app.source();
      glfwSetWindowTitle(desktop.window(), ("tinymor - " + titled->name()).c_str());
    }
    desktop.match_zoom(app.state().zoom);
    const double now = glfwGetTime();
    const bool moved = app.animating();
    desktop.draw(app, now - last);
    last = now;
    // What came last is drawn, too, and what found no glyphs.
    budget = (moved && !app.animating()) || ui::glyphs_lack_room() ? frames_per_event : std::max(0, budget - 1);
    // Curves made anew leave holes between what is kept; glibc gives their pages back only when it is told to.
    if (now - trimmed > trim_every) malloc_trim(0), trimmed = now;
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
      glfwPollEvents();
      desktop.match_zoom(app.state().zoom);
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
  Desktop desktop(options);
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
