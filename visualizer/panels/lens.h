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

}  // namespace tinymor
