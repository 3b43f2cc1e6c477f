#pragma once
// The probe text, each token tinted by the recursions spent at it: the picture at the bottom of the paper's figure 1.

#include "visualizer/panel.h"
#include "visualizer/text_flow.h"

namespace tinymor {

class StripPanel : public Panel {
 public:
  const char* name() const override { return "strip"; }
  const char* title() const override { return "Depth of every token"; }
  std::string caption(const Source& source, const AppState& state) const override;
  float controls(const Source& source, AppState& state, float right) override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;
};

/// The look of a token of `view` that was computed `depth` times; shared with the generated text.
TokenLook depth_look(int depth, int recursions);
/// A row of "depth 1: 40 tokens (33 %)", as wide as `width`; it breaks into more rows where it must.
void draw_depth_legend(Canvas& canvas, const TextView& view, float width);
/// "depth 1: 40 tokens, depth 2: ..."
std::string depth_counts(const TextView& view);

}  // namespace tinymor
