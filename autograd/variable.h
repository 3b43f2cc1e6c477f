#pragma once
// Reverse-mode automatic differentiation on a tape that is written while the program runs.
//
// A Variable is a tensor and, where a derivative is wanted, the Node that made it. Every differentiable operation
// (autograd/ops.h) computes its value at once and records a node: which nodes it came from, and how a gradient of its
// result becomes gradients of its inputs. `backward` visits the nodes from the last made to the first and applies those
// rules: the chain rule, one link at a time. Docs: docs/03-autograd.md

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tensor/packed_matrix.h"
#include "tensor/tensor.h"

namespace tinymor {

/// The name of a differentiable operation. All of them are listed here, so that a test can see that each has a gradient
/// check.
class Op {
 public:
  explicit Op(const char* name);
  const char* name() const { return name_; }
  static const std::vector<const Op*>& all();

 private:
  const char* name_;
};

struct Node;

/// Sees what one use of a value contributes to its gradient: `node` gives `grad` to its input i.
using ContributionHook = std::function<void(const Node& node, size_t i, const Tensor& grad)>;

/// Where an operation's backward puts the gradients of its inputs.
class InputGrads {
 public:
  InputGrads(const Node& node, const ContributionHook& seen) : node_(node), seen_(seen) {}
  /// Whether input i wants a gradient at all; one that is not wanted need not be computed.
  bool needs(size_t i) const;
  /// Adds `grad`, which must have input i's shape, to what other uses of that input contributed.
  void add(size_t i, Tensor grad);

 private:
  const Node& node_;
  const ContributionHook& seen_;
};

/// Turns the gradient of an operation's result into gradients of its inputs.
using Backward = std::function<void(const Tensor& grad, InputGrads& inputs)>;
/// Computes an operation's result once more.
using Recipe = std::function<Tensor()>;
/// Sees a gradient that is complete, before it flows on, and may change it.
using GradHook = std::function<void(Tensor& grad)>;

/// One entry of the tape: a leaf (a parameter) or the result of an operation.
struct Node {
  const Op* op = nullptr;  ///< null for a leaf
  std::string name;        ///< given to parameters by their owner
  Shape shape;
  uint64_t order = 0;                         ///< creation number: inputs always have smaller ones
  std::vector<std::shared_ptr<Node>> inputs;  ///< null where no gradient is wanted
  Backward backward;                          ///< empty for leaves
  std::shared_ptr<const Recipe> recipe;       ///< null unless computing the value again is cheaper than keeping it
  std::vector<GradHook> hooks;
  Tensor pending;  ///< what the backward pass under way has gathered
  Tensor grad;     ///< what passes have left; leaves always keep it, others when asked to
  bool retains_grad = false;
  std::shared_ptr<const PackedMatrix> packed;  ///< of a leaf; see Variable::pack
  bool spent = false;                          ///< a backward pass was here and freed what it needed
  Tensor value;                                ///< only under KeepValues, like the next
  std::vector<Tensor> input_values;            ///< so that constants can be shown too

  ~Node();
};

/// Whether a backward pass frees the graph that it walks.
enum class Graph { free, retain };

class Variable {
 public:
  Variable() = default;
  /// A constant: no gradient will flow into it.
  Variable(Tensor value) : value_(std::move(value)) {}
  template <class Number>
  requires std::is_arithmetic_v<Number> Variable(Number value) : value_(value) {}
  /// A leaf that gathers gradients.
  static Variable parameter(Tensor value, std::string name = "");

  bool defined() const { return value_.defined(); }
  const Tensor& value() const { return value_; }
  const Shape& shape() const { return value_.shape(); }
  int64_t rank() const { return value_.rank(); }
  int64_t dim(int64_t axis) const { return value_.dim(axis); }
  /// The only number, of a loss for example. Throws unless there is exactly one.
  Real item() const { return value_.item(); }
  /// For optimizers and checkpoints: the numbers themselves, to be changed in place between two graphs.
  Tensor& mutable_value();

  /// For a model that is only used: from now on `linear` reads these weights packed, in this format, unless it records
  /// for a backward pass. Changing the numbers ends it. Throws unless this is a leaf with a matrix.
  void pack(WeightFormat format);
  /// Null where it is not packed.
  const PackedMatrix* packed() const { return node_ ? node_->packed.get() : nullptr; }

  bool requires_grad() const { return node_ != nullptr; }
  bool is_leaf() const;
  /// The gradient gathered so far; undefined when nothing has arrived.
  const Tensor& grad() const;
  void zero_grad();
  const std::string& name() const;
  /// Names it in graphs and messages. Throws for a constant.
  void set_name(std::string name);

  /// Asks for the gradient of a value that is not a leaf to be kept as well.
  void retain_grad();
  /// Calls `hook` in every backward pass with the gradient of this value, once all uses have contributed.
  void add_hook(GradHook hook);

  /// The same value, cut off from the tape.
  Variable detach() const { return Variable(value_); }

