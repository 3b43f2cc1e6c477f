// The memory of a KV cache.

#include "mor/kv_pages.h"

#include <cmath>
#include <limits>

#include "mor/kv_cache.h"
#include "support/catch.h"
#include "support/tiny_models.h"
#include "tensor/random.h"

using namespace tinymor;

namespace {

constexpr CacheFormat kFormats[] = {CacheFormat::f32, CacheFormat::bf16, CacheFormat::int8};

/// How far what is kept of a number may be from it: half of a last binary digit of eight, or half a step of 127.
double bound(CacheFormat format, Real x, Real largest) {
  if (format == CacheFormat::f32) return 0;
  return format == CacheFormat::bf16 ? std::abs(x) / 256 : largest / 254 * 1.0001;
}

std::vector<Real> random_numbers(int64_t count, uint64_t seed) {
  Random random(seed);
  return random_uniform({count}, random, -3, 3).to_vector();
}

Real largest_of(std::span<const Real> numbers) {
  Real largest = 0;
  for (Real x : numbers) largest = std::max(largest, std::abs(x));
  return largest;
}

}  // namespace

TEST_CASE("a page gives back what was written, as exactly as its format keeps it, and attention sees the same") {
  for (CacheFormat format : kFormats)
    for (const int64_t width : {2, 32, 36}) {
      INFO("format " << int(format) << ", width " << width);
      const int64_t heads = 3, row = heads * width;
      KvPages pages(heads, width, format);
      pages.take();
      const int32_t page = pages.take();
      for (int64_t place = 0; place < KvPages::kTokens; ++place)
        pages.write(page, place, random_numbers(row, 2 * uint64_t(place)).data(),
                    random_numbers(row, 2 * uint64_t(place) + 1).data());
      std::vector<Real> key(static_cast<size_t>(row)), value(key), space(size_t(pages.space_per_page()));
      for (int64_t place = 0; place < KvPages::kTokens; ++place) {
        pages.read(page, place, key.data(), value.data());
        const std::vector<Real> keys = random_numbers(row, 2 * uint64_t(place)),
                                values = random_numbers(row, 2 * uint64_t(place) + 1);
        for (int64_t h = 0; h < heads; ++h) {
          const Real* seen = pages.head(page, h, space.data());
          const Real* seen_values = seen + width * KvPages::kTokens;
          const Real largest_key = largest_of(std::span(keys).subspan(size_t(h * width), size_t(width)));
          const Real largest_value = largest_of(std::span(values).subspan(size_t(h * width), size_t(width)));
          for (int64_t c = 0; c < width; ++c) {
            const size_t i = size_t(h * width + c);
            CHECK(std::abs(key[i] - keys[i]) <= bound(format, keys[i], largest_key));
            CHECK(std::abs(value[i] - values[i]) <= bound(format, values[i], largest_value));
            CHECK(seen[c * KvPages::kTokens + place] == key[i]);
            CHECK(seen_values[c / 32 * 32 * KvPages::kTokens + place * 32 + c % 32] == value[i]);
          }
        }
      }
    }
}

TEST_CASE("what is no finite number stays none in a page, and zeros stay zeros") {
  const Real nothing = std::numeric_limits<Real>::quiet_NaN(), infinite = std::numeric_limits<Real>::infinity();
  for (CacheFormat format : kFormats) {
    INFO("format " << int(format));
    KvPages pages(1, 2, format);
    const int32_t page = pages.take();
    const Real key[] = {nothing, 1}, value[] = {infinite, 1}, zeros[] = {0, 0};
    pages.write(page, 0, key, value);
    pages.write(page, 1, zeros, zeros);
    Real k[2], v[2];
    pages.read(page, 0, k, v);
    CHECK(std::isnan(k[0]));
    CHECK_FALSE(std::isfinite(v[0]));
    pages.read(page, 1, k, v);
    CHECK((k[0] == 0 && k[1] == 0 && v[0] == 0 && v[1] == 0));
  }
}

TEST_CASE("a bf16 cache takes half of the bytes of a token, an int8 cache a quarter and a scale") {
  const ModelConfig config = tiny_config();
  const int64_t whole = kv_bytes_per_entry(config), numbers = 2 * config.n_kv_heads * config.d_head();
  CHECK(whole == numbers * int64_t(sizeof(Real)));
  CHECK(kv_bytes_per_entry(config, CacheFormat::bf16) == 2 * numbers);
  CHECK(kv_bytes_per_entry(config, CacheFormat::int8) == numbers + 2 * config.n_kv_heads * int64_t(sizeof(Real)));
  const KvPages pages(2, 32), halves(2, 32, CacheFormat::bf16), bytes(2, 32, CacheFormat::int8);
  CHECK(halves.page_bytes() * int64_t(sizeof(Real)) == 2 * pages.page_bytes());
  CHECK(bytes.page_bytes() == 2 * KvPages::kTokens * 2 * (32 + int64_t(sizeof(Real))));
}
