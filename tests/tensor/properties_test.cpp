// What the tensor functions promise, over random shapes and strides: each result is compared with a few lines that go
// through it index by index in double precision. Elements are small whole numbers, so that most comparisons are exact
// and equal elements are frequent.

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>

#include "support/random_cases.h"
#include "tensor/error.h"
#include "tensor/ops.h"

using namespace tinymor;

namespace {

using Index = std::vector<int64_t>;

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

double small(Random& random) {
  return double(pick(random, -3, 3));
}

double extreme(Random& random) {
  const double values[] = {-kInfinity, kInfinity, 0, 1, -1, 2};
  return values[random.below(6)];
}

double with_nan(Random& random) {
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

/// NumPy's rule once more.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  std::vector<int64_t> dims;
  for (int64_t i = std::max(a.rank(), b.rank()); i > 0; --i) {
    const int64_t da = i <= a.rank() ? a[-i] : 1, db = i <= b.rank() ? b[-i] : 1;
    if (da != db && da != 1 && db != 1) return std::nullopt;
    dims.push_back(da == 1 ? db : da);
  }
  return Shape(dims);
}

struct BinaryFunction {
  const char* name;
  Tensor (*ours)(const Tensor&, const Tensor&);
  double (*naive)(double, double);
};

const BinaryFunction kBinary[] = {
    {"+", [](const Tensor& a, const Tensor& b) { return a + b; }, [](double a, double b) { return a + b; }},
    {"-", [](const Tensor& a, const Tensor& b) { return a - b; }, [](double a, double b) { return a - b; }},
    {"*", [](const Tensor& a, const Tensor& b) { return a * b; }, [](double a, double b) { return a * b; }},
    {"/", [](const Tensor& a, const Tensor& b) { return a / b; }, [](double a, double b) { return a / b; }},
    {"<", [](const Tensor& a, const Tensor& b) { return a < b; }, [](double a, double b) { return double(a < b); }},
    {"<=", [](const Tensor& a, const Tensor& b) { return a <= b; }, [](double a, double b) { return double(a <= b); }},
    {">", [](const Tensor& a, const Tensor& b) { return a > b; }, [](double a, double b) { return double(a > b); }},
    {">=", [](const Tensor& a, const Tensor& b) { return a >= b; }, [](double a, double b) { return double(a >= b); }},
    {"==", [](const Tensor& a, const Tensor& b) { return a == b; }, [](double a, double b) { return double(a == b); }},
};

using Numbers = std::vector<double>;

/// NaN is the largest, as in sorting.
bool below(double a, double b) {
  return a < b || (std::isnan(b) && !std::isnan(a));
}

double naive_sum(const Numbers& x) {
  return std::accumulate(x.begin(), x.end(), 0.0);
}
double naive_max(const Numbers& x) {
  return *std::max_element(x.begin(), x.end(), below);
}

struct Reduction {
  const char* name;
  Tensor (*ours)(const Tensor&, const Axes&, bool);
  double (*naive)(const Numbers&);
  bool needs_elements;
  double tolerance;  // of a float's last digits after adding up to some 18 000 of them
};

const Reduction kReductions[] = {
    {"sum", sum, naive_sum, false, 0},
    {"mean", mean, [](const Numbers& x) { return naive_sum(x) / double(x.size()); }, true, 1e-5},
    {"max", max, naive_max, true, 0},
    {"logsumexp", logsumexp,
     [](const Numbers& x) {
       const double largest = naive_max(x);
       double sum = 0;
       for (double v : x) sum += std::exp(v - largest);
       return std::isfinite(largest) ? largest + std::log(sum) : largest;
     },
     true, 1e-5},
    {"norm", norm, [](const Numbers& x) { return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0)); },
     false, 1e-5},
};

