#pragma once
// A panel: one picture of the run with a name, a sentence that says what is seen, and the same as plain text.

#include <memory>
#include <string>
#include <vector>

#include "visualizer/draw/fields.h"
#include "visualizer/draw/table.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

class Panel {
 public:
  Panel(const char* name, const char* title) : name_(name), title_(title) {}
  virtual ~Panel() = default;
  /// How the command line, layouts and tags call it; lower case, stable.
  const char* name() const { return name_; }
  const char* title() const { return title_; }
  /// What is seen: which rule, which step, which units.
  virtual std::string caption(const Source& source, const AppState& state) const = 0;
  /// Switches that stand beside the title, from `right` leftwards; returns how far they reach.
  virtual float controls(const Source&, AppState&, float right) { return right; }
  /// Draws into the rest of the current ImGui window, through `canvas` or with widgets.
  virtual void draw(const Source& source, AppState& state, Canvas& canvas) = 0;
  /// The same for people who do not see it, and for scripts.
  virtual std::string text(const Source& source, const AppState& state) const = 0;
  /// The numbers of the picture.
  virtual Table table(const Source& source, const AppState& state) const = 0;

 private:
  const char *name_, *title_;
};

/// Null when there is none of this name.
std::unique_ptr<Panel> make_panel(const std::string& name);
/// Every panel, in the order of the text report.
std::vector<std::unique_ptr<Panel>> make_panels();

/// The free rest of the current window.
Box free_box();
/// Takes the place of `box` in the window's layout.
void take_box(const Box& box);
/// Why a panel of the probe text is empty.
std::string no_text(const Source& source);
/// Says that something is missing at this step and offers to record it where a run goes on, or to compute it where its
/// last weights are at hand.
void draw_not_recorded(const Source& source, AppState& state, const char* what);
/// A sentence in the middle of an empty panel.
void draw_empty(Canvas& canvas, const Box& box, const std::string& text);

}  // namespace tinymor
