#pragma once
// An expression's life as steps: forward, a value appears with each; then backward, each step handing the gradient of
// one value on to its inputs. All steps are taken once on the real tape and remembered, so that any of them can be
// shown.

#include <optional>
#include <string>
#include <vector>

#include "visualizer/explorer/expression.h"

namespace tinymor {

struct Walkthrough {
  /// A box of the picture: a leaf, a constant, or the result of an operation.
  struct Value {
    std::string label;  ///< Its name, or operation and number; a constant's is its value.
    std::string op;     ///< As graph_of calls it.
    Tensor value;
    int computed = 0;         ///< Step after which the value is there.
    int handed_on = 0;        ///< Step in which backward passes here; 0: never.
    Tensor beside = {};       ///< As Expression::beside has it.
    Tensor differences = {};  ///< Of a leaf: its gradient by central differences; NaN where there is none.
    int leaf = -1;            ///< Its place among the expression's leaves.
    struct Sum {
      int step;
      Tensor grad;
    };
    std::vector<Sum> gathered = {};  ///< What its gradient has come to, step by step.
  };
  /// An arrow of the picture: one use of a value.
  struct Use {
    int from, to;      ///< Indices of values.
    int step = 0;      ///< Backward step in which it contributes; 0: never.
    Tensor grad = {};  ///< What it contributes to the gradient of `from`.
    /// The chain rule for single numbers: `grad` is `incoming`, the gradient of `to`, times `local`, the derivative of
    /// `to` by `from` through this use.
    std::optional<double> incoming = {}, local = {};
  };

  Expression expression;
  std::vector<Value> values;  ///< Inputs before results; the result is the last.
  std::vector<Use> uses;      ///< By `to`, in the order of its arguments.
  int forward = 0, steps = 0;

  /// The gradient of a value after a step; undefined when nothing has arrived.
  Tensor grad(int value, int step) const;
  /// The same as the sum that it is: "0.42 + 0.18 = 0.6", with dots for what is still to come; empty at first.
  std::string grad_text(int value, int step) const;
  /// The labels of what a value was computed from: "w, x"; empty for a leaf.
  std::string inputs(int value) const;
  /// What a step did, in a sentence.
  std::string happening(int step) const;
  /// The value that a step computes or hands on; -1: none.
  int active(int step) const;
};

/// Throws InputError as evaluate does.
Walkthrough walk_through(const std::string& text);

/// Whether two gradients of one value are equal as far as differences can tell.
bool agree(const Tensor& grad, const Tensor& differences);

}  // namespace tinymor
