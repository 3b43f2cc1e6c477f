#include "visualizer/draw/registry.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tinymor::ui {
namespace {

thread_local Registry* current = nullptr;
thread_local std::string prefix;
thread_local std::set<std::string> hidden;
thread_local std::vector<int> layers_below;  // what is drawn now

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

void Registry::reveal(std::string name) {
  revealed_ = std::move(name);
  reveal_frames_ = 4;
}

bool Registry::to_be_revealed(const std::string& name) {
  if (name != revealed_) return false;
  revealed_.clear();
  return true;
}

void Registry::leave(std::string name, int by) {
  focus_ = std::move(name);
  leaving_ = by;
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
  int from = by > 0 ? -1 : 0;
  if (at != order.end()) from = int(at - order.begin());
  focus_ = order[size_t(((from + by) % count + count) % count)].second;
  if (!find(focus_)->visible) reveal(focus_);
}

bool Registry::key_pressed(const std::string& name) {
  pressable_[name] = layer_;
  if (!pressing_ || name != focus_ || layer_ != topmost_) return false;
  pressing_ = false;
  return true;
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

bool pressed_by_key(const std::string& name) {
  return current && current->key_pressed(prefix + name);
}

bool keyboard_at_control() {
  return current && current->focused();
}

bool keyboard_at(const std::string& name) {
  return current && current->focus() == prefix + name;
}

int slider_notches(const std::string& name) {
  if (!current || is_hidden(name)) return 0;
  current->note_slider(prefix + name);
  if (!keyboard_at(name) || ImGui::GetIO().WantTextInput) return 0;
  return int(key_pressed(ImGuiKey_RightArrow)) - int(key_pressed(ImGuiKey_LeftArrow));
}

PadKeys pad_keys(const std::string& name) {
  if (!current || is_hidden(name)) return {};
  current->note_pad(prefix + name);
  if (current->focus() != prefix + name || ImGui::GetIO().WantTextInput) return {};
  return {true, int(key_pressed(ImGuiKey_RightArrow)) - int(key_pressed(ImGuiKey_LeftArrow)),
          int(key_pressed(ImGuiKey_DownArrow)) - int(key_pressed(ImGuiKey_UpArrow)),
          key_pressed(ImGuiKey_Space, false)};
}

void field(const std::string& name) {
  if (!pressed_by_key(name)) return;
  ImGui::SetWindowFocus();  // ImGui 1.90.1 finds no item of another window than the one in focus
  ImGui::SetKeyboardFocusHere();
}

void leave_field(const std::string& name, int by) {
  if (current) current->leave(prefix + name, by);
}

bool is_hidden(const std::string& name) {
  return hidden.contains(name);
}

void begin_layer() {
  layers_below.push_back(current ? current->begin_layer() : 0);
}

void end_layer() {
  if (current) current->end_layer(layers_below.back());
  layers_below.pop_back();
}

}  // namespace tinymor::ui
