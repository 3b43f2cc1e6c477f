#include "visualizer/draw/palette.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "trainer/depth_tints.h"

namespace tinymor {
namespace {

Theme current = Theme::dark;

double to_linear(uint8_t channel) {
  const double c = channel / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double luminance(Color c) {
  return 0.2126 * to_linear(c.r) + 0.7152 * to_linear(c.g) + 0.0722 * to_linear(c.b);
}

}  // namespace

Theme theme() {
  return current;
}

void set_theme(Theme theme) {
  current = theme;
}

Color depth_color(int depth) {
  const DepthTint& tint = depth_tint(depth);
  return {tint.r, tint.g, tint.b};
}

Color training_only_color() {
  return {0xF0, 0x9A, 0x3E};
}
Color causal_only_color() {
  return {0x4C, 0x8D, 0xF0};
}

double contrast(Color a, Color b) {
  const double la = luminance(a), lb = luminance(b);
  return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

Color sequential_color(double part) {
  // Both share the dark half; the light one ends in cream, as yellow shines on white.
  static constexpr Color on_dark[] = {{0x00, 0x20, 0x4C}, {0x00, 0x33, 0x6F}, {0x39, 0x48, 0x6B}, {0x57, 0x5C, 0x6D},
                                      {0x70, 0x71, 0x73}, {0x8A, 0x86, 0x78}, {0xA6, 0x9D, 0x75}, {0xC4, 0xB5, 0x6C},
                                      {0xE4, 0xCF, 0x5B}, {0xFF, 0xEA, 0x46}};
  static constexpr Color on_light[] = {{0xF3, 0xEF, 0xDD}, {0xE0, 0xD8, 0xB4}, {0xCA, 0xC0, 0x92}, {0xAC, 0xA3, 0x7E},
                                       {0x8A, 0x86, 0x78}, {0x70, 0x71, 0x73}, {0x57, 0x5C, 0x6D}, {0x39, 0x48, 0x6B},
                                       {0x00, 0x33, 0x6F}, {0x00, 0x20, 0x4C}};
  const Color* stops = theme() == Theme::dark ? on_dark : on_light;
  constexpr int last = int(std::size(on_dark)) - 1;
  const double at = (part > 0 ? std::min(part, 1.0) : 0.0) * last;  // not a number: 0
  const int below = std::min(int(at), last - 1);
  return mix(stops[below], stops[below + 1], at - below);
}

Color signed_color(double part) {
  constexpr Themed less{{0x56, 0xB4, 0xE9}, {0x0F, 0x6F, 0xB8}}, more{{0xF0, 0x8A, 0x3A}, {0xB8, 0x4A, 0x00}};
  constexpr Themed none{{0x22, 0x26, 0x2F}, {0xEC, 0xEE, 0xF2}};
  const double strength = std::isfinite(part) ? std::min(std::abs(part), 1.0) : 0;
  return mix(none, part < 0 ? less : more, std::sqrt(strength));
}

Color text_on(Color background) {
  constexpr Color dark{0x10, 0x12, 0x16}, light{0xFF, 0xFF, 0xFF};
  return contrast(background, dark) >= contrast(background, light) ? dark : light;
}

Color mix(Color a, Color b, double part) {
  const double share = part > 0 ? std::min(part, 1.0) : 0;  // not a number: a
  const auto channel = [share](uint8_t x, uint8_t y) { return uint8_t(std::lround(x + (y - x) * share)); };
  return {channel(a.r, b.r), channel(a.g, b.g), channel(a.b, b.b)};
}

}  // namespace tinymor
