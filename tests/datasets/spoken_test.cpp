// Sounds of spoken digits, and their pictures.

#include "datasets/spoken.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "datasets/fingerprint.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"

using namespace tinymor;

TEST_CASE("spoken digits have the same bits on every machine") {
  const Tensor pixels = make_spoken(1, 30).pixels;
  std::string greys;
  for (const Real pixel : pixels.values()) greys += char(std::lround(double(pixel) * 255));
  CHECK(fingerprint(greys) == 0x729b2d6bc53833e3);
}

TEST_CASE("a sound depends on its seed and number only, and says the digit that it is labelled with") {
  const Images some = make_spoken(3, 12), later = make_spoken(3, 2, 10);
  CHECK(some.labels.to_vector() == std::vector<int32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1});
  CHECK(some.pixels.slice(0, 10, 12).to_vector() == later.pixels.to_vector());
  CHECK(speak(3, 0) != speak(3, 10));
  CHECK(speak(3, 0) != speak(4, 0));
  CHECK_THROWS_AS(make_spoken(1, 0), InputError);
  CHECK_THROWS_AS(make_spoken(1, 100'001), InputError);
  CHECK_THROWS_AS(make_spoken(1, 1, -1), Error);
  const ImageSplit split = make_spoken_split(1, 11);
  CHECK(split.train.labels.count() == 11);
  CHECK(split.held_out.labels.count() == 3);
}

TEST_CASE("a spoken digit is loud for a while, and quiet before or after") {
  for (int64_t number = 0; number < 40; ++number) {
    const std::vector<float> sound = speak(1, number);
    CHECK(std::all_of(sound.begin(), sound.end(), [](float x) { return std::fabs(x) < 0.91f; }));
    std::vector<double> energies;  // of pieces of a twentieth of a second
    for (size_t at = 0; at + 400 <= sound.size(); at += 400)
      energies.push_back(std::inner_product(&sound[at], &sound[at] + 400, &sound[at], 0.0));
    const auto [softest, loudest] = std::minmax_element(energies.begin(), energies.end());
    INFO("sound " << number);
    CHECK(*loudest > 20 * *softest);
    CHECK(std::min(energies.front(), energies.back()) < *loudest / 20);
  }
}

TEST_CASE("the sounds can be heard: each .wav holds its samples") {
  const TemporaryFolder folder;
  write_spoken_sounds(1, folder.path());
  const std::string wav = read_file(folder.path() / "7.wav");
  const std::vector<float> sound = speak(1, 7);
  REQUIRE(wav.size() == 44 + 2 * sound.size());
  CHECK(wav.starts_with("RIFF"));
  CHECK(wav.substr(8, 8) == "WAVEfmt ");
  for (size_t i = 0; i < sound.size(); ++i) {
    const auto sample = int16_t(uint8_t(wav[44 + 2 * i]) | uint8_t(wav[45 + 2 * i]) << 8);
    REQUIRE(sample == int16_t(32767 * sound[i]));
  }
}
