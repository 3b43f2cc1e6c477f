#pragma once
// Two runs, or two steps of one run, side by side: any picture of both with one cursor, and what differs. "A" is what
// the other panels show, "B" what it is compared with.

#include "visualizer/panel.h"

namespace tinymor {

class ComparePanel : public Panel {
 public:
  const char* name() const override { return "compare"; }
  const char* title() const override { return "Compare"; }
  std::string caption(const Source& source, const AppState& state) const override;
  float controls(const Source& source, AppState& state, float right) override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;

 private:
  void draw_side(Panel& panel, const Source& source, AppState& state, Canvas& canvas, const Box& box, bool compared);

  std::unique_ptr<Panel> sides_[2];
  const Source* other_ = nullptr;  // that the panel of B was made for
};

}  // namespace tinymor
