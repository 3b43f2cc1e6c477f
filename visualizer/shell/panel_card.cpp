#include "visualizer/shell/panel_card.h"

#include <fmt/format.h>

#include <cfloat>

namespace tinymor {
namespace {

/// What can be done with every panel.
void draw_panel_menu(const Panel& panel, AppState& state) {
  const std::string name = panel.name();
  if (ui::button("menu." + name, "...", true, "Lets the panel fill the window, or saves it")) ImGui::OpenPopup("menu");
  if (!ui::begin_popup("menu")) return;
  const bool filled = state.maximised == name;
  if (ui::menu_item("menu." + name + ".fill", filled ? "Show all panels (F)" : "Fill the window (F)", false, 'f'))
    state.maximised = filled ? "" : name;
  if (ui::menu_item("menu." + name + ".save", "Save as SVG, PNG and CSV (S)", false, 's')) state.exporting = name;
  ui::end_popup();
}

/// Whether a panel is large enough to be read from far away: its title and its caption grow.
bool is_large(const Box& box) {
  return box.height() > ui::em() * 55 && box.width() > ui::em() * 75;
}

ui::Font caption_font(const Box& box, const std::string& caption, float width) {
  const bool fits = text_size(caption, ui::Font::medium).x < width;
  return is_large(box) && fits ? ui::Font::medium : ui::Font::small;
}

/// Title, switches and menu, the caption below them, and the panel itself.
void draw_contents(Panel& panel, const Box& box, const Source& source, AppState& state, bool with_buttons) {
  begin_part();
  Canvas& canvas = window_canvas();
  canvas.push_clip(box);
  canvas.rect(box, ui::u32(ui::colors::card), ImGui::GetStyle().WindowRounding);
  canvas.outline(box, ui::u32(ui::colors::line), 1, ImGui::GetStyle().WindowRounding);
  const float left = ImGui::GetCursorPosX(), right = left + ImGui::GetContentRegionAvail().x;
  const float top = ImGui::GetCursorPosY();
  float end = right;
  if (with_buttons && !state.bare) {
    end -= ui::button_width("...");
    ImGui::SetCursorPosX(end);
    draw_panel_menu(panel, state);
    end -= ImGui::GetStyle().ItemSpacing.x;
    ImGui::SetCursorPosY(top);
  }
  if (with_buttons) end = panel.controls(source, state, end);
  const float free = end - left - ui::em() * 0.5f;
  const ImVec2 corner = ImGui::GetWindowPos();
  const float below = top + ImGui::GetFrameHeight() + ui::em() * 0.1f;
  const ui::Font large = is_large(box) ? ui::Font::large : ui::Font::bold;
  const bool titled = text_size(panel.title(), large).x <= free;
  if (titled)
    ui::fitted_text(canvas, {corner.x + left, corner.y + top + (ImGui::GetFrameHeight() - text_size("x", large).y) / 2},
                    ui::u32(ui::colors::text), panel.title(), free, large);
  std::string caption = panel.caption(source, state);
  if (!titled) caption = std::string(panel.title()) + " \u00b7 " + caption;
  const ImVec2 second_line{corner.x + left, corner.y + below};
  const ui::Font font = caption_font(box, caption, right - left);
  ui::fitted_text(canvas, second_line, ui::u32(ui::colors::dim), caption, right - left, font);
  ImGui::SetCursorPos({left, below + text_size("x", font).y + ui::em() * 0.5f});
  panel.draw(source, state, canvas);
  canvas.pop_clip();
}

/// Draws a panel as if the mouse were nowhere, and without its buttons.
void draw_for_file(Panel& panel, const Box& box, const Source& source, AppState& state) {
  const ui::NoButtonsScope no_buttons;
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  ImGui::GetIO().MousePos = {-FLT_MAX, -FLT_MAX};
  state.hovered.reset();
  draw_contents(panel, box, source, state, false);
  ImGui::GetIO().MousePos = mouse;
}

std::optional<PictureRequest> save(Panel& panel, const Box& box, const Source& source, AppState& state) {
  const ui::ThemeScope theme(theme_of_files);
  SvgCanvas drawing;
  {
    const DrawingScope scope(drawing);
    draw_for_file(panel, box, source, state);
  }
  state.exporting.clear();
  try {
    const PictureRequest picture = export_panel(panel, source, state, drawing, box);
    state.say(fmt::format("saved {} and beside it .svg and .csv", picture.file));
    return picture;
  } catch (const std::exception& error) {
    state.say(error.what());
    return std::nullopt;
  }
}

}  // namespace

std::optional<PictureRequest> draw_panel_card(Panel& panel, const Box& box, const Source& source, AppState& state) {
  std::optional<PictureRequest> picture;
  ImGui::SetNextWindowPos(box.min);
  ImGui::SetNextWindowSize({box.width(), box.height()});
  if (ImGui::Begin(panel.name(), nullptr, panel_flags)) {
    if (ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows)) state.panel_under_mouse = panel.name();
    ui::tag(std::string("panel.") + panel.name(), box);
    if (state.plain)
      draw_for_file(panel, box, source, state);
    else if (state.exporting == panel.name())
      picture = save(panel, box, source, state);
    else
      draw_contents(panel, box, source, state, true);
  }
  ImGui::End();
  return picture;
}

}  // namespace tinymor
