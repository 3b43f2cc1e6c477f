// A model that is only used: packed weights, keys and values in pages.

#include <cmath>

#include "mor/generate.h"
#include "mor/kv_cache.h"
#include "support/catch.h"
#include "support/tiny_models.h"

using namespace tinymor;
using Ints = std::vector<int32_t>;

namespace {

constexpr CacheFormat kCacheFormats[] = {CacheFormat::f32, CacheFormat::bf16, CacheFormat::int8};

/// The logits [T,V] of a text that is fed to a cache in pieces of `step` tokens.
std::vector<Real> fed(const Model& model, const Ints& ids, int64_t step, CacheFormat format) {
  const NoGrad off;
  KvCache cache(model.config(), 1, format);
  std::vector<Real> logits;
  for (int64_t t = 0; t < int64_t(ids.size()); t += step) {
    const int64_t n = std::min(step, int64_t(ids.size()) - t);
    const auto part = std::span(ids).subspan(size_t(t), size_t(n));
    const ForwardResult result = model.forward(IntTensor({n}, part), Rows::batch(1, n, t),
                                               {.rule = causal_rule(model.config()), .cache = &cache});
    const auto values = result.logits.value().values();
    logits.insert(logits.end(), values.begin(), values.end());
  }
  return logits;
}

}  // namespace

TEST_CASE(
    "packed, a text has the same bits however it is cut into pieces, in every combination and every format of weights "
    "and cache") {
  int count = 0;
  for_each_combination([&](const std::string& name, const ModelConfig& config) {
    if (++count % 7 != 0) return;  // every axis has fewer values than that, or other ones
    for (WeightFormat format : {WeightFormat::f32, WeightFormat::int8, WeightFormat::int4}) {
      INFO(name << " " << weight_format_names[size_t(format)]);
      Model model = opinionated_model(config);
      model.pack(format);
      const Ints ids = random_tokens(config.max_seq_len, config.vocab_size, 5);
      for (CacheFormat cache : kCacheFormats) {
        const std::vector<Real> whole = fed(model, ids, config.max_seq_len, cache);
        for (int64_t step : {1, 2, 5}) CHECK(fed(model, ids, step, cache) == whole);
      }
    }
  });
}
