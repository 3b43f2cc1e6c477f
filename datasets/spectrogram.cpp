#include "datasets/spectrogram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>

#include "tensor/error.h"
#include "tensor/kernels/series.h"

namespace tinymor {
namespace {

constexpr int64_t kWindow = 256;
constexpr double kLowest = 60, kHighest = kSampleRate / 2.0;  // Hz

using Spectrum = std::array<std::complex<double>, kWindow>;

/// The sums of x[n] e^(-2 pi i k n / N) for all k, by halves (Cooley and Tukey 1965): first of the samples with even
/// numbers and of those with odd ones, each in turn the same way. `halves` has room for n numbers, too.
void transform(std::complex<double>* x, std::complex<double>* halves, int64_t n, const Spectrum& turns) {
  if (n == 1) return;
  for (int64_t i = 0; i < n; ++i) halves[i % 2 * (n / 2) + i / 2] = x[i];
  transform(halves, x, n / 2, turns);
  transform(halves + n / 2, x + n / 2, n / 2, turns);
  for (int64_t k = 0; k < n / 2; ++k) {
    const std::complex<double> odd = halves[n / 2 + k], by = turns[k * (kWindow / n)];
    const std::complex<double> turned{odd.real() * by.real() - odd.imag() * by.imag(),
                                      odd.real() * by.imag() + odd.imag() * by.real()};
    x[k] = halves[k] + turned;
    x[n / 2 + k] = halves[k] - turned;
  }
}

double mel(double hertz) {
  return 1127 * double(series::log(float(1 + hertz / 700)));
}

/// How much of each of the window's frequencies a band takes: [bands, kWindow / 2 + 1].
std::vector<double> triangles(int64_t bands) {
  std::vector<double> shares;
  const double step = (mel(kHighest) - mel(kLowest)) / double(bands + 1);
  for (int64_t band = 0; band < bands; ++band)
    for (int64_t k = 0; k <= kWindow / 2; ++k) {
      const double at = (mel(double(k) * kSampleRate / kWindow) - mel(kLowest)) / step;  // 1 is the first band's middle
      shares.push_back(std::max(0.0, 1 - std::fabs(at - double(band + 1))));
    }
  return shares;
}

}  // namespace

double cosine_of_turns(double turns) {
  constexpr double kTurn = 6.283185307179586;
  const double x = (turns - std::floor(turns + 0.5)) * kTurn, x2 = x * x;  // -pi..pi
  double sum = 0;
  for (int n = 26; n >= 2; n -= 2) sum = (1 + sum) * -x2 / (n * (n - 1));  // Taylor's series from its end
  return 1 + sum;
}

std::vector<float> log_mel(std::span<const float> samples, int64_t frames, int64_t hop, int64_t bands, double range) {
  check(std::ssize(samples) >= (frames - 1) * hop + kWindow, "[log_mel] {} samples are fewer than {} frames take",
        samples.size(), frames);
  Spectrum turns;
  for (int64_t k = 0; k < kWindow; ++k)
    turns[k] = {cosine_of_turns(double(k) / kWindow), cosine_of_turns(double(k) / kWindow + 0.25)};
  const std::vector<double> shares = triangles(bands);
  std::vector<double> energy(size_t(bands * frames), 0);
  double loudest = 0;
  for (int64_t f = 0; f < frames; ++f) {
    Spectrum x, halves;
    for (int64_t n = 0; n < kWindow; ++n) x[n] = double(samples[f * hop + n]) * (0.5 - 0.5 * turns[n].real());
    transform(x.data(), halves.data(), kWindow, turns);
    for (int64_t band = 0; band < bands; ++band) {
      double& sum = energy[(bands - 1 - band) * frames + f];
      for (int64_t k = 0; k <= kWindow / 2; ++k)
        sum += shares[band * (kWindow / 2 + 1) + k] * (x[k].real() * x[k].real() + x[k].imag() * x[k].imag());
      loudest = std::max(loudest, sum);
    }
  }
  std::vector<float> levels;
  const double tiny = 1e-30, decibels = 4.342944819032518;  // 10 / ln 10
  for (const double e : energy) {
    const double below = decibels * double(series::log(float((e + tiny) / (loudest + tiny))));
    levels.push_back(float(std::clamp(1 + below / range, 0.0, 1.0)));
  }
  return levels;
}

}  // namespace tinymor
