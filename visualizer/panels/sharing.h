#pragma once
// Which layers are the same weights: the unrolled stack on the left, the sets of weights on the right, a line for every
// use; and how much each use contributes to the gradient of its set.

#include "visualizer/panel.h"

namespace tinymor {

class SharingPanel : public Panel {
 public:
  const char* name() const override { return "sharing"; }
  const char* title() const override { return "Shared weights"; }
  std::string caption(const Source& source, const AppState& state) const override;
  float controls(const Source& source, AppState& state, float right) override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;

 private:
  int hovered_set_ = -1;  // as of the last frame
};

}  // namespace tinymor