/// The elements that each element of a reduction over `axes` is made of, in row-major order of x; as many lists as the
/// result has elements.
std::vector<Numbers> groups(const Tensor& x, const Axes& axes, Shape& kept) {
  kept = x.shape();
  for (int64_t axis : axes) kept[axis] = 1;
  std::vector<Numbers> result(kept.count());
  for_each_index(x.shape(), [&](const Index& index) {
    int64_t group = 0;
    for (int64_t axis = 0; axis < x.rank(); ++axis) group = group * kept[axis] + (kept[axis] == 1 ? 0 : index[axis]);
    result[group].push_back(element(x, index));
  });
  return result;
}

Shape without(const Shape& shape, const Axes& axes) {
  std::vector<int64_t> dims;
  for (int64_t axis = 0; axis < shape.rank(); ++axis)
    if (std::count(axes.begin(), axes.end(), axis) + std::count(axes.begin(), axes.end(), axis - shape.rank()) == 0)
      dims.push_back(shape[axis]);
  return Shape(dims);
}

/// Whether strides exist with which `shape` shows the elements of x: the step along an axis must be the same
/// everywhere.
bool strides_exist(const Tensor& x, const Shape& shape) {
  std::vector<int64_t> offsets;
  for_each_index(x.shape(), [&](const Index& index) { offsets.push_back(offset_of(x, index)); });
  const std::vector<int64_t> places = row_major_strides(shape);
  bool linear = true;
  int64_t n = 0;
  for_each_index(shape, [&](const Index& index) {
    int64_t offset = 0;
    for (int64_t axis = 0; axis < shape.rank(); ++axis)
      if (index[axis] > 0) offset += index[axis] * offsets[places[axis]];
    linear = linear && offset == offsets[n++];
  });
  return linear;
}

/// Another shape with as many elements.
Shape regrouped(Random& random, const Shape& shape) {
  if (shape.count() == 0) {
    std::vector<int64_t> dims = random_shape(random, 3).dims();
    dims.insert(dims.begin() + pick(random, 0, int64_t(dims.size())), 0);
    return Shape(dims);
  }
  // Its factors, most often as they stand, so that a part of the old axes survives.
  std::vector<int64_t> factors;
  for (int64_t d : shape)
    for (int64_t factor = 2; d > 1; ++factor)
      for (; d % factor == 0; d /= factor) factors.push_back(factor);
  if (one_in(random, 4)) {
    std::vector<int64_t> mixed;
    for (int64_t i : random_order(random, int64_t(factors.size()))) mixed.push_back(factors[i]);
    factors = mixed;
  }
  std::vector<int64_t> dims(one_in(random, 2) || factors.empty() ? 0 : 1, 1);
  for (int64_t factor : factors) {
    if (dims.empty() || one_in(random, 2)) dims.push_back(1);
    dims.back() *= factor;
  }
  if (one_in(random, 3)) dims.insert(dims.begin() + pick(random, 0, int64_t(dims.size())), 1);
  return Shape(dims);
}

IntTensor random_index(Random& random, const Shape& shape, int64_t end) {
  return strided<int32_t>(random, shape, [&](Random& r) { return double(r.below(end)); });
}

}  // namespace

