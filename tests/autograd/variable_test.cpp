#include "autograd/variable.h"

#include <cmath>
#include <sstream>

#include "autograd/ops.h"
#include "support/catch.h"
#include "tensor/error.h"
#include "tensor/memory.h"

using namespace tinymor;

namespace {

Variable leaf(std::initializer_list<Real> values) {
  return Variable::parameter(Tensor({int64_t(values.size())}, values), "x");
}

}  // namespace

TEST_CASE("a value used several times gathers the gradient of every use") {
  const Variable x = leaf({3});
  const Variable y = x + x;
  const Variable z = y + y;
  sum(z).backward();
  CHECK(x.grad().item() == 4);
}

TEST_CASE("item is the only number of a value, and refused where there are several") {
  CHECK(mean(leaf({1, 2, 6})).item() == 3);
  CHECK(max(leaf({1, 2, 6})).item() == 6);
  CHECK(min(leaf({3, 2, 6})).item() == 2);
  CHECK_THROWS_WITH(leaf({1, 2}).item(), "[item] [2] does not have exactly one element");
}

TEST_CASE("a variable and its shape are printed as tensors are") {
  std::ostringstream out;
  out << leaf({1, 2}) * 2 << " " << leaf({1, 2}).shape();
  CHECK(out.str() == "[2. 4.] [2]");
}

TEST_CASE("the gradient of a smallest element goes to it") {
  const Variable x = leaf({3, 2, 6});
  (min(x) * 5).backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{0, 5, 0});
}

TEST_CASE("inputs of one op never share a gradient buffer") {
  const Variable a = leaf({1}), b = leaf({2});
  const Variable y = a + b;         // both get the same gradient,
  sum(y + scale(a, 5)).backward();  // and then only a's grows
  CHECK(a.grad().item() == 6);
  CHECK(b.grad().item() == 1);
}

TEST_CASE("gradients of several backward passes add up until zero_grad") {
  Variable x = leaf({2});
  sum(mul(x, x)).backward();
  sum(mul(x, x)).backward();
  CHECK(x.grad().item() == 8);
  x.zero_grad();
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("a second backward says that the graph is spent") {
  const Variable x = leaf({2});
  const Variable y = mul(x, x), z = sum(y);
  z.backward();
  CHECK_THROWS_WITH(z.backward(), ContainsSubstring("walked before"));
  CHECK_THROWS_WITH(sum(exp(y)).backward(), ContainsSubstring("part of this graph (mul)"));
}

TEST_CASE("a saved value that was changed in place is an error, not a wrong gradient") {
  Variable x = leaf({2, 3});
  const Variable y = sum(mul(x, x));
  x.mutable_value().fill(7);
  CHECK_THROWS_WITH(y.backward(), ContainsSubstring("changed in place"));
}

TEST_CASE("nothing is recorded under NoGrad or from constants") {
  const Variable x = leaf({2});
  {
    const NoGrad off;
    CHECK_FALSE(mul(x, x).requires_grad());
  }
  CHECK(mul(x, x).requires_grad());
  CHECK_FALSE(mul(x.detach(), x.detach()).requires_grad());
  CHECK_THROWS_WITH(x.detach().backward(), ContainsSubstring("nothing here depends on a parameter"));
}

TEST_CASE("backward starts from one number or a cotangent of the right shape") {
  const Variable x = leaf({1, 2});
  CHECK_THROWS_WITH(mul(x, x).backward(), ContainsSubstring("one number, not from shape [2]"));
  CHECK_THROWS_WITH(mul(x, x).backward(Tensor(Shape{3})), ContainsSubstring("[3]"));
  mul(x, x).backward(Tensor({2}, {1, 10}));
  CHECK(x.grad().at({1}) == 40);
}

TEST_CASE("a chain of a hundred thousand ops is walked and freed without recursion") {
  const Variable x = leaf({1});
  Variable y = x;
  for (int i = 0; i < 100000; ++i) y = scale(y, 1);
  sum(y).backward();
  CHECK(x.grad().item() == 1);
  Variable unused = x;
  for (int i = 0; i < 100000; ++i) unused = scale(unused, 1);
}

TEST_CASE("after backward only leaves and their gradients are alive") {
  const Variable x = leaf({1, 2, 3});
  const int64_t before = memory_stats().live_bytes;
  {
    const Variable y = sum(exp(mul(x, x)));
    y.backward();
  }
  CHECK(memory_stats().live_bytes == before + int64_t(3 * sizeof(Real)));
}

TEST_CASE("shapes that do not fit are named before anything is computed") {
  const Variable a = Variable(Tensor::zeros({4, 3})), b = Variable(Tensor::zeros({4, 5}));
  CHECK_THROWS_WITH(matmul(a, b), ContainsSubstring("[matmul] [4,3] x [4,5]: inner sizes 3 and 4 differ"));
  CHECK_THROWS_WITH(add(a, b), ContainsSubstring("[add] [4,3] and [4,5] do not broadcast"));
  CHECK_THROWS_WITH(linear(a, b), ContainsSubstring("[linear]"));
  CHECK_THROWS_WITH(cross_entropy(a, IntTensor({4}, {0, 1, 2, 3})), ContainsSubstring("target 3"));
  CHECK_THROWS_WITH(gather_rows(a, IntTensor({1}, {4})), ContainsSubstring("index 4"));
}

TEST_CASE(
    "clamp lets the gradient through from its lower limit to its upper one, and refuses them the wrong way round") {
  const Variable x = Variable::parameter(Tensor({5}, {-2, -1, 0, 2, 3}));
  sum(clamp(x, -1, 2)).backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{0, 1, 1, 1, 0});
  CHECK_THROWS_WITH(clamp(x, 2, -1), ContainsSubstring("[clamp] no number is from 2 to -1"));
}

