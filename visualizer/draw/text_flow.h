#pragma once
// Text as its tokens: wrapped between words, each token on its own tint, with strokes below it that count what the tint
// means.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "visualizer/draw/canvas.h"

namespace tinymor {

/// How one token looks.
struct TokenLook {
  Color tint;
  int strokes = 0;      ///< Filled strokes under the token ...
  int strokes_of = 0;   ///< ... out of this many.
  bool marked = false;  ///< Outlined: it is selected.
};

struct TextFlow {
  std::vector<Box> boxes;  ///< One per token, from (0, 0).
  float height = 0;
  ui::Font font = ui::Font::body;
};

/// What is drawn of a token: the space before a word is the gap between the boxes; a token of only spaces shows them.
std::string inside_box(const std::string& piece);

/// Breaks lines before words (tokens that begin with a space) and after newlines; a word wider than `width` breaks
/// anywhere. A line is `line` times as high as the font's letters.
TextFlow flow_text(const std::vector<std::string>& pieces, float width, ui::Font font = ui::Font::body,
                   float line = 1.95f);

/// The same in the largest font with which it fits a room of this size.
TextFlow flow_text_into(const std::vector<std::string>& pieces, ImVec2 room);

/// The token that contains `point`, of tokens with their upper left corner at `origin`.
std::optional<int> token_at(const TextFlow& flow, ImVec2 origin, ImVec2 point);

/// Draws the tokens with their upper left corner at `origin`; returns the one that contains `mouse`. What is outside
/// the window's clip area costs nothing.
std::optional<int> draw_flow(Canvas& canvas, const TextFlow& flow, const std::vector<std::string>& pieces,
                             ImVec2 origin, std::optional<ImVec2> mouse, const std::function<TokenLook(int)>& look);

}  // namespace tinymor
