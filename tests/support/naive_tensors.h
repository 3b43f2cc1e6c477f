#pragma once
// Random tensors of any layout, and results computed index by index in double precision to compare with. Elements are
// small whole numbers, so that most comparisons are exact and equal elements are frequent.

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "support/random_cases.h"
#include "tensor/ops.h"

namespace tinymor {

using Index = std::vector<int64_t>;
using Numbers = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity(), kNan = std::numeric_limits<double>::quiet_NaN();

/// Calls body(index) for every index of `shape` in row-major order.
template <class Body>
void for_each_index(const Shape& shape, Body body) {
  Index index(shape.rank(), 0);
  for (int64_t n = 0; n < shape.count(); ++n) {
    int64_t rest = n;
    for (int64_t axis = shape.rank() - 1; axis >= 0; --axis) {
      index[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    body(index);
  }
}

/// Where the element at `index` stands in memory after the first. The index may have more axes in front, and x may be
/// broadcast to it: axes of extent 1 are not moved along.
template <class T>
int64_t offset_of(const BasicTensor<T>& x, const Index& index) {
  int64_t offset = 0;
  for (int64_t i = 1; i <= x.rank(); ++i)
    if (x.dim(-i) != 1) offset += index[index.size() - i] * x.strides()[x.rank() - i];
  return offset;
}

template <class T>
double element(const BasicTensor<T>& x, const Index& index) {
  return x.data()[offset_of(x, index)];
}

/// What a result should be: f(index) at every index.
struct Expected {
  template <class F>
  Expected(const Shape& of_shape, F f) : shape(of_shape) {
    for_each_index(shape, [&](const Index& index) { values.push_back(f(index)); });
  }
  double at(const Index& index) const {
    int64_t at = 0;
    for (int64_t axis = 0; axis < shape.rank(); ++axis) at = at * shape[axis] + index[axis];
    return values[at];
  }

  Shape shape;
  std::vector<double> values;
};

/// The first difference, or nothing. Expected values are rounded to T; `tolerance` is relative to 1 + |x|.
template <class T>
std::string difference(const BasicTensor<T>& x, const Expected& expected, double tolerance = 0) {
  if (x.shape() != expected.shape) return "shape " + x.shape().text() + ", not " + expected.shape.text();
  std::string text;
  for_each_index(x.shape(), [&](const Index& index) {
    const T actual = T(element(x, index)), wanted = T(expected.at(index));
    if (actual == wanted || (std::isnan(double(actual)) && std::isnan(double(wanted))) || !text.empty()) return;
    if (std::abs(double(actual) - double(wanted)) <= tolerance * (1 + std::abs(double(wanted)))) return;
    text = fmt::format("{} instead of {} at [{}]", actual, wanted, fmt::join(index, ","));
  });
  return text;
}

/// The same for a new tensor, which must be contiguous and have memory of its own.
template <class T>
std::string new_difference(const BasicTensor<T>& x, const Expected& expected, double tolerance = 0) {
  if (!x.contiguous()) return "not contiguous";
  if (!x.sole_owner()) return "it shares its memory";
  return difference(x, expected, tolerance);
}

using Draw = std::function<double(Random&)>;

inline double small(Random& random) {
  return double(pick(random, -3, 3));
}

inline double extreme(Random& random) {
  const double values[] = {-kInfinity, kInfinity, 0, 1, -1, 2};
  return values[random.below(6)];
}

inline double with_nan(Random& random) {
  return one_in(random, 5) ? kNan : extreme(random);
}

template <class T = Real>
BasicTensor<T> plain(Random& random, const Shape& shape, const Draw& draw = small) {
  BasicTensor<T> x(shape);
  T* to = x.mutable_data();
  for (int64_t i = 0; i < x.count(); ++i) to[i] = T(draw(random));
  return x;
}

/// A view of random numbers in this shape: its axes lie in memory in any order, with gaps, as part of something with
/// one axis more. Where `repeats`, some axes have stride 0. `memory` receives all of what it is a view of.
template <class T = Real>
BasicTensor<T> strided(Random& random, const Shape& shape, const Draw& draw = small, bool repeats = true,
                       BasicTensor<T>* memory = nullptr) {
  const int64_t rank = shape.rank();
  const bool simple = one_in(random, 4);
  struct Axis {
    int64_t extent, begin, step;
    bool repeated;
  };
  std::vector<Axis> axes;
  for (int64_t d : shape) {
    if (simple)
      axes.push_back({d, 0, 1, false});
    else if (repeats && one_in(random, 6))
      axes.push_back({1, 0, 1, true});
    else
      axes.push_back({0, pick(random, 0, 2), pick(random, 1, 3), false});
    Axis& axis = axes.back();
    if (!simple && !axis.repeated) axis.extent = axis.begin + d * axis.step + pick(random, 0, 1);
  }
  axes.push_back({simple ? 1 : pick(random, 1, 2), 0, 1, false});
  std::vector<int64_t> order = random_order(random, rank + 1), dims, back(rank + 1);
  if (simple) std::iota(order.begin(), order.end(), 0);
  for (int64_t i = 0; i <= rank; ++i) {
    dims.push_back(axes[order[i]].extent);
    back[order[i]] = i;
  }
  BasicTensor<T> all = plain<T>(random, Shape(dims), draw);
  BasicTensor<T> view = all.permute(back).select(-1, pick(random, 0, axes[rank].extent - 1));
  for (int64_t axis = 0; axis < rank; ++axis)
    if (!axes[axis].repeated)
      view = view.slice(axis, axes[axis].begin, axes[axis].begin + shape[axis] * axes[axis].step, axes[axis].step);
  if (memory) *memory = all;
  return view.expand(shape);
}

inline Shape without(const Shape& shape, const Axes& axes) {
  std::vector<int64_t> dims;
  for (int64_t axis = 0; axis < shape.rank(); ++axis)
    if (std::count(axes.begin(), axes.end(), axis) + std::count(axes.begin(), axes.end(), axis - shape.rank()) == 0)
      dims.push_back(shape[axis]);
  return Shape(dims);
}

}  // namespace tinymor
