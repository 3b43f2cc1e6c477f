#pragma once
// Writing with the model: a prompt, the usual controls of sampling, and the text as it comes, tinted by depth.

#include "visualizer/panel.h"

namespace tinymor {

class GeneratePanel : public Panel {
 public:
  const char* name() const override { return "generate"; }
  const char* title() const override { return "Generate"; }
  std::string caption(const Source& source, const AppState& state) const override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;

 private:
  void draw_controls(const Source& source, AppState& state);
  void draw_buttons(const Source& source, AppState& state);
  void draw_text(const Source& source, AppState& state, Canvas& canvas, float height);

  size_t last_size_ = 0;  // to scroll down when the text grew
};

}  // namespace tinymor
