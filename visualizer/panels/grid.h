#pragma once
// Which recursion computed which token: the grid of the paper's figure 1, with every router score inside its cell.

#include "visualizer/panel.h"

namespace tinymor {

class GridPanel : public Panel {
 public:
  const char* name() const override { return "grid"; }
  const char* title() const override { return "Computed and skipped"; }
  std::string caption(const Source& source, const AppState& state) const override;
  float controls(const Source& source, AppState& state, float right) override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;
};

}  // namespace tinymor
