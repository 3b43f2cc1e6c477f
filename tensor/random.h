#pragma once
// Counter-based random numbers (Philox 4x32-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
//
// A number depends only on (seed, stream, how many were drawn before), so every use has a stream of its own, no use
// disturbs another, and a resumed run needs no saved generator state.

#include <array>
#include <cstdint>

namespace tinymor {

class Random {
 public:
  /// `stream` tells apart the uses of one seed; see `Stream` for those of tinymor.
  explicit Random(uint64_t seed, uint64_t stream = 0) : key_{uint32_t(seed), uint32_t(seed >> 32)}, stream_(stream) {}

  /// 32 random bits.
  uint32_t next();
  /// Uniform in [0,1), 24 bits: exactly representable as float.
  double uniform() { return (next() >> 8) * 0x1p-24; }
  /// As if `count` numbers had been drawn with next.
  void skip(uint64_t count);
  /// Uniform in 0..n-1, without bias. n must be positive and below 2^32.
  int64_t below(int64_t n);
  /// Standard normal (Marsaglia's polar method, with tinymor's own logarithm: the same bits on every machine).
  double normal();

 private:
  std::array<uint32_t, 2> key_;
  uint64_t stream_;
  uint64_t block_ = 0;
  std::array<uint32_t, 4> words_{};
  int left_ = 0;
};

/// The streams of one seed. A use that needs several adds its own number (parameter, step) in the lower 32 bits.
enum class Stream : uint64_t {
  init = 1ull << 32,
  batches = 2ull << 32,
  sampling = 3ull << 32,
  data = 4ull << 32,
  router = 5ull << 32
};

/// The stream `sub` of a use.
inline uint64_t stream_of(Stream use, uint64_t sub = 0) {
  return uint64_t(use) + sub;
}

}  // namespace tinymor
