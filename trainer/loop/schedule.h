#pragma once
// How the [train] table drives the optimizer: its settings, and the learning rate of each step.

#include <cstdint>

#include "autograd/module.h"
#include "autograd/optim.h"
#include "trainer/config.h"

namespace tinymor {

/// The rate of step 1..train.steps (paper App. D). All schedules rise linearly from 0 over warmup_steps; then trapezoid
/// stays at train.lr and falls linearly to train.min_lr over the last cooldown_fraction of the steps, cosine falls to
/// it along half a cosine, constant stays.
double learning_rate(const TrainConfig& train, int64_t step);

/// The optimizer of a model, which must outlive it.
AdamW make_optimizer(const TrainConfig& train, Module& model);

/// Clips the gradients of each group by itself, as [train] says; returns the first one's norm before that.
double clip_gradients(const TrainConfig& train, const Optimizer& optimizer);

}  // namespace tinymor
