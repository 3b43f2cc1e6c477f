#pragma once
// What a snapshot's text would be predicted like with fewer recursions, or an image be taken for, ready to draw: a
// rectangular table, whatever a damaged recording says.

#include <vector>

#include "trainer/recording/events.h"

namespace tinymor {

/// The losses and candidates of a snapshot by the most recursions allowed.
struct LensView {
  /// [N][T] of predicting the token after position t with at most r+1 recursions; NaN where unknown.
  std::vector<std::vector<float>> nll;
  std::vector<std::vector<Candidate>> likely;  ///< [N][T*each], best first.
  size_t each = 0;                             ///< candidates of a position

  /// Mean loss with at most r+1 recursions.
  double mean(size_t r) const;
  /// The row with the smallest loss at t, from 0; of equal ones, and where nothing is known, the last.
  size_t best(int t) const;
  /// What routing costs at t against the best row, in which all tokens had to stop earlier, in nats: 0 when none is
  /// better.
  double regret(int t) const;
  /// Its mean over the positions where it is known.
  double mean_regret() const;
};
/// Empty unless the trace, by the causal rule, knows of capped recursions.
LensView lens_of(const Trace& causal);
inline LensView lens_of(const Snapshot& snapshot) {
  return lens_of(snapshot.threshold);
}

/// The losses alone, of images in the place of tokens. Empty unless they were recorded of each.
LensView lens_of(const ImageSnapshot& images);

/// What would be guessed in one place with at most 1, 2, ... recursions, the last as routed: what follows a token, or
/// what an image is. Empty where that was not recorded.
struct Guesses {
  std::vector<float> nll;                      ///< [N] Loss of the truth; NaN where that is unknown.
  std::vector<std::vector<Candidate>> likely;  ///< [N] Best first.
  int32_t truth = -1;                          ///< What does follow, or what the image is; -1: unknown.
};
Guesses guesses_after(const LensView& lens, const std::vector<int32_t>& ids, int token);
Guesses guesses_of(const SeenImage& image);

}  // namespace tinymor
