#pragma once
// A table of the runs that are open: what each is, what it costs and how well it predicts, as of its newest step.

#include <functional>
#include <string>
#include <vector>

#include "visualizer/draw/canvas.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

struct RunRow {
  const Source* run;
  size_t place;  ///< In the order in which runs were opened, from 0.
  RunFacts facts;
  double behind;     ///< Its held-out loss minus the lowest of those that can be compared with A's; NaN: it cannot.
  std::string side;  ///< "A", "B" or empty.
  bool drawn = true;
};
/// Of the runs that are drawn, in the order that the table has.
std::vector<RunRow> run_rows(const Source& source, const AppState& state);
/// Of all that are open.
std::vector<RunRow> all_run_rows(const Source& source, const AppState& state);

/// "3 runs", or "7 of 40 runs" where not all are drawn.
std::string drawn_words(const Comparison& comparison);

/// "run mor (A): MoR, ..., 0.542 nats held out (the best), 5.98 layers per token, ...", what is known.
std::string run_line(const RunRow& row);

/// How high the table is with all its rows.
float runs_table_height(size_t rows);
/// What the table of runs is for.
struct RunsTableUse {
  const char* name;                                    ///< Of its controls.
  bool ticks;                                          ///< Rows begin with a box that tells whether the run is drawn.
  std::function<void(const RunRow& row)> press;        ///< What a press on a row does, ...
  std::function<const char*(const RunRow& row)> hint;  ///< ... and what is said of that; null: nothing.
};
/// Columns for which there is no room are left out, the least important first. A press on a column's name (NAME.sort.N)
/// sorts by it, and again turns the order round; rows are NAME.run.N, by the place of the run.
void draw_runs_table(Canvas& canvas, const Box& box, const std::vector<RunRow>& rows, AppState& state,
                     const RunsTableUse& use);
/// The same where a press on a run makes it B.
void draw_runs_table(Canvas& canvas, const Box& box, const std::vector<RunRow>& rows, AppState& state);

}  // namespace tinymor