TEST_CASE("any sequence of views shows the elements that it should") {
  for_cases(400, [](Random& random) {
    Tensor x = plain(random, random_shape(random, 4, 6), [n = 0.0](Random&) mutable { return n++; });
    Expected expected(x.shape(), [&](const Index& index) { return element(x, index); });
    const Tensor original = x;
    std::string path = x.shape().text();
    // Applies a view whose element at `index` should be the one that stood at from(index).
    const auto view = [&](const std::string& what, const Tensor& next, const Shape& shape, auto from) {
      path += " " + what;
      expected = Expected(shape, [&, before = expected](const Index& index) { return before.at(from(index)); });
      x = next;
    };
    for (int64_t steps = pick(random, 1, 6); steps > 0; --steps) {
      const int64_t rank = x.rank(), kind = pick(random, 0, 4);
      Shape shape = x.shape();
      if (kind == 0) {
        std::vector<int64_t> dims, order = random_order(random, rank);
        for (int64_t axis : order) dims.push_back(shape[axis]);
        std::vector<int64_t> named = order;
        for (int64_t& axis : named) axis -= one_in(random, 3) ? rank : 0;
        view(fmt::format("permute [{}]", fmt::join(named, ",")), x.permute(named), Shape(dims),
             [&](const Index& index) {
               Index old(rank);
               for (int64_t i = 0; i < rank; ++i) old[order[i]] = index[i];
               return old;
             });
        continue;
      }
      if (kind == 4) {
        if (rank > 3) continue;
        std::vector<int64_t> dims = shape.dims();
        for (int64_t& d : dims)
          if (d == 1 && one_in(random, 2)) d = pick(random, 0, 3);
        const int64_t more = pick(random, 0, 1);
        if (more) dims.insert(dims.begin(), pick(random, 0, 3));
        view("expand " + Shape(dims).text(), x.expand(Shape(dims)), Shape(dims), [&](const Index& index) {
          Index old(index.begin() + more, index.end());
          for (int64_t i = 0; i < rank; ++i) old[i] = shape[i] == 1 ? 0 : old[i];
          return old;
        });
        continue;
      }
      if (rank == 0) continue;
      const int64_t axis = pick(random, 0, rank - 1), named = axis - (one_in(random, 3) ? rank : 0);
      if (kind == 1) {
        const int64_t other = pick(random, 0, rank - 1);
        std::swap(shape[axis], shape[other]);
        view(fmt::format("transpose {} {}", named, other), x.transpose(named, other), shape, [&](const Index& index) {
          Index old = index;
          std::swap(old[axis], old[other]);
          return old;
        });
      } else if (kind == 2) {
        const int64_t begin = pick(random, 0, shape[axis]), end = pick(random, begin, shape[axis]),
                      step = pick(random, 1, 3);
        shape[axis] = 0;
        for (int64_t i = begin; i < end; i += step) ++shape[axis];
        view(fmt::format("slice {} {}..{} by {}", named, begin, end, step), x.slice(named, begin, end, step), shape,
             [&](const Index& index) {
               Index old = index;
               old[axis] = begin + index[axis] * step;
               return old;
             });
      } else if (shape[axis] > 0) {
        const int64_t i = pick(random, 0, shape[axis] - 1), given = i - (one_in(random, 3) ? shape[axis] : 0);
        view(fmt::format("select {} {}", named, given), x.select(named, given), without(shape, {axis}),
             [&](const Index& index) {
               Index old = index;
               old.insert(old.begin() + axis, i);
               return old;
             });
      }
    }
    INFO(path);
    CHECK(difference(x, expected) == "");
    CHECK(x.to_vector() == std::vector<Real>(expected.values.begin(), expected.values.end()));
    CHECK(new_difference(x.clone(), expected) == "");
    CHECK((x.count() == 0 || original.version() == x.version()));
  });
}

TEST_CASE("reshape keeps the row-major order, and view throws exactly where no strides exist") {
  int views = 0, copies = 0;
  for_cases(800, [&](Random& random) {
    const Tensor x = strided(random, random_shape(random));
    const Shape shape = regrouped(random, x.shape());
    Shape given = shape;
    if (shape.rank() > 0 && one_in(random, 3)) {
      const int64_t open = pick(random, 0, shape.rank() - 1);
      given[open] = 1;
      given[open] = given.count() > 0 ? -1 : shape[open];
    }
    INFO(x.shape().text() << " with strides [" << fmt::format("{}", fmt::join(x.strides(), ",")) << "] as "
                          << given.text());
    const Numbers order(Expected(x.shape(), [&](const Index& index) { return element(x, index); }).values);
    const Tensor y = x.reshape(given);
    CHECK(difference(y, Expected(shape, [&, n = size_t(0)](const Index&) mutable { return order[n++]; })) == "");
    const bool shares = !y.sole_owner();
    CHECK(shares == strides_exist(x, shape));
    ++(shares ? views : copies);
    if (shares) {
      const Tensor z = x.view(given);
      CHECK(z.strides() == y.strides());
      CHECK(z.data() == y.data());
    } else {
      CHECK_THROWS_AS(x.view(given), Error);
    }
    std::vector<int64_t> wrong = shape.dims();
    wrong.push_back(2);
    if (x.count() > 0) CHECK_THROWS_AS(x.reshape(Shape(wrong)), Error);
  });
  if (!std::getenv("TINYMOR_CASE")) CHECK((views > 100 && copies > 100));
}

