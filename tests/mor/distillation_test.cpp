#include "mor/distillation.h"

#include <cmath>

#include "support/catch.h"
#include "support/gradient_check.h"
#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/random.h"

using namespace tinymor;

namespace {

/// By the definition, in double.
double divergence(const Tensor& student, const Tensor& teacher, const IntTensor& targets, double temperature) {
  const auto shares = [&](const Tensor& logits, int64_t row) {
    std::vector<double> all;
    double sum = 0;
    for (int64_t v = 0; v < logits.dim(1); ++v)
      sum += all.emplace_back(std::exp(double(logits.at({row, v})) / temperature));
    for (double& share : all) share /= sum;
    return all;
  };
  double sum = 0;
  int64_t rows = 0;
  for (int64_t row = 0; row < targets.count(); ++row) {
    if (targets.data()[row] < 0) continue;
    const std::vector<double> p = shares(teacher, row), q = shares(student, row);
    for (size_t v = 0; v < p.size(); ++v) sum += p[v] * std::log(p[v] / q[v]);
    ++rows;
  }
  return temperature * temperature * sum / double(rows);
}

const IntTensor kTargets({5}, {3, -1, 0, 6, -1});

Tensor random_logits(uint64_t seed) {
  Random random(seed);
  return random_normal({5, 7}, random);
}

}  // namespace

TEST_CASE("the loss of distillation is T^2 times the mean divergence of the rows that have a target") {
  for (double temperature : {0.5, 1.0, 3.0}) {
    const Tensor student = random_logits(1), teacher = random_logits(2);
    CHECK(distillation_loss(Variable(student), teacher, kTargets, temperature).item() ==
          Approx(divergence(student, teacher, kTargets, temperature)).epsilon(1e-4));
    CHECK(std::abs(distillation_loss(Variable(teacher), teacher, kTargets, temperature).item()) < 1e-5);
  }
}

TEST_CASE("its gradient is T (q - p) in the mean, and 0 in rows without a target") {
  const double temperature = 2;
  const Tensor student = random_logits(3), teacher = random_logits(4);
  const Variable logits = Variable::parameter(student.clone());
  distillation_loss(logits, teacher, kTargets, temperature).backward();
  for (int64_t row = 0; row < 5; ++row) {
    double p_sum = 0, q_sum = 0;
    for (int64_t v = 0; v < 7; ++v) {
      p_sum += std::exp(double(teacher.at({row, v})) / temperature);
      q_sum += std::exp(double(student.at({row, v})) / temperature);
    }
    for (int64_t v = 0; v < 7; ++v) {
      const double p = std::exp(double(teacher.at({row, v})) / temperature) / p_sum,
                   q = std::exp(double(student.at({row, v})) / temperature) / q_sum;
      const double expected = kTargets.data()[row] < 0 ? 0 : temperature * (q - p) / 3;
      CHECK(std::abs(logits.grad().at({row, v}) - expected) < 1e-6);
    }
  }
}

TEST_CASE("other shapes, and rows without any target, are refused") {
  CHECK_THROWS_AS(distillation_loss(Variable(random_logits(1)), Tensor::zeros({5, 6}), kTargets, 1), Error);
  CHECK_THROWS_AS(
      distillation_loss(Variable(random_logits(1)), random_logits(2), IntTensor({5}, {-1, -1, -1, -1, -1}), 1), Error);
}
