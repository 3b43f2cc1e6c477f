// Runs of evenly spaced elements; new axes divide one each, and none spans two.
#include <optional>

#include "exercises.h"

namespace tinymor {

std::optional<std::vector<int64_t>> view_strides(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides,
                                                 const std::vector<int64_t>& wanted) {
  struct Run {
    int64_t extent, stride;
    int64_t outer;  // the stride that an axis before it must have to join
  };
  std::vector<Run> runs;  // the last one first
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 1) continue;
    if (runs.empty() || strides[i] != runs.back().outer) runs.push_back({1, strides[i], 0});
    runs.back().extent *= shape[i];
    runs.back().outer = strides[i] * shape[i];
  }
  std::vector<int64_t> result(wanted.size(), 1);
  size_t run = 0;
  int64_t taken = 1;  // of the run at hand
  for (size_t i = wanted.size(); i-- > 0;) {
    if (wanted[i] == 1) continue;
    if (taken == runs[run].extent) ++run, taken = 1;
    result[i] = runs[run].stride * taken;
    taken *= wanted[i];
    if (runs[run].extent % taken != 0) return std::nullopt;
  }
  return result;
}

}  // namespace tinymor
