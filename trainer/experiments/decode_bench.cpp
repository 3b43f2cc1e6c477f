#include "trainer/experiments/decode_bench.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <utility>

#include "mor/generate.h"
#include "tensor/threads.h"
#include "trainer/experiments/bench.h"

namespace tinymor {
namespace {

/// Adds up `count` numbers, in sixteen sums that do not wait for each other.
uint32_t sum_of(const int32_t* numbers, int64_t count) {
  uint32_t sums[16] = {};
  for (int64_t i = 0; i + 16 <= count; i += 16)
    for (int64_t j = 0; j < 16; ++j) sums[j] += uint32_t(numbers[i + j]);
  return std::accumulate(sums, sums + 16, 0u);
}

/// Reads the library's own memory, as a product does: in large blocks it is faster than that of a std::vector.
double read_gb_per_s(int64_t bytes) {
  const IntTensor numbers = IntTensor::full({bytes / int64_t(sizeof(int32_t))}, 1);
  std::atomic<uint32_t> total = 0;
  const double seconds = median(seconds_of(9, [&] {
    parallel_ranges(numbers.count(), 65536,
                    [&](int64_t begin, int64_t end) { total += sum_of(numbers.data() + begin, end - begin); });
  }));
  return double(bytes) / seconds / 1e9;
}

}  // namespace

DecodeBench bench_decode(const ModelConfig& config, WeightFormat format, int64_t tokens, uint64_t seed) {
  Model model(config, seed);
  model.pack(format);
  Generator generator(model, {.temperature = 0});
  const int32_t first = 1;
  generator.prompt({&first, 1});
  const double seconds = median(seconds_of(tokens, [&] { generator.next(); }));
  // Of an embedding that is no head a token reads one row.
  int64_t bytes = 0;
  for (const Variable* weight : std::as_const(model).parameters())
    if (weight->rank() == 1)
      bytes += weight->value().count() * int64_t(sizeof(Real));
    else if (weight->packed())
      bytes += weight->packed()->bytes();
  return {.ms_per_token = 1e3 * seconds,
          .tokens_per_s = 1 / seconds,
          .weight_bytes = bytes,
          .gb_per_s = double(bytes) / seconds / 1e9,
          .read_gb_per_s = read_gb_per_s(bytes),
          .peak_rss_mb = peak_rss_mb()};
}

}  // namespace tinymor
