#pragma once
// The small language of the autograd explorer. A text such as
//
//   x = 2; w = 0.5; b = -0.4
//   y = tanh(w*x + b)
//
// is computed with the operations of autograd/ops.h, on the real tape. Assignments are separated by semicolons or new
// lines, and the last value is the result. A number, vector [1, 2] or matrix [[1, 2], [3, 4]] is a leaf when it has a
// name of its own, and a constant otherwise. Operators: + - * / @ (matrix product) ^ (whole powers), and functions.

#include <map>
#include <string>
#include <vector>

#include "autograd/variable.h"

namespace tinymor {

struct Expression {
  struct Leaf {
    Variable value;
    size_t begin, end;  ///< Where its number is in the text.
  };
  std::string text;
  Variable result;
  std::vector<Leaf> leaves;  ///< In the order of the text.
  /// What an operation works with that is no value on the tape: the factor of a scale, the targets of a cross entropy.
  std::map<const Node*, Tensor> beside = {};
};

/// Computes `text` under KeepValues; leaves named in `instead` have those values. Throws InputError that says what is
/// wrong and where, also for what is too large to be looked at: 200 values, of 64 numbers each.
Expression evaluate(const std::string& text, const std::map<std::string, Tensor>& instead = {});

/// The expression's text with another value for one of its leaves.
std::string with_value(const Expression& expression, const Expression::Leaf& leaf, const Tensor& value);

/// A scalar, vector or matrix as the language writes it; each number in full, or in a few digits.
std::string value_text(const Tensor& value, bool full = false);

}  // namespace tinymor
