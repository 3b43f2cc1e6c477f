#include "visualizer/runs/sketch.h"

#include <algorithm>
#include <cmath>

namespace tinymor {
namespace {

constexpr std::string_view letters = ".123456789abcdef";
// As thick as the middle one of the pens that draw the bundled digits.
constexpr float pen = 1.2f, eraser = 2.2f;

/// How much of pixel (x,y) a line covers, 0 to 1.
float coverage(float x, float y, float from_x, float from_y, float to_x, float to_y, float width) {
  const float dx = to_x - from_x, dy = to_y - from_y, length = dx * dx + dy * dy;  // squared
  const float there = (x - from_x) * dx + (y - from_y) * dy;
  const float t = length > 0 ? std::clamp(there / length, 0.0f, 1.0f) : 0;
  return std::clamp(width + 0.5f - std::hypot(x - from_x - t * dx, y - from_y - t * dy), 0.0f, 1.0f);
}

}  // namespace

Sketch Sketch::of(std::span<const uint8_t> pixels) {
  Sketch sketch;
  const int n = int(std::lround(std::sqrt(double(pixels.size()))));
  for (int y = 0; y < side && n > 0; ++y)
    for (int x = 0; x < side; ++x) {
      const float ink = float(pixels[size_t(y * n / side * n + x * n / side)]) / 255;
      sketch.levels_[size_t(y * side + x)] = ink < 0.1f ? 0 : uint8_t(std::lround(ink * most));
    }
  return sketch;
}

std::string Sketch::text() const {
  std::string out;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) out += letters[levels_[size_t(y * side + x)]];
    out.resize(out.find_last_not_of('.') + 1);
    out += '/';
  }
  out.resize(out.find_last_not_of('/') + 1);
  return out.empty() ? "." : out;
}

std::optional<Sketch> Sketch::parse(std::string_view text) {
  Sketch sketch;
  int x = 0, y = 0;
  for (const char letter : text) {
    if (letter == '/') {
      x = 0;
      ++y;
      continue;
    }
    const size_t level = letters.find(letter);
    if (level == letters.npos || x >= side || y >= side) return std::nullopt;
    sketch.levels_[size_t(y * side + x++)] = uint8_t(level);
  }
  return text.empty() ? std::nullopt : std::optional(sketch);
}

void Sketch::draw(float from_x, float from_y, float to_x, float to_y, bool erase) {
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const float covered = coverage(float(x), float(y), from_x, from_y, to_x, to_y, erase ? eraser : pen);
      uint8_t& level = levels_[size_t(y * side + x)];
      if (erase)
        level = std::min(level, uint8_t(std::lround((1 - covered) * most)));
      else
        level = std::max(level, uint8_t(std::lround(covered * most)));
    }
}

/// Where what is drawn is, and how large.
struct Sketch::Frame {
  float x = (side - 1) / 2.0f, y = (side - 1) / 2.0f;  ///< The middle of its ink.
  float extent = side;                                 ///< Pixels in its longer direction.
};

Sketch::Frame Sketch::frame() const {
  constexpr int faint = most / 4;  // the soft edge of a line, which has no size of its own
  int left = side, right = -1, top = side, bottom = -1;
  float total = 0, across = 0, along = 0;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const float level = levels_[size_t(y * side + x)];
      total += level;
      across += level * float(x);
      along += level * float(y);
      if (level <= faint) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
    }
  if (right < 0) return {};
  return {across / total, along / total, float(std::max(right - left, bottom - top) + 1)};
}

float Sketch::at(float x, float y) const {
  const float left = std::floor(x), top = std::floor(y), u = x - left, v = y - top;
  const auto level = [&](int dx, int dy) {
    const int px = int(left) + dx, py = int(top) + dy;
    return px >= 0 && py >= 0 && px < side && py < side ? ink(px, py) : 0;
  };
  return (1 - v) * ((1 - u) * level(0, 0) + u * level(1, 0)) + v * ((1 - u) * level(0, 1) + u * level(1, 1));
}

std::vector<uint8_t> Sketch::pixels(int n) const {
  const Frame drawn = frame();
  const float scale = std::min(2.0f, 20 / drawn.extent) * float(n) / side;  // pixels of the image for each of these
  constexpr int samples = 3;  // of a pixel of the image, in each direction
  std::vector<uint8_t> out;
  for (int y = 0; y < n; ++y)
    for (int x = 0; x < n; ++x) {
      float sum = 0;
      for (int i = 0; i < samples * samples; ++i) {
        const float u = float(x) + (float(i % samples) + 0.5f) / samples - float(n) / 2;
        const float v = float(y) + (float(i / samples) + 0.5f) / samples - float(n) / 2;
        sum += at(drawn.x + u / scale, drawn.y + v / scale);
      }
      out.push_back(uint8_t(std::lround(255 * std::clamp(sum / (samples * samples), 0.0f, 1.0f))));
    }
  return out;
}

}  // namespace tinymor
