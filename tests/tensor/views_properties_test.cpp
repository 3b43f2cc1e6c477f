// What views promise, over random shapes and strides.

#include <cmath>

#include "support/naive_tensors.h"
#include "tensor/error.h"

using namespace tinymor;

namespace {

/// Whether strides exist with which `shape` shows the elements of x: the step along an axis must be the same
/// everywhere.
bool strides_exist(const Tensor& x, const Shape& shape) {
  std::vector<int64_t> offsets;
  for_each_index(x.shape(), [&](const Index& index) { offsets.push_back(offset_of(x, index)); });
  const Dims places = row_major_strides(shape);
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
  // Its factors, usually in their order, so that a part of the old axes survives.
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

}  // namespace

TEST_CASE("any sequence of views shows the elements that it should") {
  for_cases(400, [](Random& random) {
    Tensor x = plain(random, random_shape(random, 4, 6), [n = 0.0](Random&) mutable { return n++; });
    Expected expected(x.shape(), [&](const Index& index) { return element(x, index); });
    const Tensor original = x;
    std::string path = x.shape().text();
    // Applies a view whose element at `index` should be the one that was at from(index).
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
