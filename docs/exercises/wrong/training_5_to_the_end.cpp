// Forgets that the last step is still one to take, and reaches the end in it.
// It is told: step 3 of 6, warm-up 2, least 0: should be 1.0000, you gave 0.8536
#define cosine_factor training_5_to_the_end
#define jump_when_resumed training_5_to_the_end_1
#include <cmath>

#include "../checks/training_5_cosine.cpp"

namespace tinymor {

double cosine_factor(int64_t step, int64_t steps, int64_t warmup, double least) {
  if (step < warmup) return double(step) / double(warmup);
  const double done = double(step - warmup) / double(steps - warmup);
  return least + (1 - least) * 0.5 * (1 + std::cos(std::acos(-1.0) * done));
}

double jump_when_resumed(int64_t done, int64_t steps, int64_t warmup, double least) {
  return cosine_factor(done + 1, steps, warmup, least) - cosine_factor(done, done, warmup, least);
}

}  // namespace tinymor
