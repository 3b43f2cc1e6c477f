// Pictures of sounds whose pitches and loudness are known.

#include "datasets/spectrogram.h"

#include <algorithm>
#include <cmath>

#include "support/catch.h"
#include "tensor/error.h"

using namespace tinymor;

namespace {

constexpr double kTurn = 6.283185307179586;

std::vector<float> tones(std::vector<std::pair<double, double>> hertz_and_loudness, int64_t samples = 1024) {
  std::vector<float> sound(samples);
  for (const auto& [hertz, loudness] : hertz_and_loudness)
    for (int64_t i = 0; i < samples; ++i)
      sound[i] += float(loudness * std::sin(kTurn * hertz * double(i) / kSampleRate));
  return sound;
}

/// Of the brightest band of a frame, counted from the lowest.
int64_t brightest(const std::vector<float>& picture, int64_t bands, int64_t frames, int64_t frame) {
  int64_t best = 0;
  for (int64_t band = 0; band < bands; ++band)
    if (picture[(bands - 1 - band) * frames + frame] > picture[(bands - 1 - best) * frames + frame]) best = band;
  return best;
}

}  // namespace

TEST_CASE("the cosine of parts of a turn is that of the C library, to 12 digits") {
  for (double turns = -3; turns < 3; turns += 0.0137)
    CHECK(cosine_of_turns(turns) == Approx(std::cos(kTurn * turns)).margin(1e-12));
}

TEST_CASE("a tone is brightest in the band whose middle is next to it, at every moment") {
  const int64_t bands = 32, frames = 5, hop = 192;
  const auto mel = [](double hertz) { return 1127 * std::log(1 + hertz / 700); };
  for (const double hertz : {300.0, 440.0, 1000.0, 2000.0, 3500.0}) {
    const auto picture = log_mel(tones({{hertz, 0.5}}), frames, hop, bands, 50);
    const double at = (mel(hertz) - mel(60)) / (mel(4000) - mel(60)) * double(bands + 1) - 1;
    INFO(hertz << " Hz belongs to band " << at);
    for (int64_t frame = 0; frame < frames; ++frame)
      CHECK(std::fabs(double(brightest(picture, bands, frames, frame)) - at) < 0.8);
  }
}

TEST_CASE("levels are decibels below the loudest place, whatever the volume") {
  const auto two = log_mel(tones({{600, 0.5}, {2500, 0.05}}), 5, 192, 32, 50);
  std::vector<float> high(two.begin(), two.begin() + 16 * 5);  // the upper half of the picture
  CHECK(*std::max_element(two.begin(), two.end()) == 1);
  CHECK(*std::max_element(high.begin(), high.end()) == Approx(1 - 20.0 / 50).margin(0.04));
  const auto softer = log_mel(tones({{600, 0.05}, {2500, 0.005}}), 5, 192, 32, 50);
  for (size_t i = 0; i < two.size(); ++i) CHECK(softer[i] == Approx(two[i]).margin(1e-3));
}

TEST_CASE("silence is black, and too few samples are refused") {
  for (const float level : log_mel(std::vector<float>(1024), 5, 192, 32, 50)) CHECK(level == 1);
  CHECK_THROWS_AS(log_mel(std::vector<float>(1023), 5, 192, 32, 50), Error);
}
