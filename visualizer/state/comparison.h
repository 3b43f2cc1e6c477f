#pragma once
// B, the other side of the compare panel: another run, or another step of the run that is shown (A).

#include <vector>

#include "visualizer/runs/axis.h"
#include "visualizer/state/playback.h"
#include "visualizer/state/shown.h"
#include "visualizer/views/run_facts.h"

namespace tinymor {

struct Comparison {
  std::vector<Source*> rivals = {};  ///< Other runs, whose curves are drawn too.
  Source* other = nullptr;           ///< The rival that is B; null: B is another step of A.
  Shown shown;
  Playback playback;
  bool linked = true;                 ///< Another run is kept at the place of A on the axis of the curves.
  TextZoom columns;                   ///< Of B's text, where it differs from A's.
  std::vector<const Source*> opened;  ///< All runs, in the order in which they were opened; null: one that is gone.
  RunOrder order;                     ///< Of the table of runs.
  bool scoreboard = false;            ///< Who leads is shown in place of the two pictures.

  /// Notes a run as opened, unless it is already.
  void open(const Source& run);
  /// Forgets a run that will be gone. No other run takes its place, so that each keeps its own.
  void close(const Source& run);
  /// Its place in that order, from 0.
  size_t place_of(const Source& run) const;

  /// Makes a run B, or, with null, another step of A.
  void compare_with(Source* run);
  /// The place of B among the rivals, from 1; 0: the same run.
  int number() const;
  /// What the button leads to: the first rival, the next one, and after the last the same run again.
  Source* next() const;
  /// Brings B up to date: to the place of A, which is at `step`, where the two are linked; else it stays where it is.
  void follow(const Source& a, int64_t step, CurveAxis axis);
};

/// The run that B is a step of.
const Source& compared_with(const Source& source, const Comparison& comparison);

struct AppState;
/// Puts B at a place on the axis of the curves. It stays there.
void mark_compared(const Source& source, AppState& state, double place);

}  // namespace tinymor
