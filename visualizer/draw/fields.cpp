#include "visualizer/draw/fields.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "visualizer/draw/glossary.h"
#include "visualizer/draw/glyphs.h"

namespace tinymor::ui {
namespace {

/// The field drawn last, on the drawing beside the window: its frame, and the lines of `text` or the middle of it.
void draw_text_frame(std::string_view text) {
  if (!drawing() || !ImGui::IsItemVisible()) return;
  const ImGuiStyle& style = ImGui::GetStyle();
  const Box box{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  drawing()->rect(box, ImGui::GetColorU32(ImGuiCol_FrameBg), style.FrameRounding);
  drawing()->push_clip(box);
  ImVec2 at{box.min.x + style.FramePadding.x, box.min.y + style.FramePadding.y};
  for (size_t from = 0; from <= text.size() && at.y < box.max.y; at.y += ImGui::GetTextLineHeight()) {
    const size_t end = std::min(text.find('\n', from), text.size());
    drawing()->text(at, u32(colors::text), text.substr(from, end - from));
    from = end + 1;
  }
  drawing()->pop_clip();
}

/// The slider drawn last, `part` of the way along: explains its words, and draws it on the drawing.
void finish_slider(double part, const std::string& value) {
  if (!ImGui::IsItemVisible()) return;
  const ImGuiStyle& style = ImGui::GetStyle();
  const Box box{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  const ImVec2 size = text_size(value), middle = box.center();
  explain_terms({middle.x - size.x / 2, middle.y - size.y / 2}, value, Font::body);
  if (!drawing()) return;
  const float grab = style.GrabMinSize, x = box.min.x + 2 + float(part) * (box.width() - 4 - grab);
  drawing()->rect(box, ImGui::GetColorU32(ImGuiCol_FrameBg), style.FrameRounding);
  drawing()->rect({{x, box.min.y + 2}, {x + grab, box.max.y - 2}}, ImGui::GetColorU32(ImGuiCol_SliderGrab),
                  style.GrabRounding);
  text_centered(*drawing(), box.center(), u32(colors::text), value);
}

template <class Number>
std::string printed(const char* format, Number value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// Moves the keyboard from the field drawn last to a control before (-1) or after (1) it.
void leave(const std::string& name, int by) {
  if (by == 0 || !ImGui::IsItemActive()) return;
  leave_field(name, by);
  ImGui::SetWindowFocus(nullptr);
}

int take_typed(ImGuiInputTextCallbackData* data) {
  data->EventChar = typed_stand_in(data->EventChar);
  return data->EventChar == 0;
}

/// `edit` edits what it is given, with these flags, and returns whether Enter was pressed.
template <class Edit>
bool edit_text(const std::string& name, std::string& text, ImGuiInputTextFlags flags, Edit edit) {
  std::string editable;
  // What cannot all be edited is shown.
  if (!make_editable(text, editable)) flags |= ImGuiInputTextFlags_ReadOnly;
  const std::string before = editable;
  field(name);
  const bool entered = edit(&editable, flags | ImGuiInputTextFlags_CallbackCharFilter);
  // Esc leaves the field; ImGui takes back what was typed.
  const bool left = ImGui::IsItemDeactivated() && key_pressed(ImGuiKey_Escape, false);
  if (editable != before && !left) text = original(editable);
  leave(name, tab_pressed());
  draw_text_frame(text);
  tag(name);
  return entered;
}

}  // namespace

bool text_field(const std::string& name, std::string& text, bool focus) {
  if (focus) ImGui::SetKeyboardFocusHere();
  const bool entered = edit_text(name, text, ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll,
                                 [&](std::string* edited, ImGuiInputTextFlags flags) {
                                   return ImGui::InputText(("##" + name).c_str(), edited, flags, take_typed);
                                 });
  leave(name, int(key_pressed(ImGuiKey_DownArrow)) - int(key_pressed(ImGuiKey_UpArrow)));
  return entered;
}

void text_area(const std::string& name, std::string& text, ImVec2 size) {
  edit_text(name, text, 0, [&](std::string* edited, ImGuiInputTextFlags flags) {
    return ImGui::InputTextMultiline(("##" + name).c_str(), edited, size, flags, take_typed);
  });
}

bool slider(const std::string& name, float& value, float low, float high, const char* format, bool logarithmic) {
  field(name);
  const bool moved = ImGui::SliderFloat(("##" + name).c_str(), &value, low, high, format,
                                        logarithmic ? ImGuiSliderFlags_Logarithmic : 0);
  constexpr float notches = 50;
  const int by = slider_notches(name);
  if (by != 0) {
    const float next =
        logarithmic ? value * std::pow(high / low, float(by) / notches) : value + (high - low) * float(by) / notches;
    value = std::clamp(next, low, high);
  }
  leave(name, tab_pressed());
  const double part = logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  finish_slider(std::clamp(part, 0.0, 1.0), printed(format, double(value)));
  tag(name);
  return moved || by != 0;
}

bool slider(const std::string& name, int& value, int low, int high, const char* format) {
  field(name);
  const bool moved = ImGui::SliderInt(("##" + name).c_str(), &value, low, high, format);
  const int by = slider_notches(name);
  if (by != 0) value = std::clamp(value + by, low, high);
  leave(name, tab_pressed());
  finish_slider(std::clamp(double(value - low) / std::max(1, high - low), 0.0, 1.0), printed(format, value));
  tag(name);
  return moved || by != 0;
}

bool number_field(const std::string& name, int& value, int step) {
  field(name);
  ImGui::InputInt(("##" + name).c_str(), &value, step, 100 * step);
  const bool entered = ImGui::IsItemDeactivated() && key_pressed(ImGuiKey_Enter, false);
  leave(name, tab_pressed());
  draw_text_frame(std::to_string(value));
  tag(name);
  return entered;
}

}  // namespace tinymor::ui
