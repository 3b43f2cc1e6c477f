#pragma once
// What a model did with each of a few images, as trace.h has it for a text: recordings store it, the visualizer
// draws it.

#include <vector>

#include "mor/vit.h"

namespace tinymor {

/// Patches are counted from left to right and from top to bottom.
struct ImageTrace {
  std::vector<int32_t> depth;  ///< [P] recursions that each patch took.
  std::vector<float>
      logits;             ///< [N*P] the router's raw score z of each recursion (depth) for a patch; NaN: it gave none.
  int32_t predicted = 0;  ///< The likeliest class.
  float probability = 0;  ///< Of that class.
  /// [N][classes] The probability of each class when no token may take more than 1, 2, ... recursions; the last as
  /// routed. Empty in older recordings.
  std::vector<std::vector<float>> guesses = {};
};

/// patches [n,P,p] -> [n]. `options` without a probe and a largest depth. Throws Error as ImageModel::forward does.
std::vector<ImageTrace> trace(const ImageModel& model, const Tensor& patches, ForwardOptions options = {});

}  // namespace tinymor
