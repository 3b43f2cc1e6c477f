// sum a b = sum (a + 128) b - 128 sum b.
#include "exercises.h"

namespace tinymor {

int64_t dot_without_sign(const std::vector<int64_t>& a, const std::vector<int64_t>& b,
                         const std::function<int64_t(int64_t, int64_t)>& multiply) {
  int64_t sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += multiply(a[i] + 128, b[i]) - 128 * b[i];
  return sum;
}

}  // namespace tinymor
