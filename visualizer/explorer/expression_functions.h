#pragma once
// What the language of the autograd explorer offers: its functions by name, and expressions to begin with.

#include <span>
#include <string>
#include <vector>

#include "autograd/variable.h"

namespace tinymor {

/// A function of one value, or of two.
struct Function {
  const char* name;
  Variable (*of_one)(const Variable&);
  Variable (*of_two)(const Variable&, const Variable&) = nullptr;
  Tensor (*beside)(std::span<const Variable> arguments) = nullptr;  ///< What Expression::beside has of it.
};
std::span<const Function> expression_functions();

/// a @ b for a matrix a; a vector b is the input of a linear layer with the weights a. Throws Error.
Variable matrix_product(const Variable& a, const Variable& b);

struct ExpressionPreset {
  const char *name, *text, *hint;
};
const std::vector<ExpressionPreset>& expression_presets();

}  // namespace tinymor
