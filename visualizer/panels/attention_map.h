#pragma once
// One map of attention weights drawn large: as much of the text as the other pictures with columns show, the tokens
// beside it where there is room, and in words what the token that is pointed at looks at and who looks at it.

#include <string>

#include "visualizer/state/app_state.h"
#include "visualizer/views/attention_view.h"

namespace tinymor {

/// A map of a layer that there is: number `map` of its view.
struct LargeMap {
  const AttentionView& view;
  int map;
  const std::string& where;  ///< What the layer is called.
};

/// How strongly a weight, in 255ths, is drawn, 0 to 1: its square root, so that small ones are seen.
double weight_strength(int weight);

/// Draws it, all of which is `image` [T][T], into a square at the top of `box` and the words below; the mouse points at
/// a query and the wheel looks closer. Tagged "attention.large".
void draw_large_map(const LargeMap& large, const Image& image, AppState& state, Canvas& canvas, const Box& box);

/// In words, into `box`: what a token looks at, and who looks at it.
void draw_words(const LargeMap& large, const AppState& state, Canvas& canvas, const Box& box, int token);

/// "·girl" looks at  "·the" 31 %  "·a" 20 %, at most `most` of them.
std::string looks_at(const LargeMap& large, const std::vector<std::string>& pieces, int token, int most);
/// is seen by  ·sang 12 %, again at most `most`.
std::string seen_by(const LargeMap& large, const std::vector<std::string>& pieces, int token, int most);

}  // namespace tinymor