TEST_CASE("arithmetic and comparisons broadcast as NumPy does") {
  for_cases(600, [](Random& random) {
    const Shape shape = one_in(random, 50) ? Shape{3, 7000} : random_shape(random);
    const bool related = !one_in(random, 4);
    const Draw draw = one_in(random, 4) ? with_nan : small;
    const Tensor a = strided(random, narrowed(random, shape), draw),
                 b = strided(random, related ? narrowed(random, shape) : random_shape(random), draw);
    const BinaryFunction& f = kBinary[random.below(std::size(kBinary))];
    INFO(a.shape().text() << " " << f.name << " " << b.shape().text());
    const std::optional<Shape> wide = broadcast_shape(a.shape(), b.shape());
    if (!wide) {
      CHECK_THROWS_AS(f.ours(a, b), Error);
      return;
    }
    CHECK(new_difference(f.ours(a, b), Expected(*wide, [&](const Index& index) {
                           return f.naive(element(a, index), element(b, index));
                         })) == "");
    const Tensor condition =
        strided(random, narrowed(random, *wide), [&](Random& r) { return one_in(r, 6) ? kNan : double(r.below(2)); });
    CHECK(new_difference(where(condition, a, b), Expected(*wide, [&](const Index& index) {
                           return element(condition, index) != 0 ? element(a, index) : element(b, index);
                         })) == "");
    CHECK(new_difference(a * Real(3), Expected(a.shape(), [&](const Index& index) { return 3 * element(a, index); })) ==
          "");
    CHECK(new_difference(elementwise(kernels::Unary::relu, b), Expected(b.shape(), [&](const Index& index) {
                           return below(element(b, index), 0) ? 0 : element(b, index);
                         })) == "");
  });
}

TEST_CASE("what is written through a view changes what the view shows and nothing else") {
  for_cases(400, [](Random& random) {
    const Shape shape = random_shape(random);
    Tensor memory, view = strided(random, shape, small, false, &memory);
    const Tensor source = strided(random, narrowed(random, shape)), before = memory.clone();
    const int64_t kind = pick(random, 0, 2);
    INFO("kind " << kind << ", " << source.shape().text() << " into " << shape.text());
    std::vector<double> wanted(before.values().begin(), before.values().end());
    for_each_index(shape, [&](const Index& index) {
      double& place = wanted[view.data() - memory.data() + offset_of(view, index)];
      place = kind == 0 ? 7 : element(source, index) + (kind == 1 ? 0 : place);
    });
    if (kind == 0) view.fill(7);
    if (kind == 1) view.copy_from(source);
    if (kind == 2) add_into(view, source);
    CHECK(difference(memory,
                     Expected(memory.shape(), [&, n = size_t(0)](const Index&) mutable { return wanted[n++]; })) == "");
    CHECK(memory.version() > before.version());
  });
}

