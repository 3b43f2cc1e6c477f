#include "visualizer/draw/ui.h"

#include <algorithm>

#include "visualizer/draw/glyphs.h"

namespace tinymor::ui {
namespace {

thread_local bool no_buttons = false;

void push_button_colors(bool on) {
  const Color base = on ? mix(colors::control, colors::accent, 0.45) : colors::control;
  ImGui::PushStyleColor(ImGuiCol_Button, u32(base));
  ImGui::PushStyleColor(ImGuiCol_ButtonHovered, u32(on ? mix(base, colors::ground, 0.15) : colors::hovered));
  ImGui::PushStyleColor(ImGuiCol_ButtonActive, u32(on ? mix(base, colors::ground, 0.25) : colors::active));
}

void draw_icon(Canvas& canvas, Icon icon, ImVec2 c, float r, ImU32 color) {
  const auto right = [&](float x) { canvas.triangle({x - r, c.y - r}, {x - r, c.y + r}, {x + r, c.y}, color); };
  const auto left = [&](float x) { canvas.triangle({x + r, c.y - r}, {x - r, c.y}, {x + r, c.y + r}, color); };
  const auto bar = [&](float x) { canvas.rect({{x - r * 0.22f, c.y - r}, {x + r * 0.22f, c.y + r}}, color); };
  switch (icon) {
    case Icon::play:
      right(c.x);
      break;
    case Icon::pause:
      bar(c.x - r * 0.6f);
      bar(c.x + r * 0.6f);
      break;
    case Icon::stop:
      canvas.rect({{c.x - r * 0.9f, c.y - r * 0.9f}, {c.x + r * 0.9f, c.y + r * 0.9f}}, color);
      break;
    case Icon::next:
      bar(c.x - r);
      right(c.x + r * 0.5f);
      break;
    case Icon::previous:
      left(c.x - r * 0.5f);
      bar(c.x + r);
      break;
    case Icon::last:
      right(c.x - r * 0.3f);
      bar(c.x + r);
      break;
    case Icon::first:
      bar(c.x - r);
      left(c.x + r * 0.3f);
      break;
    case Icon::theme:
      canvas.circle(c, r * 1.3f, color);
      canvas.push_clip({{c.x, c.y - 2 * r}, {c.x + 2 * r, c.y + 2 * r}});
      canvas.circle(c, r * 0.95f, u32(colors::control));
      canvas.pop_clip();
      break;
  }
}

/// The control that was drawn last, on the drawing beside the window: its frame, and `text` in its middle.
void draw_frame(const char* text, ImU32 color, float alpha) {
  const Box box{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  if (!drawing() || !ImGui::IsItemVisible()) return;
  drawing()->rect(box, color, ImGui::GetStyle().FrameRounding);
  text_centered(*drawing(), box.center(), u32(colors::text, alpha), text);
}

/// Text in lines as the window broke it, on the drawing.
void draw_text(std::string_view text, Color color, Font which) {
  if (!drawing() || !ImGui::IsItemVisible()) return;
  const ImFont* used = font(which);
  const float width = ImGui::GetItemRectSize().x + 0.5f;
  ImVec2 at = ImGui::GetItemRectMin();
  const Drawn drawn(text, which);
  const char* const end = drawn.end();
  for (const char* line = drawn.begin(); line < end; at.y += used->FontSize) {
    const char* wrapped = std::max(line + 1, used->CalcWordWrapPositionA(1, line, end, width));
    const char* stop = std::min(wrapped, std::find(line, end, '\n'));
    drawing()->text(at, u32(color), original({line, size_t(stop - line)}), which);
    line = stop;
    while (line < end && *line == ' ') ++line;
    if (line < end && *line == '\n') ++line;
  }
}

}  // namespace

void tooltip(std::string_view text, Color color, float width) {
  if (!begin_tooltip()) return;
  ImGui::PushTextWrapPos(width);
  label(text, color, Font::small);
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

void hint(const char* text) {
  if (text && ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) tooltip(text, colors::dim, em() * 24);
}

void fitted_label(const std::string& text, float width, Color color, Font which) {
  const std::string shown = fitted(text, width, which);
  label(shown, color, which);
  if (shown != text) hint(text.c_str());
}

void fitted_text(Canvas& canvas, ImVec2 at, ImU32 color, const std::string& text, float width, Font which) {
  fitted_text(canvas, at, color, std::vector<std::string>{text}, width, which);
}

void fitted_text(Canvas& canvas, ImVec2 at, ImU32 color, const std::vector<std::string>& texts, float width,
                 Font which) {
  const std::string shown = fitting(texts, width, which);
  canvas.text(at, color, shown, which);
  if (shown == texts.front() || !ImGui::IsWindowHovered()) return;
  const ImVec2 size = text_size(shown, which);
  if (ImGui::IsMouseHoveringRect(at, {at.x + size.x, at.y + size.y})) tooltip(texts.front(), colors::dim, em() * 24);
}

namespace {

/// Leaves the room of a control that is hidden; false for one that is not.
bool left_out(bool is_left_out, ImVec2 size) {
  if (is_left_out) ImGui::Dummy(size);
  return is_left_out;
}

}  // namespace

NoButtonsScope::NoButtonsScope() {
  no_buttons = true;
}

NoButtonsScope::~NoButtonsScope() {
  no_buttons = false;
}

bool button(const std::string& name, const char* text, bool enabled, const char* hint_text) {
  if (left_out(no_buttons || is_hidden(name), {button_width(text), ImGui::GetFrameHeight()})) return false;
  ImGui::PushID(name.c_str());
  ImGui::BeginDisabled(!enabled);
  const bool pressed = ImGui::Button(Drawn(text).c_str()) || (enabled && pressed_by_key(name));
  draw_frame(text, ImGui::GetColorU32(ImGuiCol_Button), enabled ? 1 : 0.4f);
  ImGui::EndDisabled();
  tag(name);
  hint(hint_text);
  ImGui::PopID();
  return pressed;
}

bool area(const std::string& name, ImVec2 size) {
  if (left_out(is_hidden(name), size)) return false;
  const bool pressed = ImGui::InvisibleButton(name.c_str(), size) || pressed_by_key(name);
  tag(name);
  return pressed;
}

bool dragged() {
  const float far = em() * 0.4f;
  return ImGui::GetIO().MouseDragMaxDistanceSqr[0] > far * far;
}

bool chip(const std::string& name, const char* text, bool on, const char* hint_text) {
  push_button_colors(on);
  const bool pressed = button(name, text, true, hint_text);
  ImGui::PopStyleColor(3);
  return pressed;
}

namespace {

/// What `draw` draws, of this width, with its right end at `right`; the next one goes to its left.
template <class Draw>
auto corner(float width, float& right, Draw draw) {
  const float top = ImGui::GetCursorPosY();
  ImGui::SetCursorPosX(right - width);
  const auto result = draw();
  ImGui::SetCursorPosY(top);
  right -= width + ImGui::GetStyle().ItemSpacing.x;
  return result;
}

}  // namespace

bool corner_button(const std::string& name, const char* text, const char* hint_text, float& right) {
  return corner(button_width(text), right, [&] { return button(name, text, true, hint_text); });
}

void corner_chip(const std::string& name, const char* text, bool& on, const char* hint_text, float& right) {
  if (corner(button_width(text), right, [&] { return chip(name, text, on, hint_text); })) on = !on;
}

int corner_cycle(const std::string& name, const std::vector<const char*>& labels, int choice, const char* hint_text,
                 float& right) {
  float width = 0;
  for (const char* text : labels) width = std::max(width, button_width(text));
  const char* text = labels[size_t(std::max(0, choice))];
  const bool pressed = corner(width, right, [&] { return chip(name, text, choice != 0, hint_text); });
  return pressed ? (choice + 1) % int(labels.size()) : choice;
}

int corner_choice(const std::string& name, const std::vector<const char*>& labels, int choice, const char* hint_text,
                  float& right, float before) {
  const float width = segmented_width(labels);
  if (right - width - before < ImGui::GetCursorStartPos().x + em() * 4)
    return corner_cycle(name, labels, choice, hint_text, right);
  return corner(width, right, [&] {
    const int chosen = segmented(name, labels, choice, hint_text);
    tag(name);
    return chosen;
  });
}

float button_width(const char* text) {
  return ImGui::CalcTextSize(Drawn(text).c_str()).x + 2 * ImGui::GetStyle().FramePadding.x;
}

bool icon_button(const std::string& name, Icon icon, bool enabled, bool on, const char* hint_text) {
  const float size = ImGui::GetFrameHeight();
  if (left_out(no_buttons || is_hidden(name), {size * 1.25f, size})) return false;
  ImGui::PushID(name.c_str());
  ImGui::BeginDisabled(!enabled);
  push_button_colors(on);
  const bool pressed = ImGui::Button("##icon", {size * 1.25f, size}) || (enabled && pressed_by_key(name));
  draw_frame("", ImGui::GetColorU32(ImGuiCol_Button), 1);
  ImGui::PopStyleColor(3);
  ImGui::EndDisabled();
  const Box box{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  draw_icon(window_canvas(), icon, box.center(), size * 0.2f, u32(enabled ? colors::text : colors::faint));
  tag(name);
  hint(hint_text);
  ImGui::PopID();
  return pressed;
}

int segmented(const std::string& name, const std::vector<const char*>& labels, int choice, const char* hint_text) {
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(1, ImGui::GetStyle().ItemSpacing.y));
  ImGui::BeginGroup();
  for (int i = 0; i < int(labels.size()); ++i) {
    if (i > 0) ImGui::SameLine();
    if (chip(name + "." + std::to_string(i), labels[i], i == choice, hint_text)) choice = i;
  }
  ImGui::EndGroup();
  ImGui::PopStyleVar();
  return choice;
}

float segmented_width(const std::vector<const char*>& labels) {
  float width = float(labels.size()) - 1;
  for (const char* text : labels) width += button_width(text);
  return width;
}

void label(std::string_view text, Color color, Font which) {
  ImGui::PushFont(font(which));
  ImGui::PushStyleColor(ImGuiCol_Text, u32(color));
  const Drawn drawn(text, which);
  ImGui::TextUnformatted(drawn.begin(), drawn.end());
  draw_text(text, color, which);
  ImGui::PopStyleColor();
  ImGui::PopFont();
}

void paragraph(std::string_view text, Color color, Font which) {
  ImGui::PushTextWrapPos(0);
  label(text, color, which);
  ImGui::PopTextWrapPos();
}

}  // namespace tinymor::ui
