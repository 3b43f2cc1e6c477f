#pragma once
// The colours of recursion depths, the same in the window and on the terminal: six depths and skipped tokens stay
// apart for every kind of colour vision, which tests/visualizer/draw/palette_test.cpp measures.

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
    {0x60, 0x60, 0x68, false}, {0x56, 0xB4, 0xE9, true}, {0xF6, 0xDE, 0x5A, true}, {0xBE, 0x46, 0x14, false},
    {0x78, 0x28, 0x8C, false}, {0xE1, 0xFF, 0xFF, true}, {0xFF, 0x96, 0x87, true}};
inline constexpr int depth_colors = int(std::size(depth_tints));

inline const DepthTint& depth_tint(int64_t depth) {
  return depth_tints[std::clamp<int64_t>(depth, 0, depth_colors - 1)];
}

}  // namespace tinymor
