#pragma once
// The attention weights of one layer as a table.

#include <cstdint>
#include <vector>

#include "trainer/recording.h"

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

}  // namespace tinymor
