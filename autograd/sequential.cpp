#include "autograd/sequential.h"

namespace tinymor {

Sequential::Sequential(const Sequential& other) {
  for (const auto& step : other.steps_) steps_.push_back(step->copy());
}

Sequential& Sequential::operator=(Sequential other) {
  steps_ = std::move(other.steps_);
  return *this;
}

Variable Sequential::operator()(Variable x) const {
  for (const auto& step : steps_) x = (*step)(x);
  return x;
}

void Sequential::members(Members& m) {
  for (size_t i = 0; i < steps_.size(); ++i)
    if (Module* module = steps_[i]->module()) m(std::to_string(i), *module);
}

}  // namespace tinymor
