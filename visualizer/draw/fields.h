#pragma once
// What a person types into or drags: text fields that keep a text as it is, whatever of it can be drawn, and sliders.
// The keyboard reaches each by its name.

#include <string>

#include "visualizer/draw/ui.h"

namespace tinymor::ui {

/// One line, as wide as SetNextItemWidth says; with `focus` the keyboard goes there. What is typed first replaces all.
/// Up, Down and Tab leave it for the control before or after; Tab leaves every field. True when Enter was pressed in
/// it.
bool text_field(const std::string& name, std::string& text, bool focus = false);
/// Several lines.
void text_area(const std::string& name, std::string& text, ImVec2 size);

/// Its text is `value` by a format of printf. True when it was moved.
bool slider(const std::string& name, float& value, float low, float high, const char* format, bool logarithmic = false);
bool slider(const std::string& name, int& value, int low, int high, const char* format);
/// A whole number with buttons for less and more. True when Enter was pressed in it.
bool number_field(const std::string& name, int& value, int step);

}  // namespace tinymor::ui
