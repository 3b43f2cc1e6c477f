#include "trainer/experiments/machine.h"

#include <algorithm>
#include <atomic>

#include "tensor/kernels/kernels.h"
#include "tensor/ops.h"
#include "tensor/random.h"
#include "tensor/threads.h"
#include "trainer/experiments/bench.h"

namespace tinymor {

double read_bytes_per_s(int64_t bytes) {
  const IntTensor numbers = IntTensor::full({std::max<int64_t>(64, bytes / int64_t(sizeof(int32_t)))}, 1);
  const auto* words = reinterpret_cast<const uint32_t*>(numbers.data());
  std::atomic<uint32_t> total = 0;
  const double seconds = median(seconds_of(9, [&] {
    parallel_ranges(numbers.count(), 16384,
                    [&](int64_t begin, int64_t end) { total += kernels::table().read(end - begin, words + begin); });
  }));
  return double(4 * numbers.count()) / seconds;
}

Machine measure_machine(WeightFormat format, int64_t bytes) {
  const int64_t rows = 48, out = 512, in = 256;
  Random random(1);
  const PackedMatrix weights(random_uniform({out, in}, random, -1, 1), format);
  const Tensor x = random_uniform({rows, in}, random, -1, 1);
  const double seconds = median(seconds_of(99, [&] { weights.product(x); }));
  return {.ops_per_s = double(2 * rows * out * in) / seconds, .bytes_per_s = read_bytes_per_s(bytes)};
}

}  // namespace tinymor
