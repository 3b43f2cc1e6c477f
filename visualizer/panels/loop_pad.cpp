#include "visualizer/panels/loop_pad.h"

#include <algorithm>
#include <utility>

#include "visualizer/draw/fields.h"
#include "visualizer/state/own_input.h"

namespace tinymor {
namespace {

constexpr float side = Sketch::side;

/// Ink on paper.
std::shared_ptr<const Image> image_of_ink(const Sketch& sketch) {
  Picture picture{Sketch::side, Sketch::side, std::vector<uint8_t>(size_t(Sketch::side) * Sketch::side * 4)};
  for (int y = 0; y < Sketch::side; ++y)
    for (int x = 0; x < Sketch::side; ++x) {
      const auto paper = uint8_t(255 * (1 - sketch.ink(x, y)));
      set_pixel(picture, x, y, {paper, paper, paper});
    }
  return std::make_shared<const Image>(std::move(picture));
}

constexpr const char *eraser = "eraser", *clear = "clear", *take = "take image";

float tools_width() {
  return std::max({ui::button_width(eraser), ui::button_width(clear), ui::button_width(take)});
}

}  // namespace

void LoopPad::draw(Canvas& canvas, const Source& source, AppState& state, Box& area) {
  if (!source.can_draw() || state.shown.images < 0) return;
  // The image itself, and what it is taken for, come before the buttons.
  const float em = ui::em(), height = area.height(), before = height + em * 9.5f;
  const bool tools = area.width() > before + height + tools_width() + em;
  const float last = area.max.x - height - (tools ? tools_width() + em * 0.5f : 0);
  const float x = std::min(last, area.min.x + height + em * 20);
  if (x < area.min.x + height + em) return;
  const Box square{{x, area.min.y}, {x + height, area.max.y}};
  if (tools) draw_tools(source, state, {{square.max.x + em * 0.5f, area.min.y}, area.max});
  draw_square(canvas, state, square);
  area.max.x = x - em * 0.5f;
}

void LoopPad::draw_tools(const Source& source, AppState& state, const Box& box) {
  const float step = std::min(ImGui::GetFrameHeight() + ui::em() * 0.3f, box.height() / 3);
  const auto at_row = [&](int row) { ImGui::SetCursorScreenPos({box.min.x, box.min.y + step * float(row)}); };
  at_row(0);
  if (ui::chip("loop.pad.eraser", eraser, state.eraser, "Remove ink (the right button does it, too)"))
    state.eraser = !state.eraser;
  at_row(1);
  if (ui::button("loop.pad.clear", clear, !state.own_image.empty(), "An empty pad")) {
    state.own_image = {};
    show_recorded(source, state);
  }
  at_row(2);
  if (!ui::button("loop.pad.take", take, !state.story.typing, "Go on from the image that is shown")) return;
  state.own_image = {};
  show_drawing(source, state);
}

void LoopPad::draw_square(Canvas& canvas, AppState& state, const Box& square) {
  ImGui::SetCursorScreenPos(square.min);
  ui::area("loop.pad", {square.width(), square.height()});
  use_mouse(state, square);
  use_keys(state);
  canvas.image(square, *ink_.of(state.own_image, [&] { return image_of_ink(state.own_image); }));
  canvas.outline(square, ui::u32(state.story.typing ? ui::colors::accent : ui::colors::line), 2);
  if (state.own_image.empty())
    text_centered(canvas, square.center(), ui::u32(ui::colors::faint),
                  fitting({"draw a digit here", "draw here", "draw"}, square.width() - 4));
  if (!at_cursor_) return;
  const float pixel = square.width() / side;
  const ImVec2 at{square.min.x + (cursor_.x + 0.5f) * pixel, square.min.y + (cursor_.y + 0.5f) * pixel};
  const ImU32 color = ui::u32(ui::colors::accent);
  if (pen_down_) canvas.circle(at, pixel, color);
  canvas.outline({{at.x - 2 * pixel, at.y - 2 * pixel}, {at.x + 2 * pixel, at.y + 2 * pixel}}, color, 2, 2 * pixel);
}

void LoopPad::use_mouse(AppState& state, const Box& square) {
  if (ImGui::IsItemHovered() && ImGui::IsMouseClicked(ImGuiMouseButton_Right)) rubbing_ = true;
  rubbing_ = rubbing_ && ImGui::IsMouseDown(ImGuiMouseButton_Right);
  const bool drawing = ImGui::IsItemActive() && ImGui::IsMouseDown(ImGuiMouseButton_Left);
  if (!drawing && !rubbing_) return from_.reset();
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const Point to{(mouse.x - square.min.x) / square.width() * side - 0.5f,
                 (mouse.y - square.min.y) / square.height() * side - 0.5f};
  cursor_ = from_.value_or(to);
  go_to(state, to, rubbing_ || state.eraser);
  from_ = to;
}

void LoopPad::use_keys(AppState& state) {
  const ui::PadKeys keys = ui::pad_keys("loop.pad");
  at_cursor_ = keys.here;
  pen_down_ = keys.here && pen_down_ != keys.space;
  const Point to{std::clamp(cursor_.x + float(keys.right), 0.0f, side - 1),
                 std::clamp(cursor_.y + float(keys.down), 0.0f, side - 1)};
  if (pen_down_ && (keys.space || keys.right != 0 || keys.down != 0)) return go_to(state, to, state.eraser);
  if (keys.here) cursor_ = to;
}

void LoopPad::go_to(AppState& state, Point to, bool erase) {
  state.own_image.draw(cursor_.x, cursor_.y, to.x, to.y, erase);
  cursor_ = {std::clamp(to.x, 0.0f, side - 1), std::clamp(to.y, 0.0f, side - 1)};
  if (state.story.typing || state.own_image.empty()) return;
  state.story.typing = true;
  state.story.step(state.story.last());
}

}  // namespace tinymor
