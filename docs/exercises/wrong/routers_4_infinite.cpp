// Takes the logarithm of a sigmoid, which may be 0.
// It is told: scores -1000, taken yes: the loss should be 1000.0000, you gave inf
#define auxiliary_loss routers_4_infinite
#include "../checks/routers_4_auxiliary.cpp"

namespace tinymor {

AuxiliaryLoss auxiliary_loss(const std::vector<double>& scores, const std::vector<bool>& taken) {
  const auto n = double(scores.size());
  AuxiliaryLoss found{0, {}};
  for (size_t i = 0; i < scores.size(); ++i) {
    const double s = 1 / (1 + std::exp(-scores[i]));
    found.loss -= std::log(taken[i] ? s : 1 - s) / n;
    found.gradient.push_back((s - (taken[i] ? 1 : 0)) / n);
  }
  return found;
}

}  // namespace tinymor
