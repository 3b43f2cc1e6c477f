#pragma once
// Who looks at whom: the attention weights of one layer of the block, a small map for every recursion and head, and one
// of them large. Tokens that a recursion skipped are hatched: they ask nothing there, and recursion-wise nobody sees
// them.

#include <memory>

#include "visualizer/panel.h"

namespace tinymor {

/// The weights of one effective layer as a table that panels can trust: [H][T][T], query by key, 0 to 255; empty where
/// the trace has none or contradicts itself.
struct AttentionView {
  int tokens = 0, heads = 0;
  std::vector<uint8_t> weights;
  std::vector<bool> asks, seen;  ///< [T] whether the token was a query, a key.

  int at(int head, int query, int key) const { return weights[(size_t(head) * tokens + query) * tokens + key]; }
};
AttentionView view_of(const AttentionTrace& trace, int tokens);

class AttentionPanel : public Panel {
 public:
  const char* name() const override { return "attention"; }
  const char* title() const override { return "Attention"; }
  std::string caption(const Source& source, const AppState& state) const override;
  float controls(const Source& source, AppState& state, float right) override;
  void draw(const Source& source, AppState& state, Canvas& canvas) override;
  std::string text(const Source& source, const AppState& state) const override;
  Table table(const Source& source, const AppState& state) const override;

 private:
  /// An effective layer that is shown: that layer of the block in one recursion, or a layer outside of it.
  struct Row {
    std::string label;
    AttentionView view;
    std::vector<std::shared_ptr<const Image>> images;  ///< One per head.
  };
  void collect(const Source& source, const AppState& state);
  const Row& large_row(const AppState& state) const;
  void draw_maps(AppState& state, Canvas& canvas, const Box& box);
  void draw_large(const AppState& state, Canvas& canvas, const Box& box) const;
  void draw_looks(const AppState& state, Canvas& canvas, const Box& box) const;

  uint64_t version_ = 0;
  int index_ = -1, layer_ = -2;  // what rows_ shows
  std::vector<Row> rows_;        // never empty once collected
};

}  // namespace tinymor
