#pragma once
// The difference of two runs, or of two steps of one run, as one plain sentence.

#include <string>
#include <vector>

#include "visualizer/views/run_facts.h"

namespace tinymor {

/// What two sides have in common, which says what of them can be compared.
struct Common {
  bool run = false;                  ///< They are two steps of one run.
  bool data = true;                  ///< They learn the same data.
  std::string of = "held-out text";  ///< What their losses are of.
};
/// "x, y and z".
std::string listed(const std::vector<std::string>& all);

/// Who predicts better, and what that costs: "A (mor) and B (vanilla) predict held-out text equally well, as far as one
/// seed can tell (0.542 and 0.546 nats); compared with B, A takes ...". Says only what is known.
std::string difference_of(const RunFacts& a, const RunFacts& b, const Common& common);

}  // namespace tinymor