TEST_CASE("reductions agree with lists of the elements they are made of") {
  for_cases(600, [](Random& random) {
    const Draw draws[] = {small, small, extreme, with_nan};
    const Tensor x =
        strided(random, one_in(random, 40) ? Shape{2, 9001} : random_shape(random), draws[random.below(4)]);
    const Axes axes = random_axes(random, x.rank());
    const bool keep = one_in(random, 2);
    Shape kept;
    const std::vector<Numbers> lists = groups(x, axes, kept);
    const Shape shape = keep ? kept : without(x.shape(), axes);
    const bool something = lists.empty() || !lists[0].empty();
    for (const Reduction& f : kReductions) {
      INFO(f.name << " of " << x.shape().text() << " over [" << fmt::format("{}", fmt::join(axes, ",")) << "]");
      if (f.needs_elements && !something) {
        CHECK_THROWS_AS(f.ours(x, axes, keep), Error);
        continue;
      }
      const Expected expected(shape, [&, n = size_t(0)](const Index&) mutable { return f.naive(lists[n++]); });
      CHECK(new_difference(f.ours(x, axes, keep), expected, f.tolerance) == "");
    }
    if (x.rank() == 0) return;
    const int64_t axis = pick(random, -x.rank(), x.rank() - 1);
    const std::vector<Numbers> rows = groups(x, {axis}, kept);
    INFO("argmax of " << x.shape().text() << " along " << axis);
    if (!rows.empty() && rows[0].empty()) {
      CHECK_THROWS_AS(argmax(x, axis), Error);
      return;
    }
    const Expected first(without(x.shape(), {axis}), [&, n = size_t(0)](const Index&) mutable {
      const Numbers& row = rows[n++];
      return double(std::max_element(row.begin(), row.end(), below) - row.begin());
    });
    CHECK(new_difference(argmax(x, axis), first) == "");
  });
}

TEST_CASE("sum_to undoes expand: each element gets the sum over its repetitions") {
  for_cases(400, [](Random& random) {
    const Tensor x = strided(random, random_shape(random));
    const Shape shape = one_in(random, 4) ? random_shape(random) : narrowed(random, x.shape());
    INFO(x.shape().text() << " to " << shape.text());
    if (broadcast_shape(shape, x.shape()) != x.shape()) {
      CHECK_THROWS_AS(sum_to(x, shape), Error);
      return;
    }
    Tensor sums = Tensor::zeros(shape);
    Real* to = sums.mutable_data();
    for_each_index(x.shape(), [&](const Index& index) { to[offset_of(sums, index)] += Real(element(x, index)); });
    CHECK(difference(sum_to(x, shape), Expected(shape, [&](const Index& index) { return element(sums, index); })) ==
          "");
  });
}

TEST_CASE("parts put together again are the whole, and concat and stack put each element in its place") {
  for_cases(400, [](Random& random) {
    const Tensor x = strided(random, random_shape(random));
    const Expected same(x.shape(), [&](const Index& index) { return element(x, index); });
    const int64_t rank = x.rank();
    std::vector<int64_t> order = random_order(random, rank), back(rank);
    for (int64_t i = 0; i < rank; ++i) back[order[i]] = i;
    CHECK(x.permute(order).permute(back).strides() == x.strides());
    std::vector<Tensor> parts;
    if (rank > 0) {
      const int64_t axis = pick(random, 0, rank - 1), extent = x.dim(axis), cut = pick(random, 0, extent);
      INFO(x.shape().text() << " along " << axis << ", cut at " << cut);
      CHECK(x.transpose(axis, 0).transpose(0, axis - rank).strides() == x.strides());
      CHECK(new_difference(concat({x.slice(axis, 0, cut), x.slice(axis, cut, extent)}, axis - rank), same) == "");
      for (int64_t i = 0; i < extent; ++i) parts.push_back(x.select(axis, i - (i % 2 ? extent : 0)));
      if (extent > 0) CHECK(new_difference(stack(parts, axis), same) == "");
    }
    parts.clear();
    for (int64_t i = pick(random, 1, 3); i > 0; --i) parts.push_back(strided(random, x.shape()));
    const int64_t axis = pick(random, 0, rank);
    CHECK(new_difference(stack(parts, axis - (one_in(random, 2) ? rank + 1 : 0)),
                         Expected(stack(parts, axis).shape(), [&](Index index) {
                           const int64_t part = index[axis];
                           index.erase(index.begin() + axis);
                           return element(parts[part], index);
                         })) == "");
    Shape wider = x.shape();
    if (rank > 1) {
      wider[0] += 1;
      CHECK_THROWS_AS(concat({x, plain(random, wider)}, 1), Error);
    }
    CHECK_THROWS_AS(concat({}, 0), Error);
  });
}

