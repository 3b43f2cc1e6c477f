#pragma once
// A panel: one picture of the run with a name, a caption that says what is shown, and the same as plain text.

#include <memory>
#include <optional>
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
  /// Its name on the command line, in layouts and in tags; lower case, stable.
  const char* name() const { return name_; }
  const char* title() const { return title_; }
  /// What is shown: which rule, which step, which units.
  virtual std::string caption(const Source& source, const AppState& state) const = 0;
  /// Switches beside the title, from `right` leftwards; returns how far they reach.
  virtual float controls(const Source&, AppState&, float right) { return right; }
  /// Draws into the rest of the current ImGui window: the picture, or why there is none.
  void draw(const Source& source, AppState& state, Canvas& canvas);
  /// The same as text, for people who do not see the picture and for scripts: the caption, then the lines below it.
  std::string text(const Source& source, const AppState& state) const;
  /// The numbers of the picture.
  virtual Table table(const Source& source, const AppState& state) const = 0;

 protected:
  /// Why there is no picture, in a few words; empty when there is one.
  virtual std::string missing(const Source&, const AppState&) const { return ""; }
  /// Draws the picture through `canvas` or with widgets; only where nothing is missing.
  virtual void draw_picture(const Source& source, AppState& state, Canvas& canvas) = 0;
  /// What the picture says, in lines that each end with a newline; only where nothing is missing.
  virtual std::string lines(const Source& source, const AppState& state) const = 0;

 private:
  const char *name_, *title_;
};

/// Null when no panel has this name.
std::unique_ptr<Panel> make_panel(const std::string& name);
/// Every panel, in the order of the text report.
std::vector<std::unique_ptr<Panel>> make_panels();

/// The free rest of the current window.
Box free_box();
/// Marks `box` as used in the window's layout.
void take_box(const Box& box);
/// Why a panel of the watched text is empty.
std::string no_text(const Source& source);
/// What a panel says when there is no room for its picture.
inline constexpr const char* too_small = "too small: press F for the whole window";

/// All panels point at this token now; a click pins it, or lets go of it.
void point_at(AppState& state, TokenRef token, bool clicked);
/// The rule that a picture of one rule shows: the causal one also where both are compared.
RuleView rule_in_force(const AppState& state);
/// The token that all panels point at, and the one that is pinned, where it is one of the first `tokens` of `subject`.
std::optional<int> selected_in(const AppState& state, Subject subject, int tokens);
std::optional<int> pinned_in(const AppState& state, Subject subject, int tokens);

/// The newest outcome of an experiment, when it is of the watched text and what the controls ask for, or failed; else
/// null.
const ExperimentOutcome* outcome_in_force(const Source& source, const AppState& state);

/// What such an experiment made of the image that is told of; null where there is none.
const ImageTrace* changed_image(const Source& source, const AppState& state);
/// The trace that such an experiment made of the whole text of `subject`; null where there is none.
const Trace* changed_trace(const Source& source, const AppState& state, Subject subject);
/// The text as the panels of one token show it: with what the experiment in force changed, if there is one.
TextView text_in_force(const Source& source, const AppState& state, Subject subject);
/// The score from which on the causal rule lets a token go on there.
double bar_in_force(const Source& source, const AppState& state, Subject subject);

/// Says that something is missing at this step and offers to record it where a run goes on, or to compute it where its
/// last weights are at hand.
void draw_not_recorded(const Source& source, AppState& state, const char* what);
/// A sentence in the middle of an empty panel.
void draw_empty(Canvas& canvas, const Box& box, const std::string& text);

}  // namespace tinymor
