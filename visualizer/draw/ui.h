#pragma once
// Small controls that all panels share. Every one has a name, by which the registry knows it.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "visualizer/draw/canvas.h"
#include "visualizer/draw/registry.h"
#include "visualizer/draw/windows.h"

namespace tinymor::ui {

/// A push button; a chip is one that stays on.
bool button(const std::string& name, const char* label, bool enabled = true, const char* hint = nullptr);
bool chip(const std::string& name, const char* label, bool on, const char* hint = nullptr);
/// A button whose right end is at `right`, which becomes where a control before it may end.
bool corner_button(const std::string& name, const char* label, const char* hint, float& right);
/// A chip whose right end is at `right` and that turns `on` on and off.
void corner_chip(const std::string& name, const char* label, bool& on, const char* hint, float& right);

/// What each of a few choices does, or what all of them choose.
struct Hints {
  Hints(const char* all) : Hints(std::vector<const char*>{all}) {}
  Hints(std::initializer_list<const char*> each_one) : each(each_one) {}
  Hints(std::vector<const char*> each_one) : each(std::move(each_one)) {}
  /// What choice `i`, which is called `label`, does.
  std::string of(int i, const char* label) const;

  std::vector<const char*> each;
};

/// A chip that steps to the next of its labels; it is on for all but the first. Returns the choice.
int corner_cycle(const std::string& name, const std::vector<const char*>& labels, int current, const Hints& hints,
                 float& right);

/// A part of the picture that can be pressed, from where the cursor is; the mouse is over it as over any control.
bool area(const std::string& name, ImVec2 size);

/// Whether the mouse has left the place where its button went down last.
bool dragged();

/// One of a few choices as segmented() shows them, with its right end at `right`. Where that leaves no room for a title
/// and `before`, the width of what goes to its left, it is a chip that steps through the choices.
int corner_choice(const std::string& name, const std::vector<const char*>& labels, int current, const Hints& hints,
                  float& right, float before = 0);

/// How wide a button will be.
float button_width(const char* label);

/// Until its end the room of buttons is left empty: a picture on paper has none.
class NoButtonsScope {
 public:
  NoButtonsScope();
  ~NoButtonsScope();
};

enum class Icon { first, previous, play, pause, next, last, stop, theme };
bool icon_button(const std::string& name, Icon icon, bool enabled, bool on, const char* hint);

/// One of several choices, drawn as one joined switch; its parts are named NAME.0, NAME.1, ... Returns the choice.
int segmented(const std::string& name, const std::vector<const char*>& labels, int current, const Hints& hints);
/// The same as one button that steps to the next choice, for a place without room for more.
int stepping(const std::string& name, const std::vector<const char*>& labels, int current, bool on, const Hints& hints);
float segmented_width(const std::vector<const char*>& labels);

/// Text in a colour; never read as a format.
void label(std::string_view text, Color color = colors::text, Font font = Font::body);
/// A text in lines that are no wider than `width`, broken between words.
std::vector<std::string> wrapped(std::string_view text, float width, Font font = Font::body);
/// As many lines of it as there is room for, the last one shortened where more would follow.
void wrapped_text(Canvas& canvas, const Box& box, ImU32 color, std::string_view text, Font font = Font::body);
/// A label in lines that end with the content area.
void paragraph(std::string_view text, Color color = colors::text, Font font = Font::body);
/// One line that is no wider than `width`; a text that was cut is shown in full beside the mouse.
void fitted_label(const std::string& text, float width, Color color = colors::text, Font font = Font::body);
/// The same in a picture; of several texts, the fullest first, the first that fits.
void fitted_text(Canvas& canvas, ImVec2 at, ImU32 color, const std::string& text, float width, Font font = Font::body);
void fitted_text(Canvas& canvas, ImVec2 at, ImU32 color, const std::vector<std::string>& texts, float width,
                 Font font = Font::body);
/// Shows `text` beside the last control while that is hovered; null: nothing.
void hint(const char* text);
/// Shows `text` beside the mouse, broken into lines of at most `width`, or, below 0, as it is.
void tooltip(std::string_view text, Color color = colors::text, float width = -1);
/// Shows `text` below `what`, or above it where the window ends, so that neither covers the other.
void tooltip_beside(const Box& what, std::string_view text, Color color);

}  // namespace tinymor::ui
