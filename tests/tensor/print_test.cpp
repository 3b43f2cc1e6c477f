#include <sstream>

#include "support/catch.h"
#include "tensor/ops.h"

using namespace tinymor;

TEST_CASE("tensors are printed as NumPy prints them") {
  const Real inf = std::numeric_limits<Real>::infinity();
  // Right: str(x) of NumPy 2.4 with set_printoptions(precision=4).
  const std::vector<std::pair<Tensor, std::string>> table{
      {Tensor({3}, {1, 2, 3}), "[1. 2. 3.]"},
      {Tensor({3}, {Real(0.5), Real(1.25), -3}), "[ 0.5   1.25 -3.  ]"},
      {Tensor({2}, {Real(0.1), Real(1) / 3}), "[0.1    0.3333]"},
      {Tensor({2, 2}, {1, Real(2.5), -100, Real(0.001)}), "[[ 1.0e+00  2.5e+00]\n [-1.0e+02  1.0e-03]]"},
      {Tensor({2}, {Real(1e9), 1}), "[1.e+09 1.e+00]"},
      {Tensor({2}, {Real(1e20), Real(-2.25e-20)}), "[ 1.00e+20 -2.25e-20]"},
      {Tensor({4}, {std::nan(""), 1, inf, -inf}), "[ nan   1.  inf -inf]"},
      {Tensor({1}, {Real(-0.0)}), "[-0.]"},
      {Tensor::zeros({2, 0}), "[]"},
      {Tensor({1, 1, 1}, {Real(1.5)}), "[[[1.5]]]"},
      {Tensor::arange(12).reshape({2, 3, 2}),
       "[[[ 0.  1.]\n  [ 2.  3.]\n  [ 4.  5.]]\n\n [[ 6.  7.]\n  [ 8.  9.]\n  [10. 11.]]]"},
      {Tensor::arange(20) / 7,
       "[0.     0.1429 0.2857 0.4286 0.5714 0.7143 0.8571 1.     1.1429 1.2857\n"
       " 1.4286 1.5714 1.7143 1.8571 2.     2.1429 2.2857 2.4286 2.5714 2.7143]"},
      {Tensor::arange(2000).reshape({20, 100}) / 8 + 10,
       "[[ 10.     10.125  10.25  ...  22.125  22.25   22.375]\n"
       " [ 22.5    22.625  22.75  ...  34.625  34.75   34.875]\n"
       " [ 35.     35.125  35.25  ...  47.125  47.25   47.375]\n"
       " ...\n"
       " [222.5   222.625 222.75  ... 234.625 234.75  234.875]\n"
       " [235.    235.125 235.25  ... 247.125 247.25  247.375]\n"
       " [247.5   247.625 247.75  ... 259.625 259.75  259.875]]"}};
  for (const auto& [x, printed] : table) {
    CHECK(to_string(x) == printed);
    std::ostringstream out;
    out << x;
    CHECK(out.str() == printed);
  }
  CHECK(to_string(IntTensor({5}, {-2, -1, 0, 1, 2})) == "[-2 -1  0  1  2]");
  CHECK(to_string(Tensor(2.5)) == "2.5");
  CHECK(to_string(Tensor::arange(4).reshape({2, 2}).transpose(0, 1)) == "[[0. 2.]\n [1. 3.]]");
  CHECK(to_string(Tensor()) == "undefined");
}