TEST_CASE("matmul multiplies every pair of matrices, whatever their strides and leading axes") {
  for_cases(400, [](Random& random) {
    const bool large = one_in(random, 20);
    const auto size = [&] { return large ? pick(random, 1, 70) : one_in(random, 12) ? 0 : pick(random, 1, 5); };
    const int64_t m = size(), k = size(), n = size();
    const Shape batch = random_shape(random, large ? 1 : 2, 3);
    const auto matrices = [&](int64_t rows, int64_t cols) {
      std::vector<int64_t> dims = narrowed(random, batch).dims();
      dims.insert(dims.end(), {rows, cols});
      return strided(random, Shape(dims));
    };
    const Tensor a = matrices(m, k), b = one_in(random, 2) ? matrices(k, n) : matrices(n, k).transpose(-1, -2);
    INFO(a.shape().text() << " x " << b.shape().text());
    const auto leading = [](const Tensor& x) {
      return Shape(std::vector<int64_t>(x.shape().begin(), x.shape().end() - 2));
    };
    std::vector<int64_t> dims = broadcast_shape(leading(a), leading(b))->dims();
    dims.insert(dims.end(), {m, n});
    CHECK(new_difference(matmul(a, b), Expected(Shape(dims), [&](const Index& index) {
                           Index left = index, right = index;
                           double sum = 0;
                           for (int64_t p = 0; p < k; ++p) {
                             left.back() = right[right.size() - 2] = p;
                             sum += element(a, left) * element(b, right);
                           }
                           return sum;
                         })) == "");
    CHECK_THROWS_AS(matmul(a, matrices(k + 1, n)), Error);
  });
}

TEST_CASE("rows are gathered, added and replaced, however rows and indices lie in memory") {
  for_cases(400, [](Random& random) {
    const int64_t rows = pick(random, 1, 5), d = one_in(random, 8) ? 130 : pick(random, 0, 4), n = pick(random, 0, 6);
    const Tensor x = strided(random, {rows, d}), update = strided(random, {n, d});
    const IntTensor index = random_index(random, {n}, rows);
    INFO(x.shape().text() << " at [" << fmt::format("{}", fmt::join(index.to_vector(), ",")) << "]");
    CHECK(new_difference(gather_rows(x, index), Expected({n, d}, [&](const Index& at) {
                           return element(x, {int64_t(element(index, {at[0]})), at[1]});
                         })) == "");
    Tensor added = x.clone(), replaced = x.clone();
    scatter_add_rows(added, index, update);
    bool twice = false;
    Expected sums(x.shape(), [&](const Index&at) { return element(x, at); }), last = sums;
    for (int64_t i = 0; i < n; ++i) {
      const int64_t row = int64_t(element(index, {i}));
      for (int64_t j = 0; j < i; ++j) twice = twice || element(index, {j}) == double(row);
      for (int64_t j = 0; j < d; ++j) {
        sums.values[row * d + j] += element(update, {i, j});
        last.values[row * d + j] = element(update, {i, j});
      }
    }
    CHECK(difference(added, sums) == "");
    if (twice) {
      CHECK_THROWS_AS(replace_rows(replaced, index, update), Error);
      CHECK(difference(replaced, Expected(x.shape(), [&](const Index& at) { return element(x, at); })) == "");
    } else {
      replace_rows(replaced, index, update);
      CHECK(difference(replaced, last) == "");
    }
    for (int32_t outside : {-1, int32_t(rows)}) {
      CHECK_THROWS_AS(gather_rows(x, IntTensor({1}, {outside})), Error);
      CHECK_THROWS_AS(scatter_add_rows(added, IntTensor({1}, {outside}), Tensor::zeros({1, d})), Error);
    }
  });
}

