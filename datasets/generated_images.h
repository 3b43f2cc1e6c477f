#pragma once
// What the image data sets that are made from a seed have in common.

#include <cstdint>
#include <string>

#include "datasets/images.h"
#include "tensor/function_ref.h"

namespace tinymor {

/// Number of the first image held out; those to train on come from 0 on.
inline constexpr int64_t kFirstHeldOut = 1'000'000'000;

/// Images number first..first+n-1, [n,side,side]; `draw(number, pixels)` makes one of them, on any thread. Number i is
/// of class i % 10. Throws InputError, naming `what`, unless 1 <= n <= 100 000, and Error unless
/// 0 <= first <= kFirstHeldOut.
Images generate_images(const std::string& what, int64_t n, int64_t first, int64_t side,
                       FunctionRef<void(int64_t, Real*)> draw);

}  // namespace tinymor
