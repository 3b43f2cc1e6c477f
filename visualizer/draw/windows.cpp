#include "visualizer/draw/windows.h"

#include <algorithm>

#include "visualizer/draw/glossary.h"
#include "visualizer/draw/ui.h"

namespace tinymor::ui {

bool begin_bar(const char* id, ImVec2 position, ImVec2 size, bool scrolls) {
  ImGui::SetNextWindowPos(position);
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, u32(colors::bar));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
  begin_part();
  constexpr ImGuiWindowFlags flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                                     ImGuiWindowFlags_NoNav;
  if (drawing()) drawing()->rect({position, {position.x + size.x, position.y + size.y}}, u32(colors::bar));
  return ImGui::Begin(id, nullptr, scrolls ? flags & ~ImGuiWindowFlags_NoScrollbar : flags);
}

void end_bar() {
  ImGui::End();
  ImGui::PopStyleVar(2);
  ImGui::PopStyleColor();
}

bool begin_dialog(const char* id, float width) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float margin = 2 * em(), fitting = std::min(width, screen.x - margin);
  ImGui::SetNextWindowPos({screen.x / 2, screen.y / 2}, ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::SetNextWindowSizeConstraints({fitting, 0}, {fitting, screen.y - margin});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, u32(colors::popup));
  constexpr ImGuiWindowFlags flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
                                     ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings |
                                     ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoNavInputs;
  begin_layer();
  begin_part();
  return ImGui::Begin(id, nullptr, flags);
}

void end_dialog() {
  ImGui::End();
  end_layer();
  ImGui::PopStyleColor();
}

bool dialog_title(const std::string& name, const char* title) {
  const float end = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x;
  label(title, colors::text, Font::bold);
  ImGui::SameLine(end - button_width("x"));
  return button(name, "x", true, "Close (Esc)");
}

bool enter_pressed() {
  return key_pressed(ImGuiKey_Enter, false) && !ImGui::GetIO().WantTextInput && !keyboard_at_control();
}

bool begin_popup(const char* id) {
  if (!ImGui::BeginPopup(id)) return false;
  begin_layer();
  if (key_pressed(ImGuiKey_Escape, false) && !ImGui::GetIO().WantTextInput) ImGui::CloseCurrentPopup();
  return true;
}

bool popup_open() {
  return ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
}

void end_popup() {
  end_layer();
  ImGui::EndPopup();
}

bool menu_item(const std::string& name, const char* text, bool on, char letter) {
  bool pressed = ImGui::Selectable(text, on);
  tag(name);
  for (const ImWchar typed : ImGui::GetIO().InputQueueCharacters)
    pressed |= letter != 0 && (typed | 0x20) == (letter | 0x20);
  if (pressed_by_key(name)) pressed = true;
  if (pressed) ImGui::CloseCurrentPopup();
  return pressed;
}

}  // namespace tinymor::ui
