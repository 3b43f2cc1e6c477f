// How fast memory hands numbers over when nothing else is to be done.
#include "tensor/kernels/level.h"

namespace tinymor::kernels::TINYMOR_LEVEL {

uint32_t read(int64_t n, const uint32_t* x) {
  typedef uint32_t Words __attribute__((vector_size(64)));
  typedef uint32_t UnalignedWords __attribute__((vector_size(64), aligned(4), may_alias));
  Words sums[4] = {};  // which do not wait for each other
  for (int64_t i = 0; i + 64 <= n; i += 64)
    for (int j = 0; j < 4; ++j) sums[j] += *reinterpret_cast<const UnalignedWords*>(x + i + 16 * j);
  const Words all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  uint32_t total = 0;
  for (int lane = 0; lane < 16; ++lane) total += all[lane];
  return total;
}

}  // namespace tinymor::kernels::TINYMOR_LEVEL
