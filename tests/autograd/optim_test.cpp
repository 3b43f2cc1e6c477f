#include "autograd/optim.h"

#include <cmath>
#include <functional>
#include <limits>
#include <memory>

#include "autograd/ops.h"
#include "support/catch.h"
#include "tensor/error.h"

using namespace tinymor;

namespace {

struct Line {
  Variable w = Variable::parameter(Tensor({2, 2}, {1, -2, Real(0.5), 3}), "w");
  Variable b = Variable::parameter(Tensor({2}, {Real(0.25), -1}), "b");

  void backward(int step) {
    const Variable y = linear(Tensor({2}, {1, 2}), w) + b;
    (sum(y * y) * (step + 1) / 4).backward();
  }
  std::vector<Real> numbers() const {
    std::vector<Real> all = w.value().to_vector();
    for (Real number : b.value().to_vector()) all.push_back(number);
    return all;
  }
};

using Make = std::function<std::unique_ptr<Optimizer>(Line&)>;

Make sgd(SGD::Options options) {
  return [=](Line& line) { return std::make_unique<SGD>(std::vector<Variable*>{&line.w, &line.b}, options); };
}

void take_steps(Line& line, Optimizer& optimizer, int first, int end) {
  for (int step = first; step < end; ++step) {
    line.backward(step);
    optimizer.step();
    optimizer.zero_grad();
  }
}

/// What torch.optim makes of the same four steps, in double precision.
const std::vector<std::pair<Make, std::vector<double>>> like_torch{
    {sgd({.lr = 0.05}), {1.3983375, -1.203325, -0.296675, 1.40665, 0.6483375, -1.796675}},
    {sgd({.lr = 0.05, .weight_decay = 0.1}), {1.3714396, -1.1777188, -0.2925055, 1.3752881, 0.6363275, -1.7627297}},
    {sgd({.lr = 0.02, .momentum = 0.9, .weight_decay = 0.1}),
     {1.3879011, -1.1520268, -0.3209091, 1.3220963, 0.6514332, -1.793845}},
    {sgd({.lr = 0.02, .momentum = 0.9, .nesterov = true}),
     {1.4824953, -1.0350094, -0.4649906, 1.0700188, 0.7324953, -1.9649906}},
    {[](Line& line) {
       return std::make_unique<AdamW>(std::vector<Variable*>{&line.w, &line.b}, AdamW::Options{.lr = 0.1});
     },
     {1.3911775, -1.5968405, 0.1064569, 2.5964719, 0.6457656, -1.3921375}},
    {[](Line& line) {
       return std::make_unique<AdamW>(
           std::vector<ParameterGroup>{{{&line.w}}, {{&line.b}, 10}},
           AdamW::Options{.lr = 0.05, .beta1 = 0.8, .beta2 = 0.9, .eps = 1e-3, .weight_decay = 0.1});
     },
     {1.1772791, -1.7631114, 0.2935633, 2.7439126, 2.2361923, -2.9799275}}};

}  // namespace

TEST_CASE("optimizers move parameters as PyTorch's do") {
  for (const auto& [make, expected] : like_torch) {
    Line line;
    const auto optimizer = make(line);
    take_steps(line, *optimizer, 0, 4);
    CHECK(optimizer->steps() == 4);
    for (size_t i = 0; i < expected.size(); ++i) CHECK(line.numbers()[i] == Approx(expected[i]).margin(2e-5));
  }
}

TEST_CASE("an optimizer restored from its state goes on as if it had never stopped") {
  for (const auto& [make, expected] : like_torch) {
    Line line;
    const auto first = make(line), second = make(line);
    take_steps(line, *first, 0, 2);
    const auto state = first->state();
    second->restore(state, first->steps());
    for (const auto& [name, tensor] : state) {
      CHECK(second->is_state(name));
      auto damaged = state;
      damaged[name] = Tensor::zeros({5});
      CHECK_THROWS_WITH(second->restore(damaged, 2), ContainsSubstring(name + " is missing or has another shape"));
    }
    CHECK_FALSE(second->is_state("w"));
    take_steps(line, *second, 2, 4);
    for (size_t i = 0; i < expected.size(); ++i) CHECK(line.numbers()[i] == Approx(expected[i]).margin(2e-5));
  }
}

TEST_CASE("a schedule sets the rate, and parameters without a gradient stay") {
  Line line;
  Variable other = Variable::parameter(Tensor::ones({3}), "other");
  for (const double rate : {0.0, 0.5}) {
    SGD optimizer({&line.w, &line.b, &other}, {.lr = 1});
    line.backward(0);
    optimizer.lr = rate;
    const std::vector<Real> before = line.numbers();
    const Real slope = line.b.grad().at({0});
    optimizer.step();
    CHECK(line.numbers()[4] == Approx(before[4] - rate * slope));
    optimizer.zero_grad();
    CHECK_FALSE(line.b.grad().defined());
  }
  CHECK(other.value().to_vector() == std::vector<Real>(3, 1));
}

TEST_CASE("gradients are clipped to a norm that all of them have together") {
  Line line;
  Variable other = Variable::parameter(Tensor::ones({3}), "other");
  line.w.backward(Tensor({2, 2}, {1, 2, 2, 0}));
  line.b.backward(Tensor({2}, {0, 4}));
  const std::vector<Variable*> parameters{&line.w, &line.b, &other};
  CHECK(clip_grad_norm(parameters, std::numeric_limits<double>::infinity()) == 5);
  CHECK(clip_grad_norm(parameters, 5) == 5);
  CHECK(line.w.grad().to_vector() == std::vector<Real>{1, 2, 2, 0});
  CHECK(clip_grad_norm(parameters, 0.5) == 5);
  CHECK(line.w.grad().at({0, 1}) == Approx(0.2));
  CHECK(line.b.grad().at({1}) == Approx(0.4));
  CHECK(clip_grad_norm(parameters, 1) == Approx(0.5));
  CHECK(clip_grad_norm({&other}, 1) == 0);
  for (const double wrong : {-1.0, std::nan("")})
    CHECK_THROWS_WITH(clip_grad_norm(parameters, wrong), ContainsSubstring("is not a norm"));
}

TEST_CASE("Nesterov's method without momentum is refused") {
  Line line;
  CHECK_THROWS_WITH(SGD({&line.w}, {.nesterov = true}), ContainsSubstring("no meaning without momentum"));
}
