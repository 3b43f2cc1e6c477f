#pragma once
// How backward came to a gradient, written out: the derivative of each operation in the explorer's own language, with
// the names of the values and with their numbers.

#include <set>
#include <string>
#include <vector>

#include "visualizer/explorer/walkthrough.h"

namespace tinymor {

/// What a use contributes to the gradient of its input, in names: "\u2202y/\u2202c * b".
std::string contribution_in_names(const Walkthrough& walk, const Walkthrough::Use& use);
/// The same in numbers: "0.5 * 3"; with `full` each number in full, so that the text can be computed again.
std::string contribution_in_numbers(const Walkthrough& walk, const Walkthrough::Use& use, bool full = false);

/// How the gradient of a value came to be, as of a step.
struct GradientFormula {
  std::string sum;                      ///< "\u2202y/\u2202w = ... = 0.5 \u00b7 3 = 1.5", or the sum of its parts.
  std::vector<std::string> parts = {};  ///< Of a value that is used several times: one for each use, latest first.
};
GradientFormula gradient_formula(const Walkthrough& walk, int value, int step);

/// How the gradient of an operation's result becomes those of its inputs: "How mul hands on a gradient g: da = g * b,
/// db = g * a." None of its letters is a name in `taken`. Empty for an operation that the language does not use.
std::string backward_rule(const std::string& op, std::set<std::string> taken = {});

}  // namespace tinymor
