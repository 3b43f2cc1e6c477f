#pragma once
// Small controls that all panels share, and the registry that knows every control by name. Tests press controls by
// these names; guides may point at them.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "visualizer/draw/canvas.h"

namespace tinymor::ui {

/// Where every named control was drawn in the newest frame, and which of them the keyboard is at.
class Registry {
 public:
  struct Item {
    Box box;               ///< What of it can be seen, or all of it where nothing can.
    bool visible = false;  ///< Some of it was inside the window and its clip area.
    bool scrolls = false;  ///< What it stands in can be scrolled.
  };
  void begin_frame();
  void note(std::string name, const Item& item) { items_.insert_or_assign(std::move(name), item); }
  /// Null when it was not drawn.
  const Item* find(const std::string& name) const;
  const std::map<std::string, Item>& items() const { return items_; }

  /// Scrolls to the control of that name, as soon as what it stands in can be scrolled; soon or not at all.
  void reveal(std::string name) { revealed_ = std::move(name), reveal_frames_ = 4; }
  /// Asked by every control; once, whether it is the one to scroll to.
  bool to_be_revealed(const std::string& name) { return name == revealed_ && (revealed_.clear(), true); }

  /// What is drawn until end_layer lies above all else, as a dialog or a menu does: the keyboard stays in the topmost
  /// layer. Returns the layer before, for end_layer.
  int begin_layer() { return std::exchange(layer_, ++layers_); }
  void end_layer(int before) { layer_ = before; }

  /// Moves the keyboard by so many of the controls that can be pressed, line by line as they stood in the newest frame.
  void move_focus(int by);
  /// Moves it with the next frame, from a control.
  void leave(std::string name, int by) { focus_ = std::move(name), leaving_ = by; }
  int take_leaving() { return std::exchange(leaving_, 0); }
  /// Whether the control that the keyboard is at is pressed in the next frame.
  void press_focus(bool pressed) { pressing_ = pressed; }
  void let_go() { focus_.clear(); }
  /// Empty when the keyboard is at none.
  const std::string& focus() const { return focus_; }
  /// The control that the keyboard is at, or null when none that can be pressed is.
  const Item* focused() const;
  /// Asked by every control that can be pressed: whether a key did.
  bool key_pressed(const std::string& name);

 private:
  std::map<std::string, Item> items_;
  std::map<std::string, int> pressable_;  // with its layer
  std::string focus_, revealed_;
  int reveal_frames_ = 0, leaving_ = 0;
  int layer_ = 0, layers_ = 0, topmost_ = 0;  // that is drawn now, all so far, and those of the frame before
  bool pressing_ = false;
};

/// Makes `registry` hear the tags of this thread until the end of the scope.
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

/// Comes before a slider or a text field of that name: a key that presses it lets a person type into it.
void field(const std::string& name);
/// Lets the keyboard go on from it.
void leave_field(const std::string& name, int by);

/// Whether a scene has put the control of that name away.
bool is_hidden(const std::string& name);

/// A push button; a chip is one that stays on.
bool button(const std::string& name, const char* label, bool enabled = true, const char* hint = nullptr);
bool chip(const std::string& name, const char* label, bool on, const char* hint = nullptr);
/// A button whose right end is at `right`, which becomes where a control before it may end.
bool corner_button(const std::string& name, const char* label, const char* hint, float& right);
/// A chip whose right end is at `right` and that turns `on` on and off.
void corner_chip(const std::string& name, const char* label, bool& on, const char* hint, float& right);
/// One that goes on to the next of its labels; it is on but for the first. Returns the choice.
int corner_cycle(const std::string& name, const std::vector<const char*>& labels, int current, const char* hint,
                 float& right);

/// A part of the picture that can be pressed, from where the cursor is; the mouse is over it as over any control.
bool area(const std::string& name, ImVec2 size);

/// Whether the mouse has left the place where its button went down last.
bool dragged();

/// One of a few, as segmented() shows them, with its right end at `right`; where that leaves no room for a title and
/// for `before`, the width of what is to stand to its left, a chip that goes through them.
int corner_choice(const std::string& name, const std::vector<const char*>& labels, int current, const char* hint,
                  float& right, float before = 0);

/// A strip across the window, as those at its top and bottom; end_bar follows whatever this returns.
bool begin_bar(const char* id, ImVec2 position, ImVec2 size, bool scrolls = false);
void end_bar();
/// A window in the middle of the screen that is as tall as what stands in it, `width` wide where there is room.
/// end_dialog follows whatever this returns.
bool begin_dialog(const char* id, float width);
void end_dialog();
/// Its first line, with a button at the right that closes it; true when that was pressed.
bool dialog_title(const std::string& name, const char* title);
/// Whether Enter was pressed while the keyboard is at no control and in no field: it means the dialog's main button.
bool enter_pressed();

/// A menu that ImGui::OpenPopup opened, which Esc closes; end_popup follows when it is open.
bool begin_popup(const char* id);
void end_popup();
/// Whether there is one.
bool popup_open();
/// A line of it, which closes it; also where `letter` is typed, in either case.
bool menu_item(const std::string& name, const char* label, bool on = false, char letter = 0);
/// How wide they will be.
float button_width(const char* label);

enum class Icon { first, previous, play, pause, next, last, stop };
bool icon_button(const std::string& name, Icon icon, bool enabled, bool on, const char* hint);

/// One of several choices, drawn as one joined switch; its parts are named NAME.0, NAME.1, ... Returns the choice.
int segmented(const std::string& name, const std::vector<const char*>& labels, int current, const char* hint = nullptr);
float segmented_width(const std::vector<const char*>& labels);

/// Text in a colour; never read as a format.
void label(std::string_view text, Color color = colors::text, Font font = Font::body);
/// The same, broken into lines at the end of the content area.
void paragraph(std::string_view text, Color color = colors::text, Font font = Font::body);
/// One line that is no wider than `width`; the whole of what was cut stands beside the mouse.
void fitted_label(const std::string& text, float width, Color color = colors::text, Font font = Font::body);
/// The same in a picture; of several texts, the fullest first, the first that fits.
void fitted_text(Canvas& canvas, ImVec2 at, ImU32 color, const std::string& text, float width, Font font = Font::body);
void fitted_text(Canvas& canvas, ImVec2 at, ImU32 color, const std::vector<std::string>& texts, float width,
                 Font font = Font::body);
/// Shows `text` beside the mouse while the last control is hovered.
void hint(const char* text);

}  // namespace tinymor::ui
