#pragma once
// Many small cases from seeds, each of which can be run again alone.

#include <cstdlib>
#include <string>
#include <vector>

#include "support/catch.h"
#include "tensor/random.h"
#include "tensor/shape.h"

namespace tinymor {

/// Calls check(random) for the cases 0..count-1, each with random numbers of its own. A check that fails prints its
/// number, and with that in the environment variable TINYMOR_CASE no other case runs.
template <class Check>
void for_cases(int count, Check check) {
  const char* wanted = std::getenv("TINYMOR_CASE");
  for (int number = 0; number < count; ++number) {
    if (wanted && std::to_string(number) != wanted) continue;
    INFO("alone: TINYMOR_CASE=" << number);
    Random random(uint64_t(number), 123);
    check(random);
  }
}

/// A whole number in low..high.
inline int64_t pick(Random& random, int64_t low, int64_t high) {
  return low + random.below(high - low + 1);
}

/// True once in n times.
inline bool one_in(Random& random, int64_t n) {
  return random.below(n) == 0;
}

/// Up to `max_rank` axes of 0..max_extent, where the small extents with their own rules come often enough.
inline Shape random_shape(Random& random, int64_t max_rank = 4, int64_t max_extent = 5) {
  std::vector<int64_t> dims(pick(random, 0, max_rank));
  for (int64_t& d : dims) d = one_in(random, 12) ? 0 : pick(random, 1, max_extent);
  return Shape(dims);
}

/// 0..n-1 in random order.
inline std::vector<int64_t> random_order(Random& random, int64_t n) {
  std::vector<int64_t> order;
  for (int64_t i = 0; i < n; ++i) order.insert(order.begin() + pick(random, 0, i), i);
  return order;
}

/// Some of the axes, in random order, some of them counted from the end.
inline std::vector<int64_t> random_axes(Random& random, int64_t rank) {
  std::vector<int64_t> axes = random_order(random, rank);
  axes.resize(pick(random, 0, rank));
  for (int64_t& axis : axes) axis -= one_in(random, 3) ? rank : 0;
  return axes;
}

/// A shape that broadcasts to `shape`: leading axes may be gone, others may be 1.
inline Shape narrowed(Random& random, const Shape& shape) {
  std::vector<int64_t> dims = shape.dims();
  if (one_in(random, 3)) dims.erase(dims.begin(), dims.begin() + pick(random, 0, shape.rank()));
  for (int64_t& d : dims) d = one_in(random, 4) ? 1 : d;
  return Shape(dims);
}

}  // namespace tinymor
