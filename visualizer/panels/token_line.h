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
  std::vector<Number> numbers = {};

  TokenLine& say(std::string_view words);
  TokenLine& number(std::string_view digits, Glow source);
};

/// How high the lines are in a column of this width.
float height_of(const std::vector<TokenLine>& lines, float width);
/// Draws them, broken between words, from the upper left corner of `box`. Their numbers are controls, named
/// inspector.number.N; what is pointed at becomes state.glowing.
void draw_lines(Canvas& canvas, const Box& box, AppState& state, const std::vector<TokenLine>& lines);

}  // namespace tinymor
