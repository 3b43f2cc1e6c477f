#pragma once
// Bars, dialogs and menus: the windows around the panels and above them.

#include <string>

#include "visualizer/draw/imgui_compat.h"

namespace tinymor::ui {

/// A strip across the window, such as those at its top and bottom; end_bar follows whatever this returns.
bool begin_bar(const char* id, ImVec2 position, ImVec2 size, bool scrolls = false);
void end_bar();
/// A window in the middle of the screen that is as tall as its contents and `width` wide where there is room.
/// end_dialog follows whatever this returns.
bool begin_dialog(const char* id, float width);
void end_dialog();
/// Its first line, with a button at the right that closes it; true when that was pressed.
bool dialog_title(const std::string& name, const char* title);
/// Whether Enter was pressed while the keyboard is at no control and in no field: it means the dialog's main button.
bool enter_pressed();

/// A menu that ImGui::OpenPopup opened, which Esc closes; end_popup follows when this returns true.
bool begin_popup(const char* id);
void end_popup();
/// Whether a menu is open.
bool popup_open();
/// A line of a menu. Pressing it closes the menu, and so does typing `letter`, in either case.
bool menu_item(const std::string& name, const char* label, bool on = false, char letter = 0);

}  // namespace tinymor::ui
