#include "datasets/generated_images.h"

#include "tensor/error.h"
#include "tensor/threads.h"

namespace tinymor {

Images generate_images(const std::string& what, int64_t n, int64_t first, int64_t side,
                       FunctionRef<void(int64_t, Real*)> draw) {
  constexpr int64_t kMost = 100'000;
  check_input(n >= 1 && n <= kMost, "{} {}: out of range (1 to {})", n, what, kMost);
  check(first >= 0 && first <= kFirstHeldOut, "[generate_images] first {} must be in 0..{}", first, kFirstHeldOut);
  Images images{Tensor({n, side, side}), IntTensor(Shape{n}), 10};
  Real* pixels = images.pixels.mutable_data();
  int32_t* labels = images.labels.mutable_data();
  parallel_for(n, [&](int64_t i) {
    draw(first + i, pixels + i * side * side);
    labels[i] = int32_t((first + i) % images.classes);
  });
  return images;
}

}  // namespace tinymor
