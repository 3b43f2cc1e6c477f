#include "visualizer/explorer/walkthrough.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <unordered_map>

#include "autograd/graph.h"
#include "tensor/error.h"
#include "visualizer/explorer/formula.h"

namespace tinymor {
namespace {

/// (f(x + h) - f(x - h)) / 2h for every number of a leaf, by computing the whole text anew.
Tensor central_differences(const Expression& e, const Expression::Leaf& leaf) {
  const Tensor& x = leaf.value.value();
  Tensor slopes(x.shape());
  const auto f = [&](int64_t i, Real change) {
    Tensor moved = x.clone();
    Real& number = moved.mutable_data()[i];
    number += change;
    return std::pair(evaluate(e.text, {{leaf.value.name(), moved}}).result.value().item(), number);
  };
  for (int64_t i = 0; i < x.count(); ++i) {
    // Near 1 % of x, where the error of the formula and that of rounding to float are about equally small.
    const Real h = std::max(std::abs(x.to_vector()[i]), Real(0.125)) / 128;
    try {
      const auto [above, right] = f(i, h);
      const auto [below, left] = f(i, -h);
      slopes.mutable_data()[i] = (above - below) / (right - left);
    } catch (const InputError&) {  // it can only be a whole number
      slopes.mutable_data()[i] = std::numeric_limits<Real>::quiet_NaN();
    }
  }
  return slopes;
}

/// Takes the real backward pass and notes what every step did.
void walk_backward(Walkthrough& walk, const std::unordered_map<const Node*, int>& place) {
  const Variable& result = walk.expression.result;
  const Tensor one = Tensor::full(result.shape(), 1);
  walk.values.back().gathered.push_back({walk.steps + 1, one});
  BackwardPass pass(result, one, Graph::retain);
  while (const Node* node = pass.next()) {
    if (!node->op) {  // a leaf keeps what it has
      pass.step();
      continue;
    }
    const int at = place.at(node), step = ++walk.steps;
    walk.values[at].handed_on = step;
    size_t first = 0;
    while (walk.uses[first].to != at) ++first;
    pass.step([&](const Node&, size_t i, const Tensor& grad) {
      Walkthrough::Use& use = walk.uses[first + i];
      use.step = step;
      use.grad = grad.clone();
      const Tensor& from_above = walk.values[at].gathered.back().grad;
      if (from_above.count() != 1 || grad.count() != 1 || from_above.item() == 0) return;
      use.incoming = from_above.item();
      use.local = grad.item() / from_above.item();
    });
    for (const auto& input : node->inputs) {
      if (!input) continue;
      const Tensor& sum = input->op ? input->pending : input->grad;
      if (sum.defined()) walk.values[place.at(input.get())].gathered.push_back({step, sum.clone()});
    }
  }
}

}  // namespace

Walkthrough walk_through(const std::string& text) {
  Walkthrough walk;
  walk.expression = evaluate(text);
  std::unordered_map<const Node*, int> place;
  for (const GraphNode& node : graph_of(walk.expression.result)) {
    const int at = int(walk.values.size());
    Walkthrough::Value value{node.name, node.op, node.value};
    if (const auto found = walk.expression.beside.find(node.node); found != walk.expression.beside.end())
      value.beside = found->second;
    if (node.op == "constant") value.label = value_text(node.value);
    if (!node.inputs.empty()) value.computed = ++walk.forward;
    if (value.label.empty()) value.label = fmt::format("{} #{}", node.op, walk.forward);
    for (int64_t input : node.inputs) walk.uses.push_back({int(input), at});
    if (node.node) place[node.node] = at;
    walk.values.push_back(std::move(value));
  }
  walk.steps = walk.forward;
  const bool one_number = walk.values.back().value.count() == 1;
  if (one_number) walk_backward(walk, place);
  for (size_t i = 0; i < walk.expression.leaves.size(); ++i) {
    const auto found = place.find(walk.expression.leaves[i].value.node().get());
    if (found == place.end()) continue;  // nothing uses it
    Walkthrough::Value& value = walk.values[found->second];
    value.leaf = int(i);
    if (one_number) value.differences = central_differences(walk.expression, walk.expression.leaves[i]);
  }
  return walk;
}

Tensor Walkthrough::grad(int value, int step) const {
  Tensor grad;
  for (const Value::Sum& sum : values[value].gathered)
    if (sum.step <= step) grad = sum.grad;
  return grad;
}

std::string Walkthrough::grad_text(int value, int step) const {
  const Tensor sum = grad(value, step);
  if (!sum.defined()) return "";
  std::string parts;
  int arrived = 0;
  bool more = false;
  for (auto use = uses.rbegin(); use != uses.rend(); ++use) {  // backward visits the latest user first
    if (use->from != value || use->step == 0) continue;
    if (use->step > step)
      more = true;
    else
      parts += (arrived++ > 0 ? " + " : "") + value_text(use->grad);
  }
  if (more) return parts + " + ...";
  return arrived > 1 ? parts + " = " + value_text(sum) : value_text(sum);
}

std::string Walkthrough::inputs(int value) const {
  std::string labels;
  for (const Use& use : uses)
    if (use.to == value) labels += (labels.empty() ? "" : ", ") + values[use.from].label;
  return labels;
}

int Walkthrough::active(int step) const {
  for (size_t i = 0; i < values.size() && step > 0; ++i)
    if (values[i].computed == step || values[i].handed_on == step) return int(i);
  return -1;
}

std::string Walkthrough::happening(int step) const {
  const int at = active(step);
  if (at < 0) return "The leaves have their values. Step forward to compute what follows from them.";
  const Value& value = values[at];
  std::string out;
  if (step <= forward) {
    out = fmt::format("Forward: {} = {}({}) = {}.", value.label, value.op, inputs(at), value_text(value.value));
    if (step == steps) out += " Backward starts from one number: end with sum(...) or mean(...) to go on.";
    return out;
  }
  out = fmt::format("Backward: {} has the gradient {}", value.label, value_text(grad(at, step)));
  std::string given;
  for (const Use& use : uses)
    if (use.step == step)
      given +=
          fmt::format("{} {} to {}", given.empty() ? " and gives" : ",", value_text(use.grad), values[use.from].label);
  std::set<std::string> names;
  for (const Value& each : values) names.insert(each.label);
  return out + given + ". " + backward_rule(value.op, names);
}

bool agree(const Tensor& grad, const Tensor& differences) {
  const std::vector<Real> a = grad.to_vector(), b = differences.to_vector();
  for (size_t i = 0; i < a.size(); ++i)
    if (!(std::abs(a[i] - b[i]) <= Real(0.002) + Real(0.01) * std::abs(a[i]))) return false;
  return true;
}

}  // namespace tinymor
