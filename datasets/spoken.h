#pragma once
// Digits that are spoken: a small set of sounds, generated from a seed, and their pictures. A word is a row of phones,
// and a phone says where the resonances of a mouth are (its formants), how much the voice sounds and how much air
// hisses (Klatt 1980, "Software for a cascade/parallel formant synthesizer", in small). Each speaker has a pitch, a
// size and a speed, and a noise around; before and after the word there is only that.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "datasets/images.h"

namespace tinymor {

/// How `tinymor data list` describes them.
inline constexpr const char* spoken_name = "spoken";
inline constexpr const char* spoken_description =
    "sounds of spoken digits from a seed, as pictures: 32 pitches high, 32 moments wide, and ten .wav files to hear";

/// Sound number i, 6208 samples of -1..1: someone says the digit i % 10. It depends on (seed, i) only.
std::vector<float> speak(uint64_t seed, int64_t number);

/// The log-mel spectrograms of sounds number first..first+n-1, [n,32,32]: a column is a moment of 24 ms, the lowest
/// pitch is at the bottom. Everything else as make_digits has it.
Images make_spoken(uint64_t seed, int64_t n, int64_t first = 0);

/// As make_digit_split.
ImageSplit make_spoken_split(uint64_t seed, int64_t n);

/// Writes 0.wav to 9.wav, the first ten sounds, into a folder that exists.
void write_spoken_sounds(uint64_t seed, const std::filesystem::path& folder);

}  // namespace tinymor
