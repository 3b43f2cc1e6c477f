// Looks beyond all texts.
// It is told: it crashed when the check tried depths
#define dead_share causal_3_outside
#include <cstdint>

#include "../checks/causal_3_dead.cpp"

namespace tinymor {

double dead_share(const std::vector<std::vector<int64_t>>&, int64_t) {
  const volatile int64_t* nowhere = nullptr;
  return double(*nowhere);
}

}  // namespace tinymor
