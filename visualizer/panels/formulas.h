#pragma once
// What routers and the shared block did with one token, as formulas with its numbers put in.

#include <vector>

#include "visualizer/panels/token_line.h"
#include "visualizer/runs/source.h"

namespace tinymor {

/// Whose formulas.
struct Inspected {
  const TextView& view;
  int token = 0;
  const RouterConfig& router;
  bool training = false;  ///< The best of the text go on, instead of those whose score reaches the bar.
  double bar = 0.5;
  bool gates = true;    ///< The gates are known.
  bool forced = false;  ///< Its depth is, whatever the score.
  int without = 0;      ///< The recursion, from 1, that leaves all states as they came; 0: none.
  bool sources = true;  ///< Its numbers have sources in other panels.
  const char* what = "token";
};

/// One or two lines for every recursion: the decision, and the new state.
std::vector<TokenLine> formulas(const Inspected& inspected);

}  // namespace tinymor
