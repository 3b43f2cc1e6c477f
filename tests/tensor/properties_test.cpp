// What the tensor functions promise, over random shapes and strides: each result is compared with a few lines that go
// through it index by index.

#include <cmath>
#include <optional>

#include "support/naive_tensors.h"
#include "tensor/error.h"

using namespace tinymor;

namespace {

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
    {"!=", [](const Tensor& a, const Tensor& b) { return a != b; }, [](double a, double b) { return double(a != b); }},
};

/// NaN is the largest, as in sorting.
bool below(double a, double b) {
  return a < b || (std::isnan(b) && !std::isnan(a));
}

/// NaN is the smallest, too: either way it is what is found.
bool above(double a, double b) {
  return a > b || (std::isnan(b) && !std::isnan(a));
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
    {"min", min, [](const Numbers& x) { return *std::max_element(x.begin(), x.end(), above); }, true, 0},
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

IntTensor random_index(Random& random, const Shape& shape, int64_t end) {
  return strided<int32_t>(random, shape, [&](Random& r) { return double(r.below(end)); });
}

}  // namespace

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
    const auto same = [](const Tensor& a, const Tensor& b) { return a.item() == b.item() || std::isnan(a.item()); };
    CHECK(same(sum(x), sum(x, all_axes(x.shape()))));
    if (x.count() > 0) {
      CHECK(same(mean(x), mean(x, all_axes(x.shape()))));
      CHECK(same(max(x), max(x, all_axes(x.shape()))));
    } else {
      CHECK_THROWS_AS(mean(x), Error);
      CHECK_THROWS_AS(max(x), Error);
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
    const auto size = [&] {
      if (large) return pick(random, 1, 70);
      return one_in(random, 12) ? int64_t(0) : pick(random, 1, 5);
    };
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

TEST_CASE("rows are gathered, added and replaced, whatever the strides of rows and indices") {
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
    for (Unary f : {Unary::exp, Unary::log, Unary::sqrt, Unary::abs, Unary::relu, Unary::gelu, Unary::gelu_tanh,
                    Unary::sigmoid, Unary::silu, Unary::tanh, Unary::softplus}) {
      INFO(kernels::name_of(f) << " of NaN at " << at << " of " << n);
      CHECK(std::isnan(elementwise(f, x).at({at})));
      if (f != Unary::relu && f != Unary::abs) CHECK(std::isnan(elementwise_slope(f, x, Tensor::ones({n})).at({at})));
    }
    for (const Reduction& f : kReductions) {
      INFO(f.name << " of NaN at " << at << " of " << n);
      CHECK(std::isnan(f.ours(x, {0}, false).item()));
    }
    CHECK_FALSE(all_finite(x));
  });
}
