#pragma once
// Reverse-mode automatic differentiation on a tape that is written while the program runs.
//
// A Variable is a tensor and, where a derivative is wanted, the Node that made it. Every differentiable operation
// (autograd/ops.h) computes its value at once and records a node: which nodes it came from, and how a gradient of its
// result becomes gradients of its inputs. `backward` visits the nodes from the last made to the first and applies those
// rules: the chain rule, one link at a time.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace tinymor {

/// The name of a differentiable operation. Every one that exists is known here, so that a test can see that none goes
/// without a gradient check.
class Op {
 public:
  explicit Op(const char* name);
  const char* name() const { return name_; }
  static const std::vector<const Op*>& all();

 private:
  const char* name_;
};

struct Node;

/// Where an operation's backward leaves the gradients of its inputs.
class InputGrads {
 public:
  explicit InputGrads(const Node& node) : node_(node) {}
  /// Whether input i wants a gradient at all; computing one for nobody can be skipped.
  bool needs(size_t i) const;
  /// Adds `grad`, which must have input i's shape, to what other uses of that input contributed.
  void add(size_t i, Tensor grad);

 private:
  const Node& node_;
};

/// Turns the gradient of an operation's result into gradients of its inputs.
using Backward = std::function<void(const Tensor& grad, InputGrads& inputs)>;

/// One entry of the tape: a leaf (a parameter) or the result of an operation.
struct Node {
  const Op* op = nullptr;  ///< null for a leaf
  std::string name;        ///< given to parameters by their owner
  Shape shape;
  uint64_t order = 0;                         ///< creation number: inputs always have smaller ones
  std::vector<std::shared_ptr<Node>> inputs;  ///< null where no gradient is wanted
  Backward backward;                          ///< empty for leaves
  Tensor grad;                                ///< undefined until something arrives; kept for leaves only
  bool spent = false;                         ///< backward has passed here and freed what it needed

  ~Node();
};

class Variable {
 public:
  Variable() = default;
  /// A constant: no gradient will flow into it.
  Variable(Tensor value) : value_(std::move(value)) {}
  /// A leaf that gathers gradients.
  static Variable parameter(Tensor value, std::string name);

  bool defined() const { return value_.defined(); }
  const Tensor& value() const { return value_; }
  const Shape& shape() const { return value_.shape(); }
  int64_t dim(int64_t axis) const { return value_.dim(axis); }
  /// For optimizers and checkpoints: the numbers themselves, to be changed in place between two graphs.
  Tensor& mutable_value() { return value_; }

  bool requires_grad() const { return node_ != nullptr; }
  /// The gradient gathered so far; undefined when nothing has arrived.
  const Tensor& grad() const;
  void zero_grad();
  const std::string& name() const;

  /// The same value, cut off from the tape.
  Variable detach() const { return Variable(value_); }

  /// Adds d(this)/d(leaf) to every leaf this was computed from. This must have one element, or `cotangent` must be
  /// given in its shape; frees the graph on the way. Throws when there is no graph, or when it was walked before.
  void backward() const;
  void backward(const Tensor& cotangent) const;

  const std::shared_ptr<Node>& node() const { return node_; }

 private:
  friend Variable record(const Op&, std::initializer_list<Variable>, Tensor, Backward);

  Tensor value_;
  std::shared_ptr<Node> node_;
};

/// The result of an operation, on the tape if any input is and recording is on in this thread.
Variable record(const Op& op, std::initializer_list<Variable> inputs, Tensor value, Backward backward);

/// A tensor kept for the backward. Using it after it was changed in place throws instead of giving a wrong gradient.
class Saved {
 public:
  explicit Saved(Tensor value) : value_(std::move(value)), version_(value_.version()) {}
  const Tensor& get() const;

 private:
  Tensor value_;
  uint64_t version_;
};

/// While one lives, operations of this thread record nothing.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;

 private:
  bool before_;
};

}  // namespace tinymor
