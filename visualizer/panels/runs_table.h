#pragma once
// A table of the runs that are open: what each is, what it costs and how well it predicts, as of its newest step.

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
};
/// In the order that the table has.
std::vector<RunRow> run_rows(const Source& source, const AppState& state);

/// "run mor (A): MoR, ..., 0.542 nats held out (the best), 5.98 layers per token, ...", what is known.
std::string run_line(const RunRow& row);

/// How high the table is with all its rows.
float runs_table_height(size_t rows);
/// Columns for which there is no room are left out, the least important first. A press on a column's name
/// (compare.sort.N) sorts by it, and again turns the order round; one on a run (compare.run.N, by its place) makes it
/// B.
void draw_runs_table(Canvas& canvas, const Box& box, const std::vector<RunRow>& rows, AppState& state);

}  // namespace tinymor
