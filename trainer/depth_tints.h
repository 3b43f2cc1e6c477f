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
    {0x5E, 0x60, 0x68, false}, {0xF0, 0xE2, 0x6F, true},  {0x8C, 0xC3, 0xAA, true}, {0xB8, 0x75, 0xDD, true},
    {0x67, 0x10, 0xFF, false}, {0x64, 0x00, 0x8B, false}, {0x5A, 0x00, 0x02, false}};
inline constexpr int depth_colors = int(std::size(depth_tints));

inline const DepthTint& depth_tint(int64_t depth) {
  return depth_tints[std::clamp<int64_t>(depth, 0, depth_colors - 1)];
}

}  // namespace tinymor
