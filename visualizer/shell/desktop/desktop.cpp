#include "visualizer/shell/desktop/desktop.h"

#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>

#include <algorithm>
#include <utility>

#include "tensor/error.h"
#include "visualizer/draw/glyphs.h"

namespace tinymor {
namespace {

Heard& heard_by(GLFWwindow* window) {
  return *static_cast<Heard*>(glfwGetWindowUserPointer(window));
}

void note_input(GLFWwindow* window) {
  heard_by(window).events.input = true;
}

/// '+', '-' or '0' where the key means one of them on this keyboard, or on the number pad; else 0.
char zoom_key_of(int key, const char* name) {
  if (key == GLFW_KEY_KP_ADD) return '+';
  if (key == GLFW_KEY_KP_SUBTRACT) return '-';
  if (key == GLFW_KEY_KP_0) return '0';
  if (!name) return 0;
  if (*name == '+' || *name == '=') return '+';
  return *name == '-' || *name == '0' ? *name : 0;
}

void on_key(GLFWwindow* window, int key, int scancode, int action, int mods) {
  note_input(window);
  Heard& heard = heard_by(window);
  if (action == GLFW_PRESS) heard.taps.went_down(key);
  if (action == GLFW_PRESS && key == GLFW_KEY_F11) heard.events.full_screen = true;
  if (action == GLFW_RELEASE || !(mods & GLFW_MOD_CONTROL)) return;
  const char* name = glfwGetKeyName(key, scancode);
  if (name && *name == 'q') glfwSetWindowShouldClose(window, GLFW_TRUE);
  if (const char zoom = zoom_key_of(key, name)) heard.events.zoom_key = zoom;
}

void on_drop(GLFWwindow* window, int count, const char** paths) {
  note_input(window);
  if (count > 0) heard_by(window).events.dropped = paths[0];
}

/// To be called before ImGui's backend is, which calls these callbacks in turn.
void listen(GLFWwindow* window, Heard& heard) {
  glfwSetWindowUserPointer(window, &heard);
  glfwSetKeyCallback(window, on_key);
  glfwSetDropCallback(window, on_drop);
  glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int, int, int) { note_input(w); });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double, double) { note_input(w); });
  glfwSetCursorPosCallback(window, [](GLFWwindow* w, double, double) { note_input(w); });
  glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int) { note_input(w); });
  glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) { note_input(w); });
  glfwSetWindowRefreshCallback(window, note_input);
  glfwSetWindowFocusCallback(window, [](GLFWwindow* w, int) { note_input(w); });
}

/// Makes a window that has not been shown yet, with its frame, no larger than what the screen leaves for windows.
void fit_screen(GLFWwindow* window) {
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  if (!monitor) return;
  int x = 0, y = 0, free_width = 0, free_height = 0;
  int left = 0, top = 0, right = 0, bottom = 0, width = 0, height = 0;
  glfwGetMonitorWorkarea(monitor, &x, &y, &free_width, &free_height);
  glfwGetWindowFrameSize(window, &left, &top, &right, &bottom);
  glfwGetWindowSize(window, &width, &height);
  free_width -= left + right;
  free_height -= top + bottom;
  if (free_width < 1 || free_height < 1 || (width <= free_width && height <= free_height)) return;
  glfwSetWindowSize(window, std::min(width, free_width), std::min(height, free_height));
  glfwSetWindowPos(window, x + left, y + top);
}

GLFWwindow* make_window(int width, int height) {
  const bool ready = glfwInit();
  check_input(ready, "window: no display (use --png FILE to draw the picture into a file)");
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
  if (GLFWwindow* window = glfwCreateWindow(width, height, "tinymor", nullptr, nullptr)) return window;
  glfwTerminate();
  throw InputError("window: this display has no OpenGL 3.3 (use --png FILE to draw the picture into a file)");
}

}  // namespace

Desktop::Desktop(int width, int height) : window_(make_window(width, height)) {
  fit_screen(window_);
  glfwShowWindow(window_);
  glfwMakeContextCurrent(window_);
  glfwSwapInterval(1);
  listen(window_, heard_);
  host_.emplace(ui::FontSource::system);
  ImGui_ImplGlfw_InitForOpenGL(window_, true);
  ImGui_ImplOpenGL3_Init("#version 330 core");
  ui::keep_clipboard_true();
  // Instead of ImGui's own, which takes characters of 16 bits only.
  glfwSetCharCallback(window_, [](GLFWwindow* w, unsigned code_point) {
    note_input(w);
    ui::type_character(code_point);
  });
}

Desktop::~Desktop() {
  textures_.clear();
  ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  host_.reset();
  glfwDestroyWindow(window_);
  glfwTerminate();
}

Events Desktop::wait(double seconds) {
  glfwWaitEventsTimeout(seconds);
  return std::exchange(heard_.events, {});
}

void Desktop::toggle_full_screen() {
  if (glfwGetWindowMonitor(window_)) return glfwSetWindowMonitor(window_, nullptr, x_, y_, width_, height_, 0);
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr;
  if (!mode) return;
  glfwGetWindowPos(window_, &x_, &y_);
  glfwGetWindowSize(window_, &width_, &height_);
  glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
}

void Desktop::match_zoom(float zoom) {
  float density = 1;
  glfwGetWindowContentScale(window_, &density, nullptr);
  if (!host_->match_scale(std::clamp(density, 0.5f, 4.0f) * zoom)) return;
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

void Desktop::draw(App& app, double seconds) {
  match_zoom(app.state().zoom);
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  const double begun = glfwGetTime();
  heard_.taps.before_frame(ImGui::GetIO());
  host_->frame(app, seconds);
  heard_.taps.after_frame(ImGui::GetIO());
  own_seconds_ = glfwGetTime() - begun;
  if (ui::glyphs_added()) upload_fonts();
  if (host_->for_file()) return;
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  textures_.draw_frame(width, height);
  glfwSwapBuffers(window_);
}

}  // namespace tinymor
