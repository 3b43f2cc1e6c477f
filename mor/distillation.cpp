#include "mor/distillation.h"

#include "tensor/error.h"
#include "tensor/ops.h"

namespace tinymor {

Variable distillation_loss(const Variable& logits, const Tensor& teacher, const IntTensor& targets,
                           double temperature) {
  const int64_t rows = targets.count();
  check(logits.shape() == teacher.shape() && logits.shape() == Shape{rows, logits.shape()[1]},
        "[distillation_loss] logits {}, those of the teacher {}, and {} targets", logits.shape(), teacher.shape(),
        rows);
  Tensor share({rows, 1});  // of each row in the mean
  double told = 0;
  for (int64_t i = 0; i < rows; ++i) told += targets.data()[i] >= 0;
  check(told > 0, "[distillation_loss] there is nothing to predict");
  for (int64_t i = 0; i < rows; ++i) share.mutable_data()[i] = targets.data()[i] >= 0 ? Real(1 / told) : 0;

  const Tensor log_p = log_softmax(Variable(teacher / Real(temperature))).value(), p = exp(log_p) * share;
  const Variable log_q = log_softmax(scale(logits, Real(1 / temperature)));
  // sum p (log p - log q), of which the first part is no matter of the model
  const Variable divergence = Variable(sum(p * log_p)) - sum(Variable(p) * log_q);
  return scale(divergence, Real(temperature * temperature));
}

}  // namespace tinymor
