#pragma once
// What the language of the autograd explorer offers: its functions by name, what their backward does in words, and
// expressions to begin with.

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
};
std::span<const Function> expression_functions();

/// a @ b for a matrix a; a vector b is the input of a linear layer with the weights a. Throws Error.
Variable matrix_product(const Variable& a, const Variable& b);

/// How the gradient g of an operation's result y becomes those of its inputs, for people: "da = g b, db = g a"; empty
/// for an operation that the language does not use.
const char* backward_rule(const std::string& op);

struct ExpressionPreset {
  const char *name, *text, *hint;
};
const std::vector<ExpressionPreset>& expression_presets();

}  // namespace tinymor