  /// Adds d(this)/d(leaf) to every leaf this was computed from. This must have one element, or `cotangent` must be
  /// given in its shape. Frees the graph on the way unless told to retain it. Throws when there is no graph, or when it
  /// was walked before and freed.
  void backward(Graph after = Graph::free) const;
  void backward(const Tensor& cotangent, Graph after = Graph::free) const;

  const std::shared_ptr<Node>& node() const { return node_; }

 private:
  friend void put_on_tape(Variable&, const Op&, std::span<const Variable>, Backward, Recipe);

  Tensor value_;
  std::shared_ptr<Node> node_;
};

/// Its numbers, as a tensor is printed.
std::ostream& operator<<(std::ostream& out, const Variable& x);

/// Whether an operation with these inputs goes on the tape: one of them needs a gradient, and recording is on in this
/// thread.
bool goes_on_tape(std::span<const Variable> inputs);
void put_on_tape(Variable& result, const Op& op, std::span<const Variable> inputs, Backward backward, Recipe recipe);
/// `value` as it came. Throws where anomalies are looked for and it has one.
Variable checked_result(const Op& op, Tensor value);

/// The result of an operation, on the tape if it goes there; if not, nothing is kept for a backward and nothing is
/// allocated. An operation whose value costs less to compute again than to keep gives the recipe for it, and keeps what
/// the recipe needs as numbers.
template <class B, class R = Recipe>
Variable record(const Op& op, std::span<const Variable> inputs, Tensor value, B&& backward, R&& recipe = {}) {
  Variable result = checked_result(op, std::move(value));
  if (goes_on_tape(inputs)) put_on_tape(result, op, inputs, std::forward<B>(backward), std::forward<R>(recipe));
  return result;
}
template <class B, class R = Recipe>
Variable record(const Op& op, std::initializer_list<Variable> inputs, Tensor value, B&& backward, R&& recipe = {}) {
  return record(op, std::span(inputs.begin(), inputs.size()), std::move(value), std::forward<B>(backward),
                std::forward<R>(recipe));
}

/// A tensor kept for the backward, or the recipe for it. Using a tensor after it was changed in place throws instead of
/// giving a wrong gradient.
class Saved {
 public:
  explicit Saved(Tensor value) : value_(std::move(value)), version_(value_.version()) {}
  /// Keeps the recipe where the operation that made `x` has one.
  explicit Saved(const Variable& x);
  Tensor get() const;

 private:
  Tensor value_;
  uint64_t version_ = 0;
  std::shared_ptr<const Recipe> recipe_;
};

/// The same for ids and indices.
class SavedIds {
 public:
  explicit SavedIds(IntTensor value) : value_(std::move(value)), version_(value_.version()) {}
  const IntTensor& get() const;

 private:
  IntTensor value_;
  uint64_t version_;
};

/// Every node that `result` was computed from, latest first, so that a node comes before all of its inputs; `result`'s
/// own is the first. Empty for a constant.
std::vector<std::shared_ptr<Node>> tape_of(const Variable& result);

/// A backward pass that waits between two nodes, so that it can be watched. Variable::backward takes
/// all of its steps.
class BackwardPass {
 public:
  /// Begins with the gradient of `result`, in its shape. Throws when there is no graph, or when it was freed.
  BackwardPass(const Variable& result, const Tensor& cotangent, Graph after = Graph::free);
  BackwardPass(const BackwardPass&) = delete;
  BackwardPass& operator=(const BackwardPass&) = delete;
  /// Drops what a pass that ends early has gathered, which must not reach the next one.
  ~BackwardPass();

  /// The node whose turn it is, the latest made first: all its users have contributed. Null at the end.
  const Node* next() const { return at_ < tape_.size() ? tape_[at_].get() : nullptr; }
  /// Hands the gradient of `next()` on to its inputs.
  void step(const ContributionHook& seen = {});

 private:
  std::vector<std::shared_ptr<Node>> tape_;
  size_t at_ = 0;
  Graph after_;
};

/// A switch of this thread that is on, or off, while the object lives.
class ThreadSwitch {
 public:
  ThreadSwitch(const ThreadSwitch&) = delete;
  ThreadSwitch& operator=(const ThreadSwitch&) = delete;

 protected:
  explicit ThreadSwitch(bool& on, bool value = true) : on_(on), before_(on) { on = value; }
  ~ThreadSwitch() { on_ = before_; }

 private:
  bool& on_;
  bool before_;
};

/// Operations record nothing.
struct NoGrad : ThreadSwitch {
  NoGrad();
};
/// Operations record again, within NoGrad.
struct WithGrad : ThreadSwitch {
  WithGrad();
};
/// Whether operations of this thread record.
bool recording();

/// The first operation whose value or gradient has a NaN or an infinity throws an Error that names it. Slow: for
/// looking for the cause of trouble.
struct DetectAnomaly : ThreadSwitch {
  DetectAnomaly();
};

/// Nodes keep their values, and their gradients when backward retains the graph, so that the graph can be shown.
struct KeepValues : ThreadSwitch {
  KeepValues();
};

}  // namespace tinymor
