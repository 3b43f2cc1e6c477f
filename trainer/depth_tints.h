#pragma once
// The colours of recursion depths, the same in the window and on the terminal: a ramp from pale to dark, so that a
// deeper token is a darker one in grey print, too. Neighbours of the ramp are far apart for every kind of colour
// vision, and a grey that is none of them is a token that is not computed; tests/visualizer/draw/palette_test.cpp
// measures it.

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace tinymor {

/// 8 bits each, sRGB, and whether dark text is easier to read on it than white.
struct DepthTint {
  uint8_t r, g, b;
  bool dark_text;
};

/// Of depth 0, which is a token that is not computed, to depth 6; deeper ones share the last.
inline constexpr DepthTint depth_tints[] = {
    {0x5E, 0x60, 0x68, false}, {0xF9, 0xE3, 0x6A, true},  {0x92, 0xCF, 0xA8, true}, {0xD5, 0x84, 0xE0, true},
    {0x32, 0x57, 0xFD, false}, {0x7E, 0x33, 0x92, false}, {0x83, 0x06, 0x09, false}};
inline constexpr int depth_colors = int(std::size(depth_tints));

inline const DepthTint& depth_tint(int64_t depth) {
  return depth_tints[std::clamp<int64_t>(depth, 0, depth_colors - 1)];
}

}  // namespace tinymor
