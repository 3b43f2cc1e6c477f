#pragma once
// A machine as two numbers: how many operations it does per second, and how many bytes of a set of a given size it
// reads per second (Williams et al. 2009, "Roofline"). What a product takes is at least the longer of the two times.
// Sets that are read again and again stay in a cache if they fit into it, which is why the second number depends on the
// size.

#include <algorithm>
#include <cstdint>

#include "tensor/packed_matrix.h"

namespace tinymor {

/// Bytes per second at which all threads together read `bytes` of the library's own memory again and again and do
/// nothing with them but add them up; measured now.
double read_bytes_per_s(int64_t bytes);

struct Machine {
  double ops_per_s;    ///< of products with packed weights that stay in the nearest caches
  double bytes_per_s;  ///< of a set as large as that of the work to predict

  /// Seconds that these take at least.
  double seconds(double ops, double bytes) const { return std::max(ops / ops_per_s, bytes / bytes_per_s); }
};
/// Measures it for weights of a format that are `bytes` in all.
Machine measure_machine(WeightFormat format, int64_t bytes);

}  // namespace tinymor
