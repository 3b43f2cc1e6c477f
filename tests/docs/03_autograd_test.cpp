// The numbers of docs/03-autograd.md, computed again. If you change one, change the other.

#include <functional>

#include "autograd/graph.h"
#include "autograd/ops.h"
#include "autograd/optim.h"
#include "autograd/recompute.h"
#include "support/catch.h"
#include "tensor/error.h"
#include "tensor/memory.h"

using namespace tinymor;

namespace {

Variable number(Real value, const char* name) {
  return Variable::parameter(Tensor(value), name);
}

}  // namespace

TEST_CASE("chapter 3: y = a b gives a and b its gradients") {
  const Variable a = number(3, "a"), b = number(2, "b");
  const Variable y = a * b;
  CHECK(y.item() == 6);
  y.backward();
  CHECK(a.grad().item() == 2);
  CHECK(b.grad().item() == 3);
  CHECK((3.01 * 2 - 6) / 0.01 == Approx(2));
}

TEST_CASE("chapter 3: in y = a b + a both uses of a contribute") {
  const Variable a = number(3, "a"), b = number(2, "b");
  const Variable y = a * b + a;
  y.backward();
  CHECK(y.item() == 9);
  CHECK(a.grad().item() == 3);
  CHECK(b.grad().item() == 3);
}

TEST_CASE("chapter 3: y = (a + b) a has the gradients of its exercise on paper") {
  const Variable a = number(3, "a"), b = number(2, "b");
  ((a + b) * a).backward();
  CHECK(a.grad().item() == 8);
  CHECK(b.grad().item() == 3);
}

TEST_CASE("chapter 3: in the right order two doublings give 4, too early they give 6, and twenty have 1048576 paths") {
  const Variable a = number(3, "a");
  Variable b = a + a, c = b + b;
  CHECK(c.item() == 12);
  b.retain_grad();
  c.backward();
  CHECK(b.grad().item() == 2);
  CHECK(a.grad().item() == 4);

  // Passing on what has gathered each time something arrives: 6 instead of 4.
  double db = 0, da = 0;
  for (int use = 0; use < 2; ++use) {
    db += 1;
    da += 2 * db;
  }
  CHECK(da == 6);
  // Passing on each arrival by itself is right and walks every path: 2^n of them.
  const std::function<int64_t(int)> walks = [&](int levels) {
    return levels == 0 ? int64_t(1) : walks(levels - 1) + walks(levels - 1);
  };
  CHECK(walks(2) == 4);
  CHECK(walks(20) == 1048576);

  Variable doubled = a;
  for (int i = 0; i < 20; ++i) doubled = doubled + doubled;
  CHECK(tape_of(doubled).size() == 21);
}

