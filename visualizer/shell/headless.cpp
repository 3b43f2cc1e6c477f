#include "visualizer/shell/headless.h"

#include "tensor/error.h"
#include "visualizer/draw/glyphs.h"
#include "visualizer/draw/svg.h"

namespace tinymor {

Headless::Headless(Source& source, int width, int height, ui::FontSource fonts, Opener opener)
    : host_(fonts), app_(source, std::move(opener)) {
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {float(width), float(height)};
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  ui::name_headless_keys(io);
  ui::keep_clipboard_true();
  ui::feed_mouse_position(io, {-1000, -1000});
}

void Headless::frames(int count, double seconds) {
  host_.enter();
  for (int i = 0; i < count; ++i) {
    host_.match_scale(app_.state().zoom);
    ImGui::GetIO().DeltaTime = float(seconds);
    const std::vector<std::string> complaints = host_.frame(app_, seconds);
    check(complaints.empty(), "ImGui: {}", complaints.empty() ? "" : complaints.front());
  }
}

Picture Headless::picture() {
  host_.enter();
  return newest_frame();
}

std::string Headless::drawing() {
  SvgCanvas canvas;
  const DrawingScope scope(canvas);
  frames(1);
  return canvas.file({{0, 0}, ImGui::GetIO().DisplaySize}, ui::colors::ground);
}

std::optional<Box> Headless::place_of(const std::string& name) const {
  const ui::Registry::Item* item = app_.registry().find(name);
  return item && item->visible ? std::optional(item->box) : std::nullopt;
}

void Headless::move_mouse(ImVec2 to) {
  host_.enter();
  ui::feed_mouse_position(ImGui::GetIO(), to);
  frames(2);
}

void Headless::mouse_button(bool down, ImGuiMouseButton button) {
  ui::feed_mouse_button(ImGui::GetIO(), button, down);
  frames(2);
}

bool Headless::hover(const std::string& name) {
  const std::optional<Box> place = place_of(name);
  if (place) move_mouse(place->center());
  return place.has_value();
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
  host_.enter();
  ui::feed_wheel(ImGui::GetIO(), notches);
  frames(2);
}

bool Headless::drag(const std::string& name, float from, float to, ImGuiMouseButton button) {
  const std::optional<Box> box = place_of(name);
  if (!box) return false;
  move_mouse({box->min.x + from * box->width(), box->center().y});
  mouse_button(true, button);
  move_mouse({box->min.x + to * box->width(), box->center().y});
  mouse_button(false, button);
  return true;
}

void Headless::hold_shift(bool down) {
  host_.enter();
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
  host_.enter();
  ui::type_text(text);
  frames(2);
}

}  // namespace tinymor
