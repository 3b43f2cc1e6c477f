#pragma once
// The outlines of the fonts that are installed on this machine, found by the character that is wanted: no single font
// has all of Unicode.

#include <cstdint>
#include <string>
#include <vector>

namespace tinymor {

/// A character as grey pixels, with its place beside the pen.
struct Glyph {
  int width = 0, height = 0;   ///< 0: nothing to be seen, a blank.
  int left = 0, top = 0;       ///< Of its first pixel, from the pen on the baseline, downwards.
  float advance = 0;           ///< How far the pen moves.
  std::vector<uint8_t> alpha;  ///< Rows from the top.
};

/// The character from the font in the file `first`, or else from the installed font that suits text on a screen best
/// of those that have it (Sans and regular before the rest), `em` pixels to its em. False where no font has it, which
/// is all that is to be had with an empty `first`.
bool find_glyph(uint32_t code_point, const std::string& first, float em, Glyph& glyph);

/// The box with a code point's hexadecimal digits that stands for a character that no font has, or with the two of a
/// byte: an even number of them. It is in the middle of a line that is `height` pixels high and has its baseline
/// `ascent` pixels below its top.
Glyph code_box(const std::string& digits, float height, float ascent);

}  // namespace tinymor
