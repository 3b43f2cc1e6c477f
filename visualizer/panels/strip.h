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
/// A row of "1 recursion: 40 (33 %)" for what took these depths, as wide as `width`; it breaks into more rows where it
/// must.
void draw_depth_legend(Canvas& canvas, const std::vector<int>& depths, int recursions, float width);
/// "depth 1: 40 tokens, depth 2: ..."
std::string depth_counts(const TextView& view);

}  // namespace tinymor
