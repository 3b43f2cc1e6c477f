#pragma once
// The one header that includes Dear ImGui. Debian 12 ships version 1.86, Debian 13 ships 1.90; what differs between
// them is hidden here, so that no panel needs to know. Letters are never asked for as keys (1.86 has no names for them,
// and their place depends on the keyboard's layout): shortcuts read the characters that were typed.

#include <imgui.h>
#if __has_include(<imgui_stdlib.h>)
#include <imgui_stdlib.h>
#else
#include <misc/cpp/imgui_stdlib.h>
#endif

#include <vector>

namespace tinymor::ui {

/// A named key (arrows, Space, Home, End, Escape, ...) went down in this frame, or repeats.
inline bool key_pressed(ImGuiKey key, bool repeat = true) {
#if IMGUI_VERSION_NUM < 18700
  return ImGui::IsKeyPressed(ImGui::GetKeyIndex(key), repeat);
#else
  return ImGui::IsKeyPressed(key, repeat);
#endif
}

/// 1 when Tab went down in this frame or repeats, -1 with Shift, else 0. ImGui's own Tab, which knows only fields, is
/// off in windows that take no keys for navigation.
inline int tab_pressed() {
  if (!key_pressed(ImGuiKey_Tab)) return 0;
  return ImGui::GetIO().KeyShift ? -1 : 1;
}

/// Prepares a context without a window for feed_key.
inline void name_headless_keys(ImGuiIO& io) {
#if IMGUI_VERSION_NUM < 18700
  for (int key = 0; key < ImGuiKey_COUNT; ++key) io.KeyMap[key] = key;
#else
  (void)io;
#endif
}

inline void feed_key(ImGuiIO& io, ImGuiKey key, bool down) {
#if IMGUI_VERSION_NUM < 18700
  io.KeysDown[key] = down;
#else
  io.AddKeyEvent(key, down);
#endif
}

/// Keys that go down and up again between two frames, by the window system's numbers: 1.86 would not hear of them.
class KeyTaps {
 public:
  void went_down(int key) {
    if (key >= 0) keys_.push_back(key);
  }
  void before_frame(ImGuiIO& io) {
#if IMGUI_VERSION_NUM < 18700
    std::erase_if(keys_, [&](int key) { return io.KeysDown[key]; });
    for (const int key : keys_) io.KeysDown[key] = true;
#else
    (void)io;
#endif
  }
  void after_frame(ImGuiIO& io) {
#if IMGUI_VERSION_NUM < 18700
    for (const int key : keys_) io.KeysDown[key] = false;
#else
    (void)io;
#endif
    keys_.clear();
  }

 private:
  std::vector<int> keys_;
};

/// Shift held or released, as the panels see it (`io.KeyShift`).
inline void feed_shift(ImGuiIO& io, bool down) {
#if IMGUI_VERSION_NUM < 18700
  io.KeyShift = down;
#elif IMGUI_VERSION_NUM < 18900
  io.AddKeyEvent(ImGuiKey_ModShift, down);
#else
  io.AddKeyEvent(ImGuiMod_Shift, down);
#endif
}

/// The same of Ctrl.
inline void feed_ctrl(ImGuiIO& io, bool down) {
#if IMGUI_VERSION_NUM < 18700
  io.KeyCtrl = down;
#elif IMGUI_VERSION_NUM < 18900
  io.AddKeyEvent(ImGuiKey_ModCtrl, down);
#else
  io.AddKeyEvent(ImGuiMod_Ctrl, down);
#endif
}

inline void feed_mouse_position(ImGuiIO& io, ImVec2 position) {
#if IMGUI_VERSION_NUM < 18700
  io.MousePos = position;
#else
  io.AddMousePosEvent(position.x, position.y);
#endif
}

inline void feed_wheel(ImGuiIO& io, float notches) {
#if IMGUI_VERSION_NUM < 18700
  io.MouseWheel = notches;
#else
  io.AddMouseWheelEvent(0, notches);
#endif
}

inline void feed_mouse_button(ImGuiIO& io, int button, bool down) {
#if IMGUI_VERSION_NUM < 18700
  io.MouseDown[button] = down;
#else
  io.AddMouseButtonEvent(button, down);
#endif
}

inline bool begin_tooltip() {
#if IMGUI_VERSION_NUM < 18950
  ImGui::BeginTooltip();
  return true;
#else
  return ImGui::BeginTooltip();
#endif
}

/// The outline of a rectangle; the order of AddRect's last arguments changed in 1.92.8.
inline void add_outline(ImDrawList& list, ImVec2 min, ImVec2 max, ImU32 color, float rounding, float thickness) {
#if IMGUI_VERSION_NUM < 19280
  list.AddRect(min, max, color, rounding, 0, thickness);
#else
  list.AddRect(min, max, color, rounding, thickness, 0);
#endif
}

inline void add_polyline(ImDrawList& list, const ImVec2* points, int count, ImU32 color, float thickness) {
#if IMGUI_VERSION_NUM < 19280
  list.AddPolyline(points, count, color, 0, thickness);
#else
  list.AddPolyline(points, count, color, thickness, 0);
#endif
}

}  // namespace tinymor::ui
