#include "visualizer/draw/ui.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "visualizer/draw/glossary.h"
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

/// Text in lines as the window broke it: explains its terms, and draws it on the drawing.
void finish_text(std::string_view text, Color color, Font which) {
  if (!ImGui::IsItemVisible()) return;
  const ImFont* used = font(which);
  const float width = ImGui::GetItemRectSize().x + 0.5f;
  ImVec2 at = ImGui::GetItemRectMin();
  const Drawn drawn(text, which);
  const char* const end = drawn.end();
  for (const char* line = drawn.begin(); line < end; at.y += used->FontSize) {
    const char* wrapped = std::max(line + 1, used->CalcWordWrapPositionA(1, line, end, width));
    const char* stop = std::min(wrapped, std::find(line, end, '\n'));
    const std::string words = original({line, size_t(stop - line)});
    if (drawing()) drawing()->text(at, u32(color), words, which);
    explain_terms(at, words, which);
    line = stop;
    while (line < end && *line == ' ') ++line;
    if (line < end && *line == '\n') ++line;
  }
}

}  // namespace

void tooltip(std::string_view text, Color color, float width) {
  if (!begin_tooltip()) return;
  const DataScope no_terms;
  ImGui::PushTextWrapPos(width);
  label(text, color, Font::small);
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

void tooltip_beside(const Box& what, std::string_view text, Color color) {
  static thread_local int placed = 0;  // the frame; what else is said in it goes below
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float width = em() * 24, gap = em() * 0.4f, lines = std::ceil(text_size(text, Font::small).x / width) + 1;
  const bool above = what.max.y + lines * em() > screen.y && what.min.y > screen.y / 2;
  const bool leftwards = what.min.x + width > screen.x && what.max.x > screen.x / 2;
  if (std::exchange(placed, ImGui::GetFrameCount()) != ImGui::GetFrameCount())
    ImGui::SetNextWindowPos({leftwards ? what.max.x : what.min.x, above ? what.min.y - gap : what.max.y + gap},
                            ImGuiCond_Always, {leftwards ? 1.0f : 0.0f, above ? 1.0f : 0.0f});
  tooltip(text, color, width);
}

void hint(const char* text) {
  if (!text || !ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) return;
  const Box item{ImGui::GetItemRectMin(), ImGui::GetItemRectMax()};
  if (item.height() < em() * 3)
    tooltip_beside(item, text, colors::dim);
  else
    tooltip(text, colors::dim, em() * 24);
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
  const Box all{at, {at.x + size.x, at.y + size.y}};
  if (ImGui::IsMouseHoveringRect(all.min, all.max)) tooltip_beside(all, texts.front(), colors::dim);
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
  const ImVec2 corner = ImGui::GetItemRectMin(), pad = ImGui::GetStyle().FramePadding;
  if (ImGui::IsItemVisible()) explain_terms({corner.x + pad.x, corner.y + pad.y}, text, Font::body);
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

std::string Hints::of(int i, const char* label) const {
  if (each.size() > 1) return each[size_t(i) % each.size()];
  return std::string(each.front()) + ": " + label;
}

int stepping(const std::string& name, const std::vector<const char*>& labels, int choice, bool on, const Hints& hints) {
  const int now = std::max(0, choice), next = (choice + 1) % int(labels.size());
  const std::string hint_text = hints.of(now, labels[size_t(now)]) + "\nPress: " + labels[size_t(next)];
  return chip(name, labels[size_t(now)], on, hint_text.c_str()) ? next : choice;
}

int corner_cycle(const std::string& name, const std::vector<const char*>& labels, int choice, const Hints& hints,
                 float& right) {
  float width = 0;
  for (const char* text : labels) width = std::max(width, button_width(text));
  return corner(width, right, [&] { return stepping(name, labels, choice, choice != 0, hints); });
}

int corner_choice(const std::string& name, const std::vector<const char*>& labels, int choice, const Hints& hints,
                  float& right, float before) {
  const float width = segmented_width(labels);
  if (right - width - before < ImGui::GetCursorStartPos().x + em() * 4)
    return corner_cycle(name, labels, choice, hints, right);
  return corner(width, right, [&] {
    const int chosen = segmented(name, labels, choice, hints);
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

int segmented(const std::string& name, const std::vector<const char*>& labels, int choice, const Hints& hints) {
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(1, ImGui::GetStyle().ItemSpacing.y));
  ImGui::BeginGroup();
  for (int i = 0; i < int(labels.size()); ++i) {
    if (i > 0) ImGui::SameLine();
    if (chip(name + "." + std::to_string(i), labels[i], i == choice, hints.of(i, labels[i]).c_str())) choice = i;
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
  finish_text(text, color, which);
  ImGui::PopStyleColor();
  ImGui::PopFont();
}

std::vector<std::string> wrapped(std::string_view text, float width, Font which) {
  std::vector<std::string> lines{""};
  for (size_t at = 0, end; at < text.size(); at = end) {
    end = std::min(text.find_first_of(" \n", at + 1), text.size());
    const std::string word(text.substr(at, end - at));
    const bool fits = lines.back().empty() || text_size(lines.back() + word, which).x <= width;
    if (fits && word[0] != '\n')
      lines.back() += word;
    else
      lines.push_back(word.substr(1));
  }
  return lines;
}

void wrapped_text(Canvas& canvas, const Box& box, ImU32 color, std::string_view text, Font which) {
  const std::vector<std::string> lines = wrapped(text, box.width(), which);
  const float high = font(which)->FontSize;
  const size_t count = std::clamp<size_t>(size_t(box.height() / high + 0.01f), 1, lines.size());
  for (size_t i = 0; i < count; ++i) {
    std::string line = lines[i];
    for (size_t rest = i + 1; i + 1 == count && rest < lines.size(); ++rest) line += " " + lines[rest];
    fitted_text(canvas, {box.min.x, box.min.y + float(i) * high}, color, line, box.width(), which);
  }
}

void paragraph(std::string_view text, Color color, Font which) {
  ImGui::PushTextWrapPos(0);  // of words that are wider than a line
  label(fmt::format("{}", fmt::join(wrapped(text, ImGui::GetContentRegionAvail().x, which), "\n")), color, which);
  ImGui::PopTextWrapPos();
}

}  // namespace tinymor::ui