TEST_CASE("take_along picks along the last axis and add_along is its reverse") {
  for_cases(400, [](Random& random) {
    std::vector<int64_t> dims = random_shape(random, 3).dims(), picked = dims;
    dims.push_back(pick(random, 1, 5));
    picked.push_back(pick(random, 0, 6));
    const Tensor x = strided(random, Shape(dims)), g = strided(random, Shape(picked));
    const IntTensor index = random_index(random, Shape(picked), dims.back());
    INFO(x.shape().text() << " by " << index.shape().text());
    const auto source = [&](Index at) {
      at.back() = int64_t(element(index, at));
      return at;
    };
    CHECK(new_difference(take_along(x, index),
                         Expected(Shape(picked), [&](const Index& at) { return element(x, source(at)); })) == "");
    Tensor sums = x.clone(), wanted = x.clone();
    Real* to = wanted.mutable_data();
    for_each_index(g.shape(), [&](const Index& at) { to[offset_of(wanted, source(at))] += Real(element(g, at)); });
    add_along(sums, index, g);
    CHECK(difference(sums, Expected(x.shape(), [&](const Index& at) { return element(wanted, at); })) == "");
    CHECK_THROWS_AS(take_along(x, IntTensor::full(Shape(picked).count() ? Shape(picked) : Shape{1}, -1)), Error);
  });
}

TEST_CASE("sort and top_k keep the order of equal elements and take NaN for the largest") {
  for_cases(400, [](Random& random) {
    std::vector<int64_t> dims = random_shape(random, 2).dims();
    dims.push_back(one_in(random, 5) ? pick(random, 20, 60) : pick(random, 0, 8));
    const Tensor x = strided(random, Shape(dims), one_in(random, 2) ? with_nan : small);
    const int64_t n = dims.back(), k = pick(random, 0, n);
    INFO(k << " of " << x.shape().text());
    for (const bool descending : {false, true}) {
      // The places along the last axis of each row, in order.
      const Expected places(x.shape(), [&, order = std::vector<int64_t>()](const Index& index) mutable {
        if (index.back() == 0) {
          order.resize(n);
          std::iota(order.begin(), order.end(), 0);
          const auto at = [&](int64_t i) {
            Index place = index;
            place.back() = i;
            return element(x, place);
          };
          std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
            return descending ? below(at(b), at(a)) : below(at(a), at(b));
          });
        }
        return double(order[index.back()]);
      });
      const auto value = [&](Index index) {
        index.back() = int64_t(places.at(index));
        return element(x, index);
      };
      const Sorted sorted = sort(x, descending);
      CHECK(new_difference(sorted.indices, places) == "");
      CHECK(new_difference(sorted.values, Expected(x.shape(), value)) == "");
      if (!descending) continue;
      Shape first = x.shape();
      first[-1] = k;
      const Sorted top = top_k(x, k);
      CHECK(new_difference(top.indices, Expected(first, [&](const Index& index) { return places.at(index); })) == "");
      CHECK(new_difference(top.values, Expected(first, value)) == "");
    }
    CHECK_THROWS_AS(top_k(x, n + 1), Error);
    CHECK_THROWS_AS(top_k(x, -1), Error);
  });
}

TEST_CASE("no function turns NaN into a number") {
  using kernels::Unary;
  for_cases(60, [](Random& random) {
    const int64_t n = pick(random, 1, 40), at = pick(random, 0, n - 1);
    Tensor x = plain(random, {n}, [](Random& r) { return 1 + r.uniform(); });
    x.slice(0, at, at + 1).fill(Real(kNan));
    for (Unary f : {Unary::exp, Unary::log, Unary::sqrt, Unary::relu, Unary::gelu, Unary::gelu_tanh, Unary::sigmoid,
                    Unary::silu, Unary::tanh, Unary::softplus}) {
      INFO(kernels::name_of(f) << " of NaN at " << at << " of " << n);
      CHECK(std::isnan(elementwise(f, x).at({at})));
      if (f != Unary::relu) CHECK(std::isnan(elementwise_slope(f, x, Tensor::ones({n})).at({at})));
    }
    for (const Reduction& f : kReductions) {
      INFO(f.name << " of NaN at " << at << " of " << n);
      CHECK(std::isnan(f.ours(x, {0}, false).item()));
    }
    CHECK_FALSE(all_finite(x));
  });
}
