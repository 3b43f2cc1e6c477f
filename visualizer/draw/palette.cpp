#include "visualizer/draw/palette.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "tensor/whole.h"
#include "trainer/depth_tints.h"

namespace tinymor {
namespace {

using Triple = std::array<double, 3>;

double to_linear(uint8_t channel) {
  const double c = channel / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

uint8_t from_linear(double value) {
  const double c = std::clamp(value, 0.0, 1.0);
  const double s = c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055;
  return level_of(s);
}

Triple linear(Color c) {
  return {to_linear(c.r), to_linear(c.g), to_linear(c.b)};
}

double luminance(Color c) {
  const Triple v = linear(c);
  return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
}

// CIE L*a*b* under D65.
Triple lab(Color color) {
  const Triple v = linear(color);
  const double x = (0.4124564 * v[0] + 0.3575761 * v[1] + 0.1804375 * v[2]) / 0.95047;
  const double y = 0.2126729 * v[0] + 0.7151522 * v[1] + 0.0721750 * v[2];
  const double z = (0.0193339 * v[0] + 0.1191920 * v[1] + 0.9503041 * v[2]) / 1.08883;
  const auto f = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; };
  return {116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))};
}

// Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
constexpr double machado[3][9] = {
    {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
    {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
    {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900}};

}  // namespace

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
  static constexpr Color stops[] = {{0x00, 0x20, 0x4C}, {0x00, 0x33, 0x6F}, {0x39, 0x48, 0x6B}, {0x57, 0x5C, 0x6D},
                                    {0x70, 0x71, 0x73}, {0x8A, 0x86, 0x78}, {0xA6, 0x9D, 0x75}, {0xC4, 0xB5, 0x6C},
                                    {0xE4, 0xCF, 0x5B}, {0xFF, 0xEA, 0x46}};
  constexpr int last = int(std::size(stops)) - 1;
  const double at = (part > 0 ? std::min(part, 1.0) : 0.0) * last;  // not a number: 0
  const int below = std::min(int(at), last - 1);
  return mix(stops[below], stops[below + 1], at - below);
}

Color signed_color(double part) {
  constexpr Color less{0x56, 0xB4, 0xE9}, none{0x22, 0x26, 0x2F}, more{0xF0, 0x9A, 0x3E};
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

Color simulate(Color color, Vision vision) {
  if (vision == Vision::normal) return color;
  const double* m = machado[int(vision) - 1];
  const Triple v = linear(color);
  const auto row = [&](int i) { return from_linear(m[3 * i] * v[0] + m[3 * i + 1] * v[1] + m[3 * i + 2] * v[2]); };
  return {row(0), row(1), row(2)};
}

double delta_e(Color a, Color b) {
  const Triple x = lab(a), y = lab(b);
  return std::sqrt((x[0] - y[0]) * (x[0] - y[0]) + (x[1] - y[1]) * (x[1] - y[1]) + (x[2] - y[2]) * (x[2] - y[2]));
}

}  // namespace tinymor
