#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

/// The places of all elements of the view, in row-major order.
std::vector<int64_t> places(const Layout& x) {
  std::vector<int64_t> all{x.offset};
  for (size_t axis = 0; axis < x.shape.size(); ++axis) {
    std::vector<int64_t> longer;
    for (int64_t place : all)
      for (int64_t i = 0; i < x.shape[axis]; ++i) longer.push_back(place + i * x.strides[axis]);
    all = longer;
  }
  return all;
}

Finding check_windows() {
  struct Case {
    const char* what;
    Layout x;
    int64_t width, step;
    std::vector<int64_t> shape, places;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {"6 numbers", {0, {6}, {1}}, 3, 3, {2, 3}, {0, 1, 2, 3, 4, 5}, "two windows, side by side"},
           {"5 numbers", {0, {5}, {1}}, 3, 1, {3, 3}, {0, 1, 2, 1, 2, 3, 2, 3, 4}, "the next window is one place on"},
           {"6 numbers", {0, {6}, {1}}, 3, 2, {2, 3}, {0, 1, 2, 2, 3, 4}, "a third window would go past the end"},
           {"3 numbers from place 7 on", {7, {3}, {1}}, 3, 1, {1, 3}, {7, 8, 9}, "the offset stays"},
           {"the columns of a matrix [4,2]",
            {0, {2, 4}, {1, 2}},
            2,
            2,
            {2, 2, 2},
            {0, 2, 4, 6, 1, 3, 5, 7},
            "neighbours in a column are 2 places apart: that is the stride of the old axis"},
           {"a number that is repeated 4 times",
            {0, {4}, {0}},
            2,
            1,
            {3, 2},
            {0, 0, 0, 0, 0, 0},
            "with the stride 0 all places are the same"}}) {
    const std::string what = fmt::format("windows of {} over {}, step {}", wanted.width, wanted.what, wanted.step);
    trying(what);
    const Layout given = windows_of(wanted.x, wanted.width, wanted.step);
    if (given.shape != wanted.shape || given.strides.size() != wanted.shape.size())
      return not_yet(fmt::format("{}: the shape should be {} with a stride for each axis, you gave {} with strides {}",
                                 what, shown(wanted.shape), shown(given.shape), shown(given.strides)),
                     "(T - width) / step + 1 windows fit into T elements");
    if (places(given) != wanted.places)
      return not_yet(fmt::format("{}: should read the places {}, yours are {} (offset {}, strides {})", what,
                                 shown(wanted.places), shown(places(given)), given.offset, shown(given.strides)),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({2, "tensors_5_windows", "Windows that share their numbers",
                       "the new axes have the strides step * stride and stride; the offset stays", check_windows});

}  // namespace
}  // namespace tinymor
