#pragma once
// What the KV cache holds: which recursion stored keys and values for which position, and how many bytes that saves.

#include "visualizer/panel.h"

namespace tinymor {

class KvPanel : public Panel {
 public:
  const char* name() const override { return "kv"; }
  const char* title() const override { return "KV cache"; }
  std::string caption(const Source& source, const AppState& state) const override;
  float controls(const Source& source, AppState& state, float right) override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;

 private:
  std::optional<std::pair<int, int>> pointed_;  // row and token under the mouse, as of the last frame
};

}  // namespace tinymor
