#include "trainer/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tinymor {

double learning_rate(const TrainConfig& train, int64_t step) {
  if (step < train.warmup_steps) return train.lr * double(step) / double(train.warmup_steps);
  const double left = double(std::max<int64_t>(train.steps - step + 1, 0));  // this step included
  switch (train.schedule) {
    case ScheduleKind::constant:
      return train.lr;
    case ScheduleKind::trapezoid: {
      const double cooldown = train.cooldown_fraction * double(train.steps);
      return train.lr * (cooldown > 0 ? std::min(1.0, left / cooldown) : 1.0);
    }
    case ScheduleKind::cosine: {
      const double done = 1 - left / double(std::max<int64_t>(train.steps - train.warmup_steps, 1));
      return train.lr * 0.5 * (1 + std::cos(std::numbers::pi * std::clamp(done, 0.0, 1.0)));
    }
  }
  return train.lr;
}

AdamW make_optimizer(const TrainConfig& train, const std::vector<Variable*>& parameters) {
  AdamW::Group watched, watching{{}, 10};
  for (Variable* parameter : parameters) {
    const bool watches = parameter->name().starts_with("model.aux_routers.");
    (watches ? watching : watched).parameters.push_back(parameter);
  }
  return AdamW(
      {watched, watching},
      {.beta1 = train.beta1, .beta2 = train.beta2, .weight_decay = train.weight_decay, .grad_clip = train.grad_clip});
}

}  // namespace tinymor
