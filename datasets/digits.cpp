#include "datasets/digits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "datasets/generated_images.h"
#include "tensor/random.h"

namespace tinymor {
namespace {

constexpr int64_t kSide = 28, kPixels = kSide * kSide;

/// How people write each digit. The pen goes smoothly through points that are named like the squares of a chessboard,
/// column a..m from left to right and row 0..18 from top to bottom; after "!" it turns sharply, at "|" it is lifted.
const std::array<std::vector<const char*>, 10> ways = {{
    {"g0 c2 a6 a12 c16 g18 k16 m12 m6 k2 g0 e1", "h0 d3 c9 d15 g18 j15 k9 j3 f0",
     "i1 e1 b5 a10 c15 g18 k16 m10 l5 i2 f1"},
    {"g0 g18", "c5 g0! g18", "c4! g0! g18 | c18 k18", "b7! h0! h18"},
    {"b4 d1 g0 j2 k5 i9 e13 b18! l18", "b3 e0 i1 j5 h10 d15 b17 b15 d14 h17 l17",
     "a3 d0 i0 l4 j9 f13 a18! e17 h18 m17"},
    {"b2 e0 i1 j5 f8! j10 k14 g18 b16", "b0! k0! f7! j9 k13 h17 d18 a16", "b3 d0 h0 j4 g8 e8! i9 l13 h18 c18 a15"},
    {"c0 a11! l11 | i3 i18", "i18! i0! a12! m12", "d0 b9 e11 k9 | k1 j10 i18"},
    {"k0! c0! b8! f6 k9 k14 f18 a16", "c1! b8! g7 l10 k15 f18 a16 | c1 l0", "l1 f0 b3 d7 i9 l13 h18 b17"},
    {"j0 e3 b9 b14 e18 i17 k13 h10 d11 b14", "h0 d6 c12 e17 i17 k13 h10 d12", "l2 h0 c4 a11 d17 i18 l14 i9 d10 b14"},
    {"a0! l0! e18", "a1! l0! g10 e18 | c9 k9", "a3! a0! l0! h8 g18", "a2 e0 h1 l0! h9 f18"},
    {"k3 g0 c3 d7 i10 k14 g18 b14 d10 j6 k3 i1", "g0 c2 c6 g8 k6 k2 g0 | g8 b11 b16 g18 l16 l11 g8",
     "l1 f1 c4 g8 k13 i17 d17 b13 g8 k5 l1"},
    {"k4 g0 b3 c8 g10 k6 k3! j10 i18", "k5 h0 c2 b7 f10 j8 k4 l10 j16 e18 b16", "j3 e0 a4 c9 g9 j5 j1! j18"},
}};

/// Where the pen is, in pixels, and half the width of its line there.
struct Pen {
  double x, y, width;
};

/// What stays the same through an image: how its writer holds pen and paper. It uses only sums, products and quotients,
/// which give the same bits everywhere; that is why the turn of the paper is given by the tangent of half its angle.
struct Hand {
  Random& random;
  double ink = between(0.6, 1), width = between(0.7, 1.7), wobble = between(0.1, 0.45);
  double across = between(0.75, 1.15), along = between(0.8, 1.1), slant = between(-0.15, 0.45);
  double half_turn = between(-0.12, 0.12), right = between(-2.5, 2.5), down = between(-2.5, 2.5);
  double bend[4] = {between(-0.2, 0.2), between(-0.2, 0.2), between(-0.2, 0.2), between(-0.2, 0.2)};

  double between(double low, double high) { return low + (high - low) * random.uniform(); }

