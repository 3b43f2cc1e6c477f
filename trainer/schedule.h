#pragma once
// How the [train] table drives the optimizer: its settings, and the learning rate of each step.

#include <cstdint>

#include "trainer/adamw.h"
#include "trainer/config.h"

namespace tinymor {

/// The rate of step 1..train.steps (paper App. D). All schedules rise linearly over warmup_steps; then trapezoid stays
/// at train.lr and falls linearly to 0 over the last cooldown_fraction of the steps, cosine falls to 0 along half a
/// cosine, constant stays.
double learning_rate(const TrainConfig& train, int64_t step);

/// The optimizer of a model's parameters, which must outlive it. An auxiliary router only watches the model: it learns
/// ten times as fast, and its gradient is clipped by itself (paper App. B).
AdamW make_optimizer(const TrainConfig& train, const std::vector<Variable*>& parameters);

}  // namespace tinymor
