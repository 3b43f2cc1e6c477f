#include "trainer/loop/schedule.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "mor/router.h"

namespace tinymor {

double learning_rate(const TrainConfig& train, int64_t step) {
  if (step < train.warmup_steps) return train.lr * double(step) / double(train.warmup_steps);
  const double left = double(std::max<int64_t>(train.steps - step + 1, 0));  // this step included
  double height = 1;                                                         // of the way from min_lr to lr
  if (const double cooldown = train.cooldown_fraction * double(train.steps);
      train.schedule == ScheduleKind::trapezoid && cooldown > 0)
    height = std::min(1.0, left / cooldown);
  if (train.schedule == ScheduleKind::cosine) {
    const double done = 1 - left / double(std::max<int64_t>(train.steps - train.warmup_steps, 1));
    height = 0.5 * (1 + std::cos(std::numbers::pi * std::clamp(done, 0.0, 1.0)));
  }
  return train.min_lr + (train.lr - train.min_lr) * height;
}

AdamW make_optimizer(const TrainConfig& train, Module& model) {
  return AdamW(parameter_groups(model),
               {.lr = train.lr, .beta1 = train.beta1, .beta2 = train.beta2, .weight_decay = train.weight_decay});
}

double clip_gradients(const TrainConfig& train, const Optimizer& optimizer) {
  const double most = train.grad_clip > 0 ? train.grad_clip : std::numeric_limits<double>::infinity();
  std::vector<double> norms;
  for (const ParameterGroup& group : optimizer.groups()) norms.push_back(clip_grad_norm(group.parameters, most));
  return norms.front();
}

}  // namespace tinymor
