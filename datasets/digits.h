#pragma once
// Digits that look handwritten: a small set of images, generated from a seed. A digit is the path of a pen through a
// few points (there are several paths for each, as people write them), bent, slanted, turned, and drawn with a varying
// pressure. A linear classifier gets one in seven wrong, a small convolutional network one in two hundred.

#include <cstdint>

#include "datasets/images.h"

namespace tinymor {

/// How `tinymor data list` describes them.
inline constexpr const char* digits_name = "digits";
inline constexpr const char* digits_description =
    "images of handwritten digits, 28 x 28, drawn from a seed: written as IDX files, the format of MNIST";

/// The images number first..first+n-1, [n,28,28]; number i shows the digit i % 10 and depends on (seed, i) only. Every
/// pixel is one of the 256 greys of an IDX file, the same on every machine. Throws InputError unless 1 <= n <= 100 000,
/// and Error unless 0 <= first <= 1 000 000 000.
Images make_digits(uint64_t seed, int64_t n, int64_t first = 0);

/// `n` images to train on, from number 0, and n/5 (rounded up) held out, from number 1 000 000 000. Throws InputError
/// unless 1 <= n <= 100 000.
ImageSplit make_digit_split(uint64_t seed, int64_t n);

}  // namespace tinymor
