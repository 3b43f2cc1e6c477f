#pragma once
// A line of the inspector: words and numbers. While a number is pointed at, or has the keyboard, its source glows.

#include <string>
#include <string_view>
#include <vector>

#include "visualizer/state/app_state.h"

namespace tinymor {

struct TokenLine {
  /// A part of the text.
  struct Number {
    size_t from, to;
    Glow source;
  };
  std::string text;
  bool main = true;    ///< Or an explanation of the line before.
  bool taken = false;  ///< The router let the token into a recursion.
  bool spare = false;  ///< The picture of the guesses says it, too.
  std::vector<Number> numbers = {};

  TokenLine& say(std::string_view words);
  TokenLine& number(std::string_view digits, Glow source);
};

/// Draws them, broken between words, from the top of `box`; in small letters, and then in a part that scrolls, where
/// they are too many. Their numbers are controls, named inspector.number.N; what is pointed at becomes state.glowing.
/// Returns how high they are.
float draw_lines(Canvas& canvas, const Box& box, AppState& state, const std::vector<TokenLine>& lines);

}  // namespace tinymor