TEST_CASE("a retained graph can be walked again, and gradients add up") {
  const Variable x = leaf({2});
  const Variable y = sum(exp(mul(x, x)));
  y.backward(Graph::retain);
  const Real once = x.grad().item();
  CHECK(once == Approx(4 * std::exp(4.0)));
  y.backward();
  CHECK(x.grad().item() == Approx(2 * once));
  CHECK_THROWS_WITH(y.backward(), ContainsSubstring("walked before"));
}

TEST_CASE("the gradient of an intermediate value is kept on request") {
  const Variable x = leaf({1, 2});
  Variable y = mul(x, x), z = exp(y);
  y.retain_grad();
  sum(z).backward();
  CHECK(y.grad().to_vector() == z.value().to_vector());
  CHECK_FALSE(z.grad().defined());
  CHECK_THROWS_WITH(x.detach().retain_grad(), ContainsSubstring("constant"));
}

TEST_CASE("a hook sees the whole gradient of a value and may change it") {
  Variable x = leaf({1, 2}), y = scale(x, 3);
  std::vector<std::vector<Real>> seen;
  y.add_hook([&](Tensor& grad) {
    seen.push_back(grad.to_vector());
    grad = grad * Real(10);
  });
  x.add_hook([&](Tensor& grad) { seen.push_back(grad.to_vector()); });
  sum(y + y).backward();
  CHECK(seen == std::vector<std::vector<Real>>{{2, 2}, {60, 60}});
  CHECK(x.grad().to_vector() == std::vector<Real>{60, 60});
  sum(x).backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{61, 61});
  y = scale(x, 1);
  y.add_hook([](Tensor& grad) { grad = Tensor::zeros({3}); });
  CHECK_THROWS_WITH(sum(y).backward(), ContainsSubstring("a hook made a gradient of shape [3]"));
}

TEST_CASE("a hook that writes into its gradient changes no other input's") {
  Variable a = leaf({1}), b = leaf({1});
  a.add_hook([](Tensor& grad) { grad.fill(7); });
  sum(a + b).backward();
  CHECK(a.grad().item() == 7);
  CHECK(b.grad().item() == 1);
}

TEST_CASE("anomaly mode names the op that made the first NaN or infinity") {
  const Variable x = leaf({0, 1});
  const DetectAnomaly on;
  CHECK_THROWS_WITH(exp(scale(log(x), 0)), ContainsSubstring("[log] made NaN or infinity in a value of shape [2]"));
  // A value may be finite and its slope not: sqrt at 0.
  CHECK_THROWS_WITH(sum(sqrt(scale(x, 2))).backward(),
                    ContainsSubstring("[sqrt] its backward gave input 0") && ContainsSubstring("made by scale"));
  sum(mul(x, x)).backward();
}

TEST_CASE("in-place ops are on the tape") {
  const Variable x = leaf({1, 2});
  Variable y = scale(x, 3);
  const Real* memory = y.value().data();
  add_in_place(y, x);
  scale_in_place(y, 5);
  CHECK(y.value().data() == memory);
  CHECK(y.value().to_vector() == std::vector<Real>{20, 40});
  sum(y).backward();
  CHECK(x.grad().to_vector() == std::vector<Real>{20, 20});
}

