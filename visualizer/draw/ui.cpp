#include "visualizer/draw/ui.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "visualizer/draw/glyphs.h"

namespace tinymor::ui {
namespace {

thread_local Registry* current = nullptr;
thread_local std::string prefix;
thread_local std::set<std::string> hidden;

void push_button_colors(bool on) {
  const Color base = on ? mix(colors::control, colors::accent, 0.45) : colors::control;
  ImGui::PushStyleColor(ImGuiCol_Button, u32(base));
  ImGui::PushStyleColor(ImGuiCol_ButtonHovered, u32(on ? mix(base, colors::text, 0.15) : colors::hovered));
  ImGui::PushStyleColor(ImGuiCol_ButtonActive, u32(on ? mix(base, colors::text, 0.25) : colors::active));
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
      bar(c.x - r * 0.6f), bar(c.x + r * 0.6f);
      break;
    case Icon::stop:
      canvas.rect({{c.x - r * 0.9f, c.y - r * 0.9f}, {c.x + r * 0.9f, c.y + r * 0.9f}}, color);
      break;
    case Icon::next:
      bar(c.x - r), right(c.x + r * 0.5f);
      break;
    case Icon::previous:
      left(c.x - r * 0.5f), bar(c.x + r);
      break;
    case Icon::last:
      right(c.x - r * 0.3f), bar(c.x + r);
      break;
    case Icon::first:
      bar(c.x - r), left(c.x + r * 0.3f);
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

const Registry::Item* Registry::find(const std::string& name) const {
  const auto found = items_.find(name);
  return found == items_.end() ? nullptr : &found->second;
}

void Registry::begin_frame() {
  items_.clear();
  pressable_.clear();
  topmost_ = layers_;
  layer_ = layers_ = 0;
  if (--reveal_frames_ <= 0) revealed_.clear();
}

void Registry::move_focus(int by) {
  std::vector<std::pair<ImVec2, std::string>> order;
  for (const auto& [name, layer] : pressable_)
    if (const Item* item = find(name); item && layer == layers_ && (item->visible || item->scrolls))
      order.emplace_back(item->box.center(), name);
  if (order.empty()) return;
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    const bool same_line = std::abs(a.first.y - b.first.y) < em() * 0.5f;
    return same_line ? a.first.x < b.first.x : a.first.y < b.first.y;
  });
  const int count = int(order.size());
  const auto at = std::find_if(order.begin(), order.end(), [&](const auto& one) { return one.second == focus_; });
  const int from = at != order.end() ? int(at - order.begin()) : by > 0 ? -1 : 0;
  focus_ = order[size_t(((from + by) % count + count) % count)].second;
  if (!find(focus_)->visible) reveal(focus_);
}

bool Registry::key_pressed(const std::string& name) {
  pressable_[name] = layer_;
  return pressing_ && name == focus_ && layer_ == topmost_ && !(pressing_ = false);
}

const Registry::Item* Registry::focused() const {
  const auto at = pressable_.find(focus_);
  return at != pressable_.end() && at->second == std::max(topmost_, layers_) ? find(focus_) : nullptr;
}

RegistryScope::RegistryScope(Registry& registry, const std::set<std::string>& names)
    : previous_(current), previous_hidden_(std::exchange(hidden, names)) {
  current = &registry;
}
RegistryScope::~RegistryScope() {
  current = previous_;
  hidden = previous_hidden_;
}

PrefixScope::PrefixScope(std::string text) : previous_(std::exchange(prefix, std::move(text))) {}
PrefixScope::~PrefixScope() {
  prefix = previous_;
}

namespace {

Box common(const Box& a, const Box& b) {
  return {{std::max(a.min.x, b.min.x), std::max(a.min.y, b.min.y)},
          {std::min(a.max.x, b.max.x), std::min(a.max.y, b.max.y)}};
}

void note(const std::string& name, const Box& box, bool visible) {
  if (!current) return;
  const bool scrolls = ImGui::GetScrollMaxY() > 0;
  const ImDrawList& list = *ImGui::GetWindowDrawList();
  current->note(name, {visible ? common(box, {list.GetClipRectMin(), list.GetClipRectMax()}) : box, visible, scrolls});
  if (!scrolls || !current->to_be_revealed(name)) return;
  const float top = ImGui::GetWindowPos().y, height = ImGui::GetWindowHeight();
  if (box.min.y < top || box.max.y > top + height)
    ImGui::SetScrollFromPosY(box.min.y - top, box.height() < height ? 0.5f : 0);
}

}  // namespace

void tag(const std::string& name) {
  note(prefix + name, {ImGui::GetItemRectMin(), ImGui::GetItemRectMax()}, ImGui::IsItemVisible());
}

void tag(const std::string& name, const Box& box) {
  note(prefix + name, box, ImGui::IsRectVisible(box.min, box.max));
}

namespace {

void tell(std::string_view text) {
  if (!begin_tooltip()) return;
  ImGui::PushTextWrapPos(em() * 24);
  label(text, colors::dim, Font::small);
  ImGui::PopTextWrapPos();
  ImGui::EndTooltip();
}

}  // namespace

void hint(const char* text) {
  if (text && ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled)) tell(text);
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
  if (ImGui::IsMouseHoveringRect(at, {at.x + size.x, at.y + size.y})) tell(texts.front());
}

