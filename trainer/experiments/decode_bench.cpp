#include "trainer/experiments/decode_bench.h"

#include <algorithm>
#include <utility>

#include "mor/generate.h"
#include "tensor/threads.h"
#include "trainer/experiments/bench.h"
#include "trainer/experiments/machine.h"

namespace tinymor {

DecodeBench bench_decode(Model model, WeightFormat format, int64_t tokens) {
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
          .read_gb_per_s = read_bytes_per_s(bytes) / 1e9,
          .peak_rss_mb = peak_rss_mb()};
}

}  // namespace tinymor
