#pragma once
// From sound to a picture of it: which pitches are loud at which moment. A model of patches reads such a picture as it
// reads a digit, with a patch for every moment. Only sums, products, quotients, roots and the series of
// tensor/kernels/series.h are used, so that the pictures have the same bits on every machine.

#include <cstdint>
#include <span>
#include <vector>

namespace tinymor {

inline constexpr int64_t kSampleRate = 8000;  ///< of sounds, in samples per second

/// The cosine of a part of a turn: of 0.25 it is 0.
double cosine_of_turns(double turns);

/// The log-mel spectrogram of `samples`: [bands, frames], the lowest band last, as it is drawn. Frame f shows the 256
/// samples from f * hop on, faded in and out (Hann's window). Its bands overlap as triangles whose middles are evenly
/// spaced in mel, 1127 ln(1 + Hz / 700), from 60 Hz to half the sample rate. A level is 1 for the loudest place and 0
/// where it is `range` decibels softer or more. Throws Error where there are fewer samples than that.
std::vector<float> log_mel(std::span<const float> samples, int64_t frames, int64_t hop, int64_t bands, double range);

}  // namespace tinymor
