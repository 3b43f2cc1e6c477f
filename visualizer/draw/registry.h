#pragma once
// The registry that knows every control by its name. Tests press controls by these names, lessons point at them, and
// the keyboard moves from one to the next.

#include <map>
#include <set>
#include <string>
#include <utility>

#include "visualizer/draw/canvas.h"

namespace tinymor::ui {

/// Where every named control was drawn in the newest frame, and which of them the keyboard is at.
class Registry {
 public:
  struct Item {
    Box box;               ///< The part of it that can be seen, or all of it when no part can.
    bool visible = false;  ///< Some of it was inside the window and its clip area.
    bool scrolls = false;  ///< The window around it can be scrolled.
  };
  void begin_frame();
  void note(std::string name, const Item& item) { items_.insert_or_assign(std::move(name), item); }
  /// Null when it was not drawn.
  const Item* find(const std::string& name) const;
  const std::map<std::string, Item>& items() const { return items_; }

  /// Whether it is a control that can be pressed, not a part of a picture.
  bool can_be_pressed(const std::string& name) const { return pressable_.contains(name); }

  /// Scrolls to the control of that name, as soon as the window around it can be scrolled, within four frames.
  void reveal(std::string name);
  /// Asked by every control: whether it is the one to scroll to. True once.
  bool to_be_revealed(const std::string& name);

  /// Everything that is drawn until end_layer is above the rest, as a dialog or a menu is: the keyboard stays in the
  /// topmost layer. Returns the layer before, for end_layer.
  int begin_layer() { return std::exchange(layer_, ++layers_); }
  void end_layer(int before) { layer_ = before; }

  /// Moves the keyboard by this many of the controls that can be pressed, line by line as in the newest frame.
  void move_focus(int by);
  /// Moves the keyboard from a control with the next frame.
  void leave(std::string name, int by);
  int take_leaving() { return std::exchange(leaving_, 0); }
  /// Whether the control that the keyboard is at is pressed in the next frame.
  void press_focus(bool pressed) { pressing_ = pressed; }
  void let_go() { focus_.clear(); }
  /// The name of the control that the keyboard is at; empty when it is at none.
  const std::string& focus() const { return focus_; }
  /// Whether that is a slider, which Left and Right move.
  bool at_slider() const { return sliders_.contains(focus_); }
  void note_slider(const std::string& name) { sliders_.insert(name); }
  /// Whether that is a pad, which takes all arrows and Space.
  bool at_pad() const { return pads_.contains(focus_) && focused(); }
  void note_pad(const std::string& name) { pads_.insert(name); }
  /// The control that the keyboard is at; null unless it can be pressed.
  const Item* focused() const;
  /// Asked by every control that can be pressed: whether a key pressed it.
  bool key_pressed(const std::string& name);

 private:
  std::map<std::string, Item> items_;
  std::map<std::string, int> pressable_;  // the layer of each control that can be pressed
  std::set<std::string> sliders_, pads_;
  std::string focus_, revealed_;
  int reveal_frames_ = 0, leaving_ = 0;
  int layer_ = 0;    // the one that is drawn now
  int layers_ = 0;   // how many this frame has so far
  int topmost_ = 0;  // the number of layers in the frame before
  bool pressing_ = false;
};

/// The tags of this thread go to `registry` until the end of the scope.
class RegistryScope {
 public:
  /// Controls of these names are neither drawn nor pressed.
  explicit RegistryScope(Registry& registry, const std::set<std::string>& hidden = {});
  ~RegistryScope();

 private:
  Registry* previous_;
  std::set<std::string> previous_hidden_;
};

/// Puts `prefix` before every name that is tagged until the end of the scope: what is drawn twice has two names.
class PrefixScope {
 public:
  explicit PrefixScope(std::string prefix);
  ~PrefixScope();

 private:
  std::string previous_;
};

/// Names the control that was drawn last, or a part of the picture.
void tag(const std::string& name);
void tag(const std::string& name, const Box& box);

/// Comes before a slider or a text field of that name: when a key presses it, the keyboard types into it.
void field(const std::string& name);
/// Moves the keyboard on from it.
void leave_field(const std::string& name, int by);
/// Whether a key pressed the control of that name, which can be pressed.
bool pressed_by_key(const std::string& name);
/// Whether the keyboard is at a control, or at the one of that name.
bool keyboard_at_control();
bool keyboard_at(const std::string& name);
/// By how many of its notches Left and Right move the slider of that name in this frame.
int slider_notches(const std::string& name);

/// What the keyboard does at the pad of that name in this frame.
struct PadKeys {
  bool here = false;
  int right = 0, down = 0;
  bool space = false;  ///< It was pressed.
};
PadKeys pad_keys(const std::string& name);

/// Whether a scene has put the control of that name away.
bool is_hidden(const std::string& name);

/// Everything drawn between the two is above the rest: the keyboard stays there.
void begin_layer();
void end_layer();

}  // namespace tinymor::ui