TEST_CASE("in-place ops are refused where they would corrupt a value or a gradient") {
  Variable x = leaf({1, 2});
  CHECK_THROWS_WITH(add_in_place(x, x),
                    ContainsSubstring("a leaf, which gathers gradients, cannot be changed on the tape"));
  Variable y = scale(x, 3);
  const Variable view = reshape(y, {2, 1});
  CHECK_THROWS_WITH(scale_in_place(y, 2), ContainsSubstring("something else holds these numbers"));
  Variable z = scale(x, 3), saved = mul(z, z);
  CHECK_THROWS_WITH(add_in_place(z, x), ContainsSubstring("[add_in_place] something else holds"));
  CHECK_THROWS_WITH(add_in_place(saved, leaf({1, 2, 3})), ContainsSubstring("expand"));
  {
    const NoGrad off;
    add_in_place(x, Variable(Tensor({2}, {1, 1})));
  }
  CHECK(x.value().to_vector() == std::vector<Real>{2, 3});
  CHECK(x.requires_grad());
}

TEST_CASE("ids that a gradient needs and that were changed in place are an error too") {
  IntTensor ids({2}, {0, 1});
  const Variable x = Variable::parameter(Tensor::ones({2, 2}), "x");
  const Variable y = sum(gather_rows(x, ids));
  ids.fill(0);
  CHECK_THROWS_WITH(y.backward(), ContainsSubstring("changed in place"));
}

TEST_CASE("a value that repeats its elements is not added to in place") {
  const Variable x = leaf({1, 2});
  Variable y = expand(scale(x, 1), {3, 2});  // three rows, but one in memory
  const Tensor rows({3, 2}, {10, 20, 30, 40, 50, 60});
  CHECK_THROWS_WITH(add_in_place(y, rows), ContainsSubstring("repeats its elements"));
  Tensor repeated = Tensor::zeros({2}).expand({3, 2});
  CHECK_THROWS_WITH(add_into(repeated, rows), ContainsSubstring("repeats its elements"));
  CHECK_THROWS_WITH(repeated.copy_from(rows), ContainsSubstring("repeats its elements"));
}

TEST_CASE("a backward pass that failed leaves nothing behind for the next one") {
  Variable x = leaf({3}), w = leaf({5});
  x.add_hook([](Tensor&) {});  // so that x gathers before it keeps
  const Variable square = w * w, y = scale(x, 2) + square;
  w.mutable_value().fill(1);
  CHECK_THROWS_AS(y.backward(), Error);
  scale(x, 10).backward();
  CHECK(x.grad().item() == 10);
}

TEST_CASE("rotary heads without width are refused") {
  CHECK_THROWS_WITH(RopeTable(4, 0, 10000), ContainsSubstring("[rope]"));
}

TEST_CASE("a backward pass that waits between nodes shows every contribution and ends as one that does not") {
  const auto graph = [](const Variable& x) {
    const Variable square = x * x;
    return sum(square + exp(x));
  };
  const Variable x = Variable::parameter(Tensor({3}, {0.1f, -0.7f, 1.3f})),
                 same = Variable::parameter(x.value().clone());
  graph(same).backward();
  const Variable y = graph(x);
  std::vector<std::string> users;
  Tensor added;
  BackwardPass pass(y, Tensor(1));
  CHECK(pass.next() == y.node().get());
  while (pass.next()) {
    pass.step([&](const Node& node, size_t i, const Tensor& grad) {
      if (node.inputs[i] != x.node()) return;
      users.push_back(node.op->name() + std::to_string(i));
      added = added.defined() ? added + grad : grad.clone();
    });
  }
  CHECK(users == std::vector<std::string>{"exp0", "mul0", "mul1"});
  CHECK(x.grad().to_vector() == same.grad().to_vector());
  CHECK(added.to_vector() == same.grad().to_vector());
}

TEST_CASE("a backward pass that ends early leaves nothing behind for the next one") {
  const Variable x = Variable::parameter(Tensor(3)), square = x * x, y = square * square;
  {
    BackwardPass pass(y, Tensor(1), Graph::retain);
    pass.step();
    CHECK(square.node()->pending.item() == 18);
  }
  y.backward();
  CHECK(x.grad().item() == 108);
}
