#include "autograd/recompute.h"

#include "autograd/linear.h"
#include "autograd/ops.h"
#include "support/catch.h"
#include "tensor/error.h"
#include "tensor/memory.h"

using namespace tinymor;

namespace {

/// A block with a parameter of its own and something wide inside.
struct Block {
  Random random{3};
  Linear wide{8, 512, random}, narrow{512, 8, random};
  Variable operator()(const Variable& x) const { return x + narrow(dropout(tanh(wide(x)), 0.1, Random(4))); }
};

}  // namespace

TEST_CASE("recomputation gives the same gradients to the bit, parameters inside included") {
  const Block block;
  const Variable x = Variable::parameter(Tensor::full({16, 8}, Real(0.3)));
  sum(block(block(x))).backward();
  const auto direct = x.grad().to_vector(), inside = block.wide.weight.grad().to_vector();
  Block again;
  const Variable y = Variable::parameter(Tensor::full({16, 8}, Real(0.3)));
  const auto f = [&](const std::vector<Variable>& in) { return again(in[0]); };
  sum(recompute(f, {recompute(f, {y})})).backward();
  CHECK(y.grad().to_vector() == direct);
  CHECK(again.wide.weight.grad().to_vector() == inside);
}

TEST_CASE("a recomputed block keeps its inputs and nothing else") {
  const Block block;
  const Variable x = Variable::parameter(Tensor::full({64, 8}, 1));
  const int64_t before = memory_stats().live_bytes;
  const Variable direct = block(x);
  const int64_t kept = memory_stats().live_bytes - before;
  const Variable frugal = recompute([&](const std::vector<Variable>& in) { return block(in[0]); }, {x});
  CHECK(memory_stats().live_bytes - before - kept == frugal.value().count() * int64_t(sizeof(Real)));
  CHECK(kept > 64 * 512 * int64_t(sizeof(Real)));
}

TEST_CASE("recomputation without an input that wants a gradient is refused") {
  const Block block;
  const Variable constant(Tensor::zeros({2, 8}));
  const auto f = [&](const std::vector<Variable>& in) { return block(in[0]); };
  CHECK_THROWS_WITH(recompute(f, {constant}), ContainsSubstring("[recompute] no input wants a gradient"));
  const NoGrad off;
  CHECK(recompute(f, {constant}).shape() == Shape{2, 8});
}

TEST_CASE("recompute gives its gradients also when backward is called where nothing is recorded") {
  const Variable x = Variable::parameter(Tensor({1}, {3}));
  const Variable y = recompute([](const std::vector<Variable>& in) { return in[0] * in[0]; }, {x});
  const NoGrad off;
  y.backward();
  REQUIRE(x.grad().defined());
  CHECK(x.grad().item() == 6);
}
