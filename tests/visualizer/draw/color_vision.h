#pragma once
// How colours look to people with a colour-vision deficiency, and how far apart two colours are.

#include <algorithm>
#include <array>
#include <cmath>

#include "mor/whole.h"
#include "visualizer/draw/palette.h"

namespace tinymor {

enum class Vision { normal, deuteranopia, protanopia, tritanopia };

namespace color_vision {

using Triple = std::array<double, 3>;

inline double to_linear(uint8_t channel) {
  const double c = channel / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

inline uint8_t from_linear(double value) {
  const double c = std::clamp(value, 0.0, 1.0);
  const double s = c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055;
  return level_of(s);
}

inline Triple linear(Color c) {
  return {to_linear(c.r), to_linear(c.g), to_linear(c.b)};
}

// CIE L*a*b* under D65.
inline Triple lab(Color color) {
  const Triple v = linear(color);
  const double x = (0.4124564 * v[0] + 0.3575761 * v[1] + 0.1804375 * v[2]) / 0.95047;
  const double y = 0.2126729 * v[0] + 0.7151522 * v[1] + 0.0721750 * v[2];
  const double z = (0.0193339 * v[0] + 0.1191920 * v[1] + 0.9503041 * v[2]) / 1.08883;
  const auto f = [](double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; };
  return {116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))};
}

// Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
inline constexpr double machado[3][9] = {
    {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
    {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
    {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900}};

}  // namespace color_vision

inline Color simulate(Color color, Vision vision) {
  using namespace color_vision;
  if (vision == Vision::normal) return color;
  const double* m = machado[int(vision) - 1];
  const Triple v = linear(color);
  const auto row = [&](int i) { return from_linear(m[3 * i] * v[0] + m[3 * i + 1] * v[1] + m[3 * i + 2] * v[2]); };
  return {row(0), row(1), row(2)};
}

/// CIE 1976 colour difference; about 2.3 is just noticeable.
inline double delta_e(Color a, Color b) {
  using namespace color_vision;
  const Triple x = lab(a), y = lab(b);
  return std::sqrt((x[0] - y[0]) * (x[0] - y[0]) + (x[1] - y[1]) * (x[1] - y[1]) + (x[2] - y[2]) * (x[2] - y[2]));
}

}  // namespace tinymor
