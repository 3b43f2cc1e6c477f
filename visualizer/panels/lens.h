#pragma once
// The depth lens: what the model would predict at every token if it had to stop after one recursion, after two, and so
// forth - and so what the recursions that the router granted were worth.

#include "visualizer/panel.h"

namespace tinymor {

class LensPanel : public Panel {
 public:
  const char* name() const override { return "lens"; }
  const char* title() const override { return "Depth lens"; }
  std::string caption(const Source& source, const AppState& state) const override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;
};

/// The losses and candidates of a snapshot by the most recursions allowed.
struct LensView {
  /// [N][T] of predicting the token after position t with at most r+1 recursions; NaN where unknown.
  std::vector<std::vector<float>> nll;
  std::vector<std::vector<Candidate>> likely;  ///< [N][T*each], best first.
  size_t each = 0;                             ///< candidates of a position

  /// Mean loss with at most r+1 recursions.
  double mean(size_t r) const;
  /// What the router's depth costs at t against the best number of recursions, in nats: 0 when nothing is better.
  double regret(int t) const;
};
/// Empty unless the snapshot knows of capped recursions.
LensView lens_of(const Snapshot& snapshot);

}  // namespace tinymor
