#include "autograd/recompute.h"

#include <algorithm>

#include "tensor/error.h"

namespace tinymor {
namespace {

const Op recompute_op("recompute");

}  // namespace

// y = f(x): dx is what a graph of f, made now, gives for g
Variable recompute(const std::function<Variable(const std::vector<Variable>&)>& f,
                   const std::vector<Variable>& inputs) {
  check(!recording() || std::any_of(inputs.begin(), inputs.end(), [](const Variable& x) { return x.requires_grad(); }),
        "[recompute] no input wants a gradient, so that parameters used inside would get none either");
  std::vector<Saved> kept;
  for (const Variable& x : inputs) kept.emplace_back(x);
  Tensor value;
  {
    const NoGrad off;
    value = f(inputs).value();
  }
  return record(recompute_op, inputs, std::move(value), [f, kept](const Tensor& g, InputGrads& in) {
    std::vector<Variable> again;
    for (size_t i = 0; i < kept.size(); ++i)
      again.push_back(in.needs(i) ? Variable::parameter(kept[i].get()) : Variable(kept[i].get()));
    const WithGrad on;  // the pass may have been started where nothing else is recorded
    const Variable y = f(again);
    if (!y.requires_grad()) return;
    y.backward(g);
    for (size_t i = 0; i < again.size(); ++i)
      if (in.needs(i) && again[i].grad().defined()) in.add(i, again[i].grad());
  });
}

}  // namespace tinymor