namespace {

bool by_key(const std::string& name) {
  return current && current->key_pressed(prefix + name);
}

}  // namespace

void field(const std::string& name) {
  if (!by_key(name)) return;
  ImGui::SetWindowFocus();  // ImGui 1.90.1 finds no item of another window than the one in focus
  ImGui::SetKeyboardFocusHere();
}

void leave_field(const std::string& name, int by) {
  if (current) current->leave(prefix + name, by);
}

bool is_hidden(const std::string& name) {
  return hidden.contains(name);
}

namespace {

/// Leaves the room of a control that is hidden; false for one that is not.
bool left_out(const std::string& name, ImVec2 size) {
  if (is_hidden(name)) ImGui::Dummy(size);
  return is_hidden(name);
}

}  // namespace

bool button(const std::string& name, const char* text, bool enabled, const char* hint_text) {
  if (left_out(name, {button_width(text), ImGui::GetFrameHeight()})) return false;
  ImGui::PushID(name.c_str());
  ImGui::BeginDisabled(!enabled);
  const bool pressed = ImGui::Button(Drawn(text).c_str()) || (enabled && by_key(name));
  draw_frame(text, ImGui::GetColorU32(ImGuiCol_Button), enabled ? 1 : 0.4f);
  ImGui::EndDisabled();
  tag(name);
  hint(hint_text);
  ImGui::PopID();
  return pressed;
}

bool area(const std::string& name, ImVec2 size) {
  if (left_out(name, size)) return false;
  const bool pressed = ImGui::InvisibleButton(name.c_str(), size) || by_key(name);
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

/// What `draw` draws, of this width, with its right end at `right`; the next may stand to its left.
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
  return corner(width, right, [&] { return segmented(name, labels, choice, hint_text); });
}

bool begin_bar(const char* id, ImVec2 position, ImVec2 size, bool scrolls) {
  ImGui::SetNextWindowPos(position);
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleColor(ImGuiCol_WindowBg, u32(colors::bar));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
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

namespace {

// Those that lie below what is drawn now.
thread_local std::vector<int> layers_below;

void begin_layer() {
  layers_below.push_back(current ? current->begin_layer() : 0);
}

void end_layer() {
  if (current) current->end_layer(layers_below.back());
  layers_below.pop_back();
}

}  // namespace

bool begin_dialog(const char* id, float width) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float margin = 2 * em(), fitting = std::min(width, screen.x - margin);
  ImGui::SetNextWindowPos({screen.x / 2, screen.y / 2}, ImGuiCond_Always, {0.5f, 0.5f});
  ImGui::SetNextWindowSizeConstraints({fitting, 0}, {fitting, screen.y - margin});
  ImGui::PushStyleColor(ImGuiCol_WindowBg, u32({0x22, 0x26, 0x30}));
  constexpr ImGuiWindowFlags flags = ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
                                     ImGuiWindowFlags_NoCollapse | ImGuiWindowFlags_NoSavedSettings |
                                     ImGuiWindowFlags_AlwaysAutoResize;
  begin_layer();
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
  return key_pressed(ImGuiKey_Enter, false) && !ImGui::GetIO().WantTextInput && !(current && current->focused());
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
  if (by_key(name)) pressed = true;
  if (pressed) ImGui::CloseCurrentPopup();
  return pressed;
}

float button_width(const char* text) {
  return ImGui::CalcTextSize(Drawn(text).c_str()).x + 2 * ImGui::GetStyle().FramePadding.x;
}

bool icon_button(const std::string& name, Icon icon, bool enabled, bool on, const char* hint_text) {
  const float size = ImGui::GetFrameHeight();
  if (left_out(name, {size * 1.25f, size})) return false;
  ImGui::PushID(name.c_str());
  ImGui::BeginDisabled(!enabled);
  push_button_colors(on);
  const bool pressed = ImGui::Button("##icon", {size * 1.25f, size}) || (enabled && by_key(name));
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