TEST_CASE("chapter 3: the gradient of a row that was broadcast is the sum over the rows") {
  const Variable x = Variable::parameter(Tensor::zeros({2, 3})), b = Variable::parameter(Tensor::zeros({3}));
  (x + b).backward(Tensor({2, 3}, {1, 2, 3, 4, 5, 6}));
  CHECK(b.grad().to_vector() == std::vector<Real>{5, 7, 9});
  CHECK(x.grad().to_vector() == std::vector<Real>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("chapter 3: detach cuts, a retained graph is walked twice, and a hook changes a gradient") {
  const Variable a = number(3, "a"), b = number(2, "b");
  (a * b.detach()).backward();
  CHECK(a.grad().item() == 2);
  CHECK_FALSE(b.grad().defined());

  Variable x = number(3, "x");
  const Variable y = x * x;
  y.backward(Graph::retain);
  y.backward();
  CHECK(x.grad().item() == 12);
  CHECK_THROWS_WITH(y.backward(),
                    "[backward] this graph was walked before and its saved values are gone "
                    "(compute the value again, or retain the graph)");
  x.zero_grad();
  x.add_hook([](Tensor& g) { g = g * Real(0.5); });
  (x * x).backward();
  CHECK(x.grad().item() == 3);
}

TEST_CASE("chapter 3: a saved value that was changed is an error") {
  Variable x = number(3, "x");
  const Variable y = x * x;
  x.mutable_value().fill(5);
  CHECK_THROWS_WITH(y.backward(),
                    "[backward] a value of shape [] that its gradient needs was changed in "
                    "place after it was used (change a copy)");
}

TEST_CASE("chapter 3: a value with a recipe is not kept, in its bytes") {
  const Variable x = Variable::parameter(Tensor::ones({4, 8})), w = Variable::parameter(Tensor::ones({8})),
                 head = Variable::parameter(Tensor::ones({5, 8}));
  const auto bytes_of = [&](const std::function<Variable()>& f) {
    const int64_t before = memory_stats().live_bytes;
    const Variable y = f();
    return (memory_stats().live_bytes - before) / int64_t(sizeof(Real)) * 4;  // in float32
  };
  // y [4,5] takes 80 bytes, and 1/rms of four rows 16.
  CHECK(bytes_of([&] { return linear(rms_norm(x, w, Real(1e-5)), head); }) == 96);
  // x * w has no recipe: its 128 bytes stay as well.
  CHECK(bytes_of([&] { return linear(x * w, head); }) == 208);
}

TEST_CASE("chapter 3: recompute keeps the inputs only, in its bytes") {
  const Variable x = Variable::parameter(Tensor::full({1000}, Real(0.9)));
  const auto square_ten_times = [](const std::vector<Variable>& in) {
    Variable y = in[0];
    for (int i = 0; i < 10; ++i) y = y * y;
    return y;
  };
  const auto bytes_of = [&](const std::function<Variable()>& f) {
    const int64_t before = memory_stats().live_bytes;
    const Variable y = f();
    return (memory_stats().live_bytes - before) / int64_t(sizeof(Real)) * 4;
  };
  CHECK(bytes_of([&] { return square_ten_times({x}); }) == 40000);
  CHECK(bytes_of([&] { return recompute(square_ten_times, {x}); }) == 4000);
}

TEST_CASE("chapter 3: anomaly mode names the operation") {
  const DetectAnomaly on;
  const Variable x = number(0, "x");
  CHECK_THROWS_WITH(x / x, "[div] made NaN or infinity in a value of shape []");
  CHECK_THROWS_WITH(sqrt(x).backward(),
                    "[sqrt] its backward gave input 0 of shape [] a gradient with NaN or "
                    "infinity (made by x)");
}

TEST_CASE("chapter 3: differences of x^3 at 2 have the errors of its table") {
  const auto f = [](double x) { return x * x * x; };
  CHECK((f(2.1) - f(2)) / 0.1 == Approx(12.61));
  CHECK((f(2.1) - f(1.9)) / 0.2 == Approx(12.01));
  CHECK((f(2.01) - f(1.99)) / 0.02 == Approx(12.0001));
  // The error of the central difference, computed in float and in double.
  const auto error = [](auto two, double eps) {
    using T = decltype(two);
    const T above = two + T(eps), below = two - T(eps);
    return double(above * above * above - below * below * below) / (2 * eps) - 12;
  };
  struct Row {
    double eps, in_float, in_double;
  };
  for (const Row& row : {Row{1e-1, 0.01, 0.01}, Row{1e-2, 8e-5, 1e-4}, Row{1e-3, -1.5e-4, 1e-6},
                         Row{1e-4, -0.005, 1e-8}, Row{1e-5, 0.016, 2e-10}, Row{1e-6, -0.56, 3e-10}}) {
    INFO("eps " << row.eps);
    CHECK(error(2.0f, row.eps) == Approx(row.in_float).epsilon(0.06));
    CHECK(error(2.0, row.eps) == Approx(row.in_double).epsilon(0.2));
  }
}

TEST_CASE("chapter 3: the graph of its multiplication is its Graphviz text") {
  const KeepValues on;
  const Variable a = number(3, "a"), b = number(2, "b");
  const Variable y = a * b;
  y.backward(Graph::retain);
  CHECK(graphviz(graph_of(y)) == R"(digraph {
  rankdir=LR;
  node [shape=box, fontname=sans];
  n0 [label="parameter a\n[]\nvalue 3\ngrad 2"];
  n1 [label="parameter b\n[]\nvalue 2\ngrad 3"];
  n2 [label="mul\n[]\nvalue 6\ngrad 1"];
  n0 -> n2;
  n1 -> n2;
}
)");
}

TEST_CASE("chapter 3: the optimizers' first steps down x^2 from 3 are those it shows") {
  const auto path = [](auto make, double clip) {
    Variable x = number(3, "x");
    auto optimizer = make(std::vector<Variable*>{&x});
    std::vector<double> places;
    for (int step = 0; step < 2; ++step) {
      (x * x).backward();
      clip_grad_norm({&x}, clip);
      optimizer.step();
      optimizer.zero_grad();
      places.push_back(x.item());
    }
    return places;
  };
  const auto sgd = [](SGD::Options options) { return [=](auto parameters) { return SGD(parameters, options); }; };
  const auto adamw = [](auto parameters) { return AdamW(parameters, {.lr = 0.1}); };
  CHECK(path(sgd({.lr = 0.1}), 100)[0] == Approx(2.4));
  CHECK(path(sgd({.lr = 0.1}), 100)[1] == Approx(1.92));
  CHECK(path(sgd({.lr = 0.1, .momentum = 0.9}), 100)[0] == Approx(2.4));
  CHECK(path(sgd({.lr = 0.1, .momentum = 0.9}), 100)[1] == Approx(1.38));
  CHECK(path(adamw, 100)[0] == Approx(2.9));
  CHECK(path(sgd({.lr = 0.1}), 1)[0] == Approx(2.9));
}