  /// Where a square of the board is on the paper.
  Pen put(double column, double row) {
    column += wobble * random.normal();
    row += wobble * random.normal();
    double u = (column - 6) / 9, v = (row - 9) / 9;  // v is -1 at the top and 1 at the bottom
    const double bent = u + bend[0] * v * v + bend[1] * u * v;
    v = along * (v + bend[2] * u * u + bend[3] * u * v);
    u = across * bent - slant * v;
    const double t = half_turn, cosine = (1 - t * t) / (1 + t * t), sine = 2 * t / (1 + t * t);
    constexpr double middle = (kSide - 1) / 2.0;
    return {middle + right + 9 * (cosine * u - sine * v), middle + down + 9 * (sine * u + cosine * v),
            width * between(0.75, 1.15)};
  }
};

/// The smooth pieces of the path that `text` names.
std::vector<std::vector<Pen>> on_paper(const char* text, Hand& hand) {
  std::vector<std::vector<Pen>> curves(1);
  for (const char* at = text; *at; ++at) {
    if (*at >= 'a' && *at <= 'm') curves.back().push_back(hand.put(*at - 'a', std::atoi(at + 1)));
    if (*at == '!') curves.push_back({curves.back().back()});
    if (*at == '|') curves.emplace_back();
  }
  return curves;
}

/// The point at t in 0..1 between b and c of a Catmull-Rom spline: it passes b in the direction from a to c, and c in
/// the direction from b to d.
Pen between_points(const Pen& a, const Pen& b, const Pen& c, const Pen& d, double t) {
  const auto blend = [t](double p, double q, double r, double s) {
    return q + 0.5 * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
  };
  return {blend(a.x, b.x, c.x, d.x), blend(a.y, b.y, c.y, d.y), blend(a.width, b.width, c.width, d.width)};
}

/// How much of each pixel is covered with ink, 0..1.
using Paper = std::array<double, kPixels>;

/// How much of pixel (x,y) a line covers: half of it when its middle is on the line's edge, so that edges are smooth.
double coverage(double x, double y, const Pen& from, const Pen& to) {
  const double dx = to.x - from.x, dy = to.y - from.y, length = dx * dx + dy * dy;  // squared
  const double there = (x - from.x) * dx + (y - from.y) * dy;
  const double t = length > 0 ? std::clamp(there / length, 0.0, 1.0) : 0;  // the nearest point of the line
  const double off_x = x - from.x - t * dx, off_y = y - from.y - t * dy;
  const double width = from.width + t * (to.width - from.width);
  return std::clamp(width + 0.5 - std::sqrt(off_x * off_x + off_y * off_y), 0.0, 1.0);
}

/// Covers the pixels of the small rectangle that the line reaches.
void draw_line(Paper& paper, const Pen& from, const Pen& to) {
  const double reach = std::max(from.width, to.width) + 1;
  const auto pixel = [](double at) { return std::clamp<int64_t>(int64_t(at), 0, kSide - 1); };
  for (int64_t y = pixel(std::min(from.y, to.y) - reach); y <= pixel(std::max(from.y, to.y) + reach); ++y) {
    for (int64_t x = pixel(std::min(from.x, to.x) - reach); x <= pixel(std::max(from.x, to.x) + reach); ++x) {
      double& covered = paper[size_t(y * kSide + x)];
      covered = std::max(covered, coverage(double(x), double(y), from, to));
    }
  }
}

void draw_curve(Paper& paper, const std::vector<Pen>& curve) {
  constexpr int lines = 6;  // between two points
  const int64_t last = int64_t(curve.size()) - 1;
  const auto point = [&](int64_t i) { return curve[size_t(std::clamp<int64_t>(i, 0, last))]; };
  Pen from = point(0);
  for (int64_t i = 0; i < last * lines; ++i) {
    const int64_t b = i / lines;
    const double t = double(i % lines + 1) / lines;
    const Pen to = between_points(point(b - 1), point(b), point(b + 1), point(b + 2), t);
    draw_line(paper, from, to);
    from = to;
  }
}

/// Draws image `number` into its kPixels pixels.
void draw_digit(uint64_t seed, int64_t number, Real* pixels) {
  // Bundled texts use the lower half of the stream's numbers.
  Random random(seed, stream_of(Stream::data, (1ull << 31) + uint64_t(number)));
  const auto& known = ways[size_t(number % 10)];
  const char* way = known[size_t(random.below(int64_t(known.size())))];
  Hand hand{random};
  Paper paper{};
  for (const std::vector<Pen>& curve : on_paper(way, hand)) draw_curve(paper, curve);
  for (const double covered : paper) {
    const double grey = std::clamp(hand.ink * covered + 0.04 * random.normal(), 0.0, 1.0);
    *pixels++ = Real(int(255 * grey + 0.5)) / 255;
  }
}

}  // namespace

Images make_digits(uint64_t seed, int64_t n, int64_t first) {
  return generate_images("digits", n, first, kSide,
                         [&](int64_t number, Real* pixels) { draw_digit(seed, number, pixels); });
}

ImageSplit make_digit_split(uint64_t seed, int64_t n) {
  return {make_digits(seed, n), make_digits(seed, (n + 4) / 5, kFirstHeldOut)};
}

}  // namespace tinymor
