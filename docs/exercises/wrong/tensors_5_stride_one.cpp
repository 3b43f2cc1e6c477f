// Takes the elements of a window to be side by side in memory.
// It is told: windows of 2 over the columns of a matrix [4,2], step 2: should read the places [0,2,4,6,1,3,5,7]
#define windows_of tensors_5_stride_one
#include "../checks/tensors_5_windows.cpp"

namespace tinymor {

Layout windows_of(const Layout& x, int64_t width, int64_t step) {
  Layout y = x;
  y.shape.back() = (x.shape.back() - width) / step + 1;
  y.strides.back() = step * x.strides.back();
  y.shape.push_back(width);
  y.strides.push_back(1);
  return y;
}

}  // namespace tinymor
