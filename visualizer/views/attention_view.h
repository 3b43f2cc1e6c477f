#pragma once
// The attention weights of one layer as a table.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "trainer/recording/events.h"

namespace tinymor {

/// The weights of one effective layer as a table that panels can trust: [H][T][T], query by key, 0 to 255; empty where
/// the trace has none or contradicts itself.
struct AttentionView {
  int tokens = 0, heads = 0;
  std::vector<uint8_t> weights;
  std::vector<float> log_sums;   ///< [H][T] as in AttentionTrace; empty: not recorded.
  std::vector<bool> asks, seen;  ///< [T] whether the token was a query, a key.

  /// One map for each head, and where there are several also their mean and their largest weight.
  int maps() const { return heads > 1 ? heads + 2 : heads; }
  std::string name(int map) const;
  int at(int map, int query, int key) const;
  /// Whether there is no weight because one of the two was skipped.
  bool skips(int query, int key) const { return !asks[query] || !seen[key]; }
};
AttentionView view_of(const AttentionTrace& trace, int tokens);

/// What one query looks at, most first: weight, key.
std::vector<std::pair<int, int>> strongest(const AttentionView& view, int map, int query);
/// Who looks at one key, most first: weight, query.
std::vector<std::pair<int, int>> askers(const AttentionView& view, int map, int key);

/// One weight that is drawn as an arc from a token to one that it looks at.
struct Arc {
  int query, key;
  int weight;  ///< In 255ths.
};
struct Arcs {
  std::vector<Arc> drawn;  ///< The largest weight first.
  /// Of one query: how much of its attention the drawn ones leave. The weights of one head, and of the mean of all, add
  /// up to 1; the largest of all heads do not, and have no rest.
  std::optional<double> rest;
};
/// The arcs of one query, without those too weak to be seen, or, without one, the strongest of all: 200 at most.
Arcs arcs_of(const AttentionView& view, int map, std::optional<int> query);
/// The same as text, a line for each of the first 40; `where` names the layer.
std::string arcs_text(const AttentionView& view, int map, std::optional<int> query,
                      const std::vector<std::string>& pieces, const std::string& where);

/// One weight as a sentence; `where` names the layer.
std::string weight_sentence(const AttentionView& view, int map, int query, int key,
                            const std::vector<std::string>& pieces, const std::string& where);

}  // namespace tinymor
