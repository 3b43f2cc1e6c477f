#pragma once
// How the learning rate changes over a run.

#include <cstdint>

#include "trainer/config.h"

namespace tinymor {

/// The rate of step 1..train.steps (paper App. D). All schedules rise linearly over warmup_steps; then trapezoid stays
/// at train.lr and falls linearly to 0 over the last cooldown_fraction of the steps, cosine falls to 0 along half a
/// cosine, constant stays.
double learning_rate(const TrainConfig& train, int64_t step);

}  // namespace tinymor
