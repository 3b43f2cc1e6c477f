#include "visualizer/shell/headless.h"

#include "tensor/error.h"
#include "visualizer/draw/glyphs.h"
#include "visualizer/draw/open_windows.h"
#include "visualizer/draw/svg.h"

namespace tinymor {

Headless::Headless(Source& source, int width, int height, ui::FontSource fonts, Opener opener)
    : context_(ImGui::CreateContext()), fonts_(fonts), app_(source, std::move(opener)) {
  ImGui::SetCurrentContext(context_);
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.DisplaySize = {float(width), float(height)};
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  ui::name_headless_keys(io);
  ui::keep_clipboard_true();
  ui::feed_mouse_position(io, {-1000, -1000});
}

Headless::~Headless() {
  ImGui::DestroyContext(context_);
}

void Headless::match_zoom() {
  if (zoom_ == app_.state().zoom && !ui::glyphs_lack_room()) return;
  zoom_ = app_.state().zoom;
  ui::load_fonts(zoom_, fonts_);
  ui::apply_style(zoom_);
}

void Headless::frames(int count, double seconds) {
  ImGui::SetCurrentContext(context_);
  for (int i = 0; i < count; ++i) {
    match_zoom();
    ImGui::GetIO().DeltaTime = float(seconds);
    ImGui::NewFrame();
    app_.frame(seconds);
    const std::vector<std::string> complaints = ui::end_open_windows();
    ImGui::Render();
    check(complaints.empty(), "ImGui: {}", complaints.empty() ? "" : complaints.front());
    if (const auto request = app_.picture_request()) save_picture(*request, *ImGui::GetDrawData());
  }
}

Picture Headless::picture() {
  ImGui::SetCurrentContext(context_);
  const Color c = ui::colors::ground;
  return rasterize(*ImGui::GetDrawData(), font_texture(), uint32_t(c.r << 16 | c.g << 8 | c.b));
}

std::string Headless::drawing() {
  SvgCanvas canvas;
  const DrawingScope scope(canvas);
  frames(1);
  return canvas.file({{0, 0}, ImGui::GetIO().DisplaySize}, ui::colors::ground);
}

void Headless::move_mouse(ImVec2 to) {
  ImGui::SetCurrentContext(context_);
  ui::feed_mouse_position(ImGui::GetIO(), to);
  frames(2);
}

void Headless::mouse_button(bool down, ImGuiMouseButton button) {
  ui::feed_mouse_button(ImGui::GetIO(), button, down);
  frames(2);
}

bool Headless::hover(const std::string& name) {
  const ui::Registry::Item* item = app_.registry().find(name);
  if (!item || !item->visible) return false;
  move_mouse(item->box.center());
  return true;
}

bool Headless::click(const std::string& name, int times) {
  if (!hover(name)) return false;
  for (int i = 0; i < times; ++i) {
    mouse_button(true);
    mouse_button(false);
  }
  // Longer than a double click, so that two clicks on one control stay two.
  frames(2, 0.5);
  return true;
}

void Headless::wheel(float notches) {
  ImGui::SetCurrentContext(context_);
  ui::feed_wheel(ImGui::GetIO(), notches);
  frames(2);
}

bool Headless::drag(const std::string& name, float from, float to, ImGuiMouseButton button) {
  const ui::Registry::Item* item = app_.registry().find(name);
  if (!item || !item->visible) return false;
  const Box box = item->box;
  move_mouse({box.min.x + from * box.width(), box.center().y});
  mouse_button(true, button);
  move_mouse({box.min.x + to * box.width(), box.center().y});
  mouse_button(false, button);
  return true;
}

void Headless::hold_shift(bool down) {
  ImGui::SetCurrentContext(context_);
  ui::feed_shift(ImGui::GetIO(), down);
  frames(2);
}

void Headless::key(ImGuiKey key, bool shift) {
  hold_shift(shift);
  ImGuiIO& io = ImGui::GetIO();
  ui::feed_key(io, key, true);
  frames(2);
  ui::feed_key(io, key, false);
  hold_shift(false);
}

void Headless::type(const std::string& text) {
  ImGui::SetCurrentContext(context_);
  ui::type_text(text);
  frames(2);
}

}  // namespace tinymor
