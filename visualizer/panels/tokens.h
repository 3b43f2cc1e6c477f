#pragma once
// What a text is to the model, tokens, and what the run learns from: the probe text with the id of each token and its
// place in the corpus, the vocabulary with how often each token occurs, and any text of one's own.

#include "visualizer/panel.h"

namespace tinymor {

class TokensPanel : public Panel {
 public:
  const char* name() const override { return "tokens"; }
  const char* title() const override { return "Tokens and data"; }
  std::string caption(const Source& source, const AppState& state) const override;
  float controls(const Source& source, AppState& state, float right) override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;

 private:
  void draw_vocabulary(const Source& source, AppState& state, Canvas& canvas);
  void draw_own(const Source& source, AppState& state, Canvas& canvas);

  std::vector<int32_t> listed_;  // ids, of this version and search
  uint64_t version_ = 0;
  std::string search_;
};

}  // namespace tinymor
