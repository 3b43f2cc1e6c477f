#include "mor/router.h"

#include <algorithm>
#include <cmath>

#include "mor/expert_choice.h"

namespace tinymor {
namespace {

/// Every token takes every recursion: the plain recursive (or vanilla) transformer.
class NoRouter : public Router {
 public:
  Selection select(int64_t, const Variable&, const Rows&) override { return {}; }
  Variable combine(const Selection&, const Variable&, const Variable& y) const override { return y; }
};

}  // namespace

std::unique_ptr<Router> make_router(const ModelConfig& config, const std::vector<Variable>& weights, Rule rule) {
  if (config.routing == Routing::expert_choice) return std::make_unique<ExpertChoice>(config, weights, rule);
  return std::make_unique<NoRouter>();
}

int64_t capacity_count(double capacity, int64_t length) {
  return std::max<int64_t>(1, int64_t(std::floor(capacity * double(length))));
}

}  // namespace tinymor
