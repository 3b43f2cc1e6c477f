#pragma once
// How the routers' scores lie, step by step: for each recursion a strip with steps across and scores upwards, tokens
// that were taken in the recursion's colour, the others in grey. A router that knows what it wants parts the two.

#include <memory>

#include "visualizer/panel.h"

namespace tinymor {

class ScoresPanel : public Panel {
 public:
  const char* name() const override { return "scores"; }
  const char* title() const override { return "Router scores"; }
  std::string caption(const Source& source, const AppState& state) const override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;

 private:
  void collect(const Source& source);
  void draw_strip(const Source& source, AppState& state, Canvas& canvas, const Box& box, int recursion);

  uint64_t version_ = 0;
  std::vector<std::shared_ptr<const Image>> strips_;  // one per recursion
  int columns_ = 0;                                   // of every strip
};

/// How much of the scores of taken and left tokens of recursion r (from 0) lie in the same bins: 0 apart, 1 alike;
/// NaN unless there are both.
double overlap(const ScoreHistogram& scores, int r);

}  // namespace tinymor
