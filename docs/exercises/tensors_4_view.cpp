// Exercise 4 of chapter 2, a harder one: when a reshape is a view.
//
// A reshape needs no copy when the new axes can be laid over the old storage.
// 1. Leave out the old axes of extent 1: they have nothing to step over.
// 2. Join neighbours into runs: an axis belongs to the run behind it when its stride is the stride of the next axis
// times that axis's extent. A run has an extent (the product of its axes) and a stride (that of its last axis).
// 3. Go through the runs and the new axes from the last to the first. Each new axis takes its extent from the run: its
// stride is the run's stride times what the axes behind it have taken of the run. When a run does not divide by what is
// taken, or an axis would need two runs, there is no view: return std::nullopt.
#include "exercises.h"

namespace tinymor {

std::optional<std::vector<int64_t>> view_strides(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides,
                                                 const std::vector<int64_t>& wanted) {
  return {};
}

}  // namespace tinymor
