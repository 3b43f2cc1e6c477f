#include "autograd/ops.h"
#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/threads.h"

namespace tinymor {
namespace {

using kernels::table;

const Op cross_entropy_op("cross_entropy"), bce_op("bce_with_logits");

constexpr int64_t kRowGrain = 32;

}  // namespace

// loss of a row = log(sum_j e^z_j) - z_target: dz = (softmax(z) - onehot(target)) g, with g / n for the mean of n rows
Variable cross_entropy(const Variable& logits, const IntTensor& row_targets, Reduction reduction, int32_t ignore) {
  check(logits.value().rank() == 2 && row_targets.shape() == Shape({logits.dim(0)}),
        "[cross_entropy] logits {} and targets {} do not fit", logits.shape(), row_targets.shape());
  const Tensor z = logits.value().contiguous_copy();
  const IntTensor targets = row_targets.contiguous_copy();
  const int64_t rows = z.dim(0), vocab = z.dim(1);
  int64_t counted = 0;
  for (int32_t target : targets.values()) {
    check(target == ignore || (target >= 0 && target < vocab),
          "[cross_entropy] target {} is outside the vocabulary of {} (rows that do not count have the target {})",
          target, vocab, ignore);
    counted += target != ignore;
  }
  check(counted > 0 || reduction != Reduction::mean, "[cross_entropy] no row counts: all {} targets are {}", rows,
        ignore);
  Tensor log_sum(Shape{rows}), nll(Shape{rows});
  Real *sums = log_sum.mutable_data(), *losses = nll.mutable_data();
  parallel_ranges(rows, kRowGrain, [&](int64_t begin, int64_t end) {
    table().log_sum_exp(end - begin, vocab, z.data() + begin * vocab, sums + begin);
    for (int64_t i = begin; i < end; ++i) {
      const int32_t target = targets.data()[i];
      losses[i] = target == ignore ? 0 : sums[i] - z.data()[i * vocab + target];
    }
  });
  const bool each = reduction == Reduction::none;
  const Real weight = reduction == Reduction::mean ? Real(1) / Real(counted) : 1;
  return record(cross_entropy_op, {logits}, each ? nll : sum(nll) * weight,
                [=, z = Saved(z), targets = SavedIds(targets)](const Tensor& g, InputGrads& in) {
                  const Tensor scores = z.get();
                  const IntTensor& wanted = targets.get();
                  Tensor dz(scores.shape());
                  Real* to = dz.mutable_data();
                  const Real* from = scores.data();
                  const Tensor factors = (g * weight).expand(log_sum.shape()).contiguous_copy();
                  parallel_ranges(dz.dim(0), kRowGrain, [&](int64_t begin, int64_t end) {
                    for (int64_t i = begin; i < end; ++i) {
                      const int32_t target = wanted.data()[i];
                      const Real factor = factors.data()[i];
                      table().softmax(vocab, from + i * vocab, log_sum.data()[i], target == ignore ? 0 : factor,
                                      to + i * vocab);
                      if (target != ignore) to[i * vocab + target] -= factor;
                    }
                  });
                  in.add(0, std::move(dz));
                });
}

// loss = mean(softplus(z) - z y): dz = (sigmoid(z) - y) g / n
Variable bce_with_logits(const Variable& logits, const Tensor& targets) {
  check(logits.shape() == targets.shape() && targets.count() > 0,
        "[bce_with_logits] logits {} and targets {} do not fit", logits.shape(), targets.shape());
  const Real weight = Real(1) / Real(targets.count());
  const Tensor& z = logits.value();
  return record(bce_op, {logits}, sum(softplus(z) - z * targets) * weight,
                [z = Saved(logits), targets = Saved(targets), weight](const Tensor& g, InputGrads& in) {
                  in.add(0, (sigmoid(z.get()) - targets.get()) * (g * weight));
                });
}

}  // namespace tinymor
