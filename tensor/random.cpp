#include "tensor/random.h"

#include <cmath>

#include "tensor/error.h"
#include "tensor/kernels/series.h"

namespace tinymor {
namespace {

/// One block of four words: ten rounds of the Philox bijection on `counter` under `key`.
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t(0xD2511F53u) * counter[0];
    const uint64_t p1 = uint64_t(0xCD9E8D57u) * counter[2];
    counter = {uint32_t(p1 >> 32) ^ counter[1] ^ key[0], uint32_t(p1), uint32_t(p0 >> 32) ^ counter[3] ^ key[1],
               uint32_t(p0)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

}  // namespace

uint32_t Random::next() {
  if (left_ == 0) {
    words_ = philox({uint32_t(block_), uint32_t(block_ >> 32), uint32_t(stream_), uint32_t(stream_ >> 32)}, key_);
    ++block_;
    left_ = 4;
  }
  return words_[4 - left_--];
}

void Random::skip(uint64_t count) {
  const uint64_t drawn = block_ * 4 - uint64_t(left_) + count;
  block_ = drawn / 4;
  left_ = 0;
  for (uint64_t i = 0; i < drawn % 4; ++i) next();
}

int64_t Random::below(int64_t n) {
  check(n > 0 && n <= int64_t(0xFFFFFFFF), "[random] below({}): the bound must be in 1..2^32-1", n);
  // Draws in the incomplete last range would favour small results; draw again.
  const uint64_t limit = (uint64_t(1) << 32) / n * n;
  uint64_t draw;
  do draw = next();
  while (draw >= limit);
  return int64_t(draw % n);
}

double Random::normal() {
  for (;;) {
    const double u = 2 * uniform() - 1, v = 2 * uniform() - 1;
    const double s = u * u + v * v;
    if (s > 0 && s < 1) return u * std::sqrt(-2 * double(series::log(float(s))) / s);
  }
}

}  // namespace tinymor
