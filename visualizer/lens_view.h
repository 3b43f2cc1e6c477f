#pragma once
// What a snapshot's text would be predicted like with fewer recursions, ready to draw: a rectangular table, whatever a
// damaged recording says.

#include <vector>

#include "trainer/recording.h"

namespace tinymor {

/// The losses and candidates of a snapshot by the most recursions allowed.
struct LensView {
  /// [N][T] of predicting the token after position t with at most r+1 recursions; NaN where unknown.
  std::vector<std::vector<float>> nll;
  std::vector<std::vector<Candidate>> likely;  ///< [N][T*each], best first.
  size_t each = 0;                             ///< candidates of a position

  /// Mean loss with at most r+1 recursions.
  double mean(size_t r) const;
  /// What the router's depth costs at t against the best of it and of fewer recursions, in nats: 0 when none is better.
  double regret(int t) const;
};
/// Empty unless the snapshot knows of capped recursions.
LensView lens_of(const Snapshot& snapshot);

}  // namespace tinymor
