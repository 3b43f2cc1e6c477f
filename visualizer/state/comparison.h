#pragma once
// The runs that are open beside the one that is shown (A): which of them are drawn, and B, the other side of the
// compare panel, which is another run, or another step of A.

#include <array>
#include <string>
#include <vector>

#include "visualizer/runs/axis.h"
#include "visualizer/state/playback.h"
#include "visualizer/state/shown.h"
#include "visualizer/views/run_facts.h"

namespace tinymor {

struct Comparison {
  /// Runs that are drawn at once: there are no more colours that can be told apart.
  static constexpr size_t most_drawn = 7;

  std::vector<Source*> rivals = {};  ///< The other runs.
  Source* other = nullptr;           ///< The rival that is B; null: B is another step of A.
  Shown shown;
  Playback playback;
  bool linked = true;                 ///< Another run is kept at the place of A on the axis of the curves.
  TextZoom columns;                   ///< Of B's text, where it differs from A's.
  std::vector<const Source*> opened;  ///< All runs, in the order in which they were opened; null: one that is gone.
  /// Those in curves, table and race, each at the place that gives it its look; null: the place is free.
  std::array<const Source*, most_drawn> drawn = {};
  bool chosen = false;              ///< A person chose them; else they are all, or of too many the best.
  std::string filter;               ///< The chooser lists the runs whose names contain it.
  const Source* pressed = nullptr;  ///< The run that was pressed last there.
  RunOrder order;                   ///< Of the table of runs, and of the chooser.
  bool scoreboard = false;          ///< Who leads is shown in place of the two pictures.

  /// Notes a run as opened, unless it is already, and draws it where a place is free.
  void open(const Source& run);
  /// Forgets a run that will be gone. No other run takes its place in the order, so that each keeps its own.
  void close(const Source& run);
  /// Its place in that order, from 0.
  size_t place_of(const Source& run) const;

  bool draws(const Source& run) const;
  size_t drawn_count() const;
  /// The rivals that are drawn.
  std::vector<Source*> drawn_rivals() const;
  /// Draws a run, too. The place that became free last is the last to be taken. False when no place is free.
  bool draw(const Source& run);
  /// Draws a run no longer; B is another step of A then where it was that run.
  void leave_out(const Source& run);
  /// Draws A and these rivals alone, most_drawn - 1 at most. B, if it is none of them, becomes the first.
  void draw_only(const Source& a, const std::vector<Source*>& runs);
  /// Draws A and all rivals or, of too many, those with the lowest held-out losses that can be compared with A's.
  void draw_best(const Source& a);

  /// Makes a run B, or, with null, another step of A. B is drawn; where no place is free another rival gives way.
  void compare_with(Source* run);
  /// The place of B among the rivals, from 1; 0: the same run.
  int number() const;
  /// What the button leads to: the first rival that is drawn, the next one, and after the last the same run again.
  Source* next() const;
  /// Brings B up to date: to the place of A, which is at `step`, where the two are linked; else it stays where it is.
  void follow(const Source& a, int64_t step, CurveAxis axis);

 private:
  size_t taken_ = most_drawn - 1;  // the place that was taken last
};

/// The run that B is a step of.
const Source& compared_with(const Source& source, const Comparison& comparison);

struct AppState;
/// Puts B at a place on the axis of the curves. It stays there.
void mark_compared(const Source& source, AppState& state, double place);

}  // namespace tinymor
