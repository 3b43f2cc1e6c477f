#pragma once
// Distillation (Hinton et al. 2015, arXiv 1503.02531): a model learns from what another one, its teacher, expects,
// beside the text. The text says which token came; the teacher says how likely each other one was.

#include "autograd/ops.h"

namespace tinymor {

/// T^2 times the mean over the rows with a target of KL(p || q), p = softmax(teacher / T), q = softmax(logits / T) []:
/// 0 where both expect the same. T^2 keeps the gradient as large as it is without a temperature T.
/// logits and teacher [R,V], targets [R], -1 where nothing is to be predicted. Throws where no row has a target.
Variable distillation_loss(const Variable& logits, const Tensor& teacher, const IntTensor& targets, double temperature);

}  // namespace tinymor
