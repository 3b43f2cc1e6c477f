#include "autograd/linear.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops.h"

namespace tinymor {

Linear::Linear(int64_t in, int64_t out, Random& random, bool with_bias) {
  const double bound = 1 / std::sqrt(double(std::max<int64_t>(1, in)));
  weight = Variable::parameter(random_uniform({out, in}, random, -bound, bound));
  if (with_bias) bias = Variable::parameter(random_uniform(Shape{out}, random, -bound, bound));
}

Variable Linear::operator()(const Variable& x) const {
  const Variable y = linear(x, weight);
  return bias.defined() ? y + bias : y;
}

void Linear::members(Members& m) {
  m("weight", weight);
  m("bias", bias);
}

}  // namespace tinymor
