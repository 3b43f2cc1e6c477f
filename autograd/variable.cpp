#include "autograd/variable.h"

#include <algorithm>
#include <atomic>
#include <ostream>
#include <unordered_set>
#include <utility>

#include "tensor/error.h"
#include "tensor/ops.h"

namespace tinymor {
namespace {

std::vector<const Op*>& all_ops() {
  static std::vector<const Op*> ops;
  return ops;
}

thread_local bool no_grad = false, detect_anomaly = false, keep_values = false;
std::atomic<uint64_t> nodes_made{0};

const char* name_of(const Node& node) {
  if (node.op) return node.op->name();
  return node.name.empty() ? "leaf" : node.name.c_str();
}

/// The same numbers in a buffer that no other handle uses.
Tensor owned(Tensor x) {
  return x.sole_owner() && x.contiguous() ? std::move(x) : x.clone();
}

/// sum += x. A buffer that others hold is left alone: two inputs may have been given the same one.
void add_to(Tensor& sum, Tensor x) {
  if (!sum.defined()) {
    sum = std::move(x);
  } else if (sum.sole_owner() && sum.contiguous()) {
    add_into(sum, x);
  } else {
    sum = sum + x;
  }
}

/// A gradient arrives at `node`. A leaf without hooks needs no place to gather it first.
void receive(Node& node, Tensor grad) {
  check(grad.shape() == node.shape, "[{}] a gradient of shape {} came for a value of shape {}", name_of(node),
        grad.shape(), node.shape);
  const bool directly = !node.op && node.hooks.empty();
  if (directly && !node.grad.defined()) grad = owned(std::move(grad));
  add_to(directly ? node.grad : node.pending, std::move(grad));
}

/// All uses of the node have contributed: shows the gradient to the hooks, keeps it if wanted, and returns it.
Tensor complete(Node& node) {
  Tensor grad = std::exchange(node.pending, Tensor());
  if (!node.hooks.empty()) grad = owned(std::move(grad));
  for (const GradHook& hook : node.hooks) {
    hook(grad);
    check(grad.shape() == node.shape, "[{}] a hook made a gradient of shape {} for a value of shape {}", name_of(node),
          grad.shape(), node.shape);
  }
  if (!node.op || node.retains_grad) add_to(node.grad, node.op ? grad.clone() : grad);
  return grad;
}

void free_graph(Node& node) {
  node.spent = true;
  node.backward = nullptr;
  node.recipe = nullptr;
  node.inputs.clear();
}

}  // namespace

Op::Op(const char* name) : name_(name) {
  all_ops().push_back(this);
}

const std::vector<const Op*>& Op::all() {
  return all_ops();
}

bool InputGrads::needs(size_t i) const {
  return node_.inputs[i] != nullptr;
}

void InputGrads::add(size_t i, Tensor grad) {
  if (!needs(i)) return;
  if (detect_anomaly)
    check(all_finite(grad), "[{}] its backward gave input {} of shape {} a gradient with NaN or infinity (made by {})",
          name_of(node_), i, grad.shape(), name_of(*node_.inputs[i]));
  if (seen_) seen_(node_, i, grad);
  receive(*node_.inputs[i], std::move(grad));
}

Node::~Node() {
  // Otherwise each node of a long chain would be destroyed in a call from the one before it.
  std::vector<std::shared_ptr<Node>> dying = std::move(inputs);
  while (!dying.empty()) {
    std::shared_ptr<Node> node = std::move(dying.back());
    dying.pop_back();
    if (node && node.use_count() == 1) {
      for (auto& input : node->inputs) dying.push_back(std::move(input));
      node->inputs.clear();
    }
  }
}

Variable Variable::parameter(Tensor value, std::string name) {
  Variable leaf(std::move(value));
  leaf.node_ = std::make_shared<Node>();
  leaf.node_->name = std::move(name);
  leaf.node_->shape = leaf.value_.shape();
  leaf.node_->order = nodes_made++;
  return leaf;
}

Tensor& Variable::mutable_value() {
  if (node_) node_->packed = nullptr;
  return value_;
}

void Variable::pack(WeightFormat format) {
  check(is_leaf(), "[pack] only parameters can be packed");
  node_->packed = std::make_shared<PackedMatrix>(value_, format);
}

bool Variable::is_leaf() const {
  return node_ && !node_->op;
}

const Tensor& Variable::grad() const {
  check(node_ != nullptr, "[grad] a constant has no gradient");
  return node_->grad;
}

void Variable::zero_grad() {
  if (node_) node_->grad = Tensor();
}

const std::string& Variable::name() const {
  static const std::string none;
  return node_ ? node_->name : none;
}

void Variable::set_name(std::string name) {
  check(node_ != nullptr, "[set_name] a constant has no place for the name {}", name);
  node_->name = std::move(name);
}

void Variable::retain_grad() {
  check(node_ != nullptr, "[retain_grad] a constant has no gradient");
  node_->retains_grad = true;
}

void Variable::add_hook(GradHook hook) {
  check(node_ != nullptr, "[add_hook] a constant has no gradient");
  node_->hooks.push_back(std::move(hook));
}

void Variable::backward(Graph after) const {
  check(value_.defined() && value_.count() == 1,
        "[backward] starts from one number, not from shape {} (sum it, or give a cotangent)", value_.shape());
  backward(Tensor::full(value_.shape(), 1), after);
}

void Variable::backward(const Tensor& cotangent, Graph after) const {
  BackwardPass pass(*this, cotangent, after);
  while (pass.next()) pass.step();
}

BackwardPass::BackwardPass(const Variable& result, const Tensor& cotangent, Graph after) : after_(after) {
  check(result.requires_grad(), "[backward] nothing here depends on a parameter, or recording was off");
  check(!result.node()->spent,
        "[backward] this graph was walked before and its saved values are gone (compute the value again, or retain the "
        "graph)");
  tape_ = tape_of(result);
  receive(*result.node(), cotangent);
}

BackwardPass::~BackwardPass() {
  for (const std::shared_ptr<Node>& node : tape_) node->pending = Tensor();
}

void BackwardPass::step(const ContributionHook& seen) {
  Node& node = *tape_[at_++];
  check(!node.spent,
        "[backward] part of this graph ({}) was walked before and its saved values are gone (compute the value again, "
        "or retain the graph)",
        name_of(node));
  if (node.pending.defined()) {
    const Tensor grad = complete(node);
    InputGrads inputs(node, seen);
    if (node.op) node.backward(grad, inputs);
  }
  if (node.op && after_ == Graph::free) free_graph(node);
}

std::ostream& operator<<(std::ostream& out, const Variable& x) {
  return out << x.value();
}

Variable checked_result(const Op& op, Tensor value) {
  if (detect_anomaly)
    check(all_finite(value), "[{}] made NaN or infinity in a value of shape {}", op.name(), value.shape());
  return Variable(std::move(value));
}

bool goes_on_tape(std::span<const Variable> inputs) {
  return !no_grad && std::any_of(inputs.begin(), inputs.end(), [](const Variable& v) { return v.requires_grad(); });
}

void put_on_tape(Variable& result, const Op& op, std::span<const Variable> inputs, Backward backward, Recipe recipe) {
  result.node_ = std::make_shared<Node>();
  Node& node = *result.node_;
  node.op = &op;
  node.shape = result.value_.shape();
  node.order = nodes_made++;
  for (const Variable& input : inputs) node.inputs.push_back(input.node());
  node.backward = std::move(backward);
  if (recipe) node.recipe = std::make_shared<const Recipe>(std::move(recipe));
  if (keep_values) {
    node.retains_grad = true;
    node.value = result.value_;
    for (const Variable& input : inputs) node.input_values.push_back(input.value());
  }
}

Saved::Saved(const Variable& x) {
  if (x.node() && x.node()->recipe) {
    recipe_ = x.node()->recipe;
  } else {
    value_ = x.value();
    version_ = value_.version();
  }
}

namespace {

template <class T>
const T& unchanged(const T& value, uint64_t version) {
  check(value.version() == version,
        "[backward] a value of shape {} that its gradient needs was changed in place after it was used (change a copy)",
        value.shape());
  return value;
}

}  // namespace

Tensor Saved::get() const {
  return recipe_ ? (*recipe_)() : unchanged(value_, version_);
}

const IntTensor& SavedIds::get() const {
  return unchanged(value_, version_);
}

std::vector<std::shared_ptr<Node>> tape_of(const Variable& result) {
  if (!result.node()) return {};
  std::vector<std::shared_ptr<Node>> tape{result.node()};
  std::unordered_set<const Node*> seen{result.node().get()};
  for (size_t i = 0; i < tape.size(); ++i) {
    const std::shared_ptr<Node> node = tape[i];
    for (const std::shared_ptr<Node>& input : node->inputs)
      if (input && seen.insert(input.get()).second) tape.push_back(input);
  }
  std::sort(tape.begin(), tape.end(), [](const auto& a, const auto& b) { return a->order > b->order; });
  return tape;
}

NoGrad::NoGrad() : ThreadSwitch(no_grad) {}
WithGrad::WithGrad() : ThreadSwitch(no_grad, false) {}
DetectAnomaly::DetectAnomaly() : ThreadSwitch(detect_anomaly) {}
KeepValues::KeepValues() : ThreadSwitch(keep_values) {}

bool recording() {
  return !no_grad;
}

}  // namespace tinymor
