#pragma once
// The autograd explorer: an expression as text, the graph that computing it leaves on the tape, and its steps forward
// and backward, with every gradient that flows. Docs: docs/03-autograd.md

#include <string>
#include <tuple>

#include "visualizer/graph_layout.h"
#include "visualizer/panel.h"
#include "visualizer/walkthrough.h"

namespace tinymor {

class AutogradPanel : public Panel {
 public:
  const char* name() const override { return "autograd"; }
  const char* title() const override { return "Autograd explorer"; }
  std::string caption(const Source& source, const AppState& state) const override;
  float controls(const Source& source, AppState& state, float right) override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;

 private:
  /// Computes the text when it is another one.
  void update(const AppState& state) const;
  int step(const AppState& state) const;
  void draw_controls(AppState& state);
  void draw_graph(AppState& state, Canvas& canvas);
  void draw_use(Canvas& canvas, size_t index, ImVec2 origin, int step) const;
  void draw_value(AppState& state, Canvas& canvas, int index, const Box& box);
  void edit_leaf(AppState& state, int index, bool pressed);
  void lay_out();
  /// All that is known of a value after a step, in a line.
  std::string describe(int index, int step) const;

  // The text that was computed last, and what came of it.
  mutable std::string text_, problem_;
  mutable Walkthrough walk_;
  GraphLayout graph_;
  float sentence_ = 0;                                     // height of what a step did, at most
  std::tuple<std::string, float, float, float> laid_out_;  // text, size of letters and room they were made for
  int shown_step_ = 0;                                     // as of the last frame, to scroll to what a step changes
};

}  // namespace tinymor
