#include "autograd/variable.h"

#include <algorithm>
#include <atomic>
#include <unordered_set>

#include "tensor/error.h"
#include "tensor/ops.h"

namespace tinymor {
namespace {

std::vector<const Op*>& all_ops() {
  static std::vector<const Op*> ops;
  return ops;
}

thread_local bool recording = true;
std::atomic<uint64_t> nodes_made{0};

/// Every node that `root` depends on, itself included, latest first: a node comes before all of its inputs.
std::vector<std::shared_ptr<Node>> tape_from(const std::shared_ptr<Node>& root) {
  std::vector<std::shared_ptr<Node>> tape{root};
  std::unordered_set<const Node*> seen{root.get()};
  for (size_t i = 0; i < tape.size(); ++i) {
    const std::shared_ptr<Node> node = tape[i];
    for (const std::shared_ptr<Node>& input : node->inputs)
      if (input && seen.insert(input.get()).second) tape.push_back(input);
  }
  std::sort(tape.begin(), tape.end(), [](const auto& a, const auto& b) { return a->order > b->order; });
  return tape;
}

void accumulate(Node& node, Tensor grad) {
  check(grad.shape() == node.shape, "[{}] a gradient of shape {} came for a value of shape {}",
        node.op ? node.op->name() : node.name, grad.shape(), node.shape);
  if (node.grad.defined()) {
    add_into(node.grad, grad);
  } else {
    // No two nodes may share a buffer: the next addition into one would change the other.
    node.grad = grad.sole_owner() && grad.contiguous() ? std::move(grad) : grad.clone();
  }
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
  if (needs(i)) accumulate(*node_.inputs[i], std::move(grad));
}

Node::~Node() {
  // A long chain would otherwise be destroyed by as many nested calls.
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

void Variable::backward() const {
  check(value_.defined() && value_.count() == 1,
        "[backward] starts from one number, not from shape {} (sum it, or give a cotangent)", value_.shape());
  backward(Tensor::full(value_.shape(), 1));
}

void Variable::backward(const Tensor& cotangent) const {
  check(node_ != nullptr, "[backward] nothing here depends on a parameter, or recording was off");
  check(!node_->spent,
        "[backward] this graph was walked before and its saved values are gone (compute the value again)");
  accumulate(*node_, cotangent.clone());
  for (const std::shared_ptr<Node>& node : tape_from(node_)) {
    if (!node->op) continue;
    check(!node->spent,
          "[backward] part of this graph ({}) was walked before and its saved values are gone (compute the "
          "value again)",
          node->op->name());
    if (node->grad.defined()) {
      InputGrads inputs(*node);
      node->backward(node->grad, inputs);
    }
    node->spent = true;
    node->backward = nullptr;
    node->grad = Tensor();
    node->inputs.clear();
  }
}

Variable record(const Op& op, std::initializer_list<Variable> inputs, Tensor value, Backward backward) {
  Variable result(std::move(value));
  const bool wanted = std::any_of(inputs.begin(), inputs.end(), [](const Variable& v) { return v.requires_grad(); });
  if (!recording || !wanted) return result;
  result.node_ = std::make_shared<Node>();
  Node& node = *result.node_;
  node.op = &op;
  node.shape = result.value_.shape();
  node.order = nodes_made++;
  for (const Variable& input : inputs) node.inputs.push_back(input.node());
  node.backward = std::move(backward);
  return result;
}

const Tensor& Saved::get() const {
  check(value_.version() == version_,
        "[backward] a value of shape {} that its gradient needs was changed in place after it was used (change a copy)",
        value_.shape());
  return value_;
}

NoGrad::NoGrad() : before_(recording) {
  recording = false;
}
NoGrad::~NoGrad() {
  recording = before_;
}

}  // namespace tinymor
