#pragma once
// How long a call takes, for the exercises whose speed is shown and not judged.

#include <algorithm>
#include <chrono>

namespace tinymor {

/// The shortest of five calls, in seconds.
template <class Work>
double seconds_of(const Work& work) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

}  // namespace tinymor
