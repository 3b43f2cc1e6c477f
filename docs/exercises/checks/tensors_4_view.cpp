#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

/// The places of all elements, in row-major order.
std::vector<int64_t> places(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
  std::vector<int64_t> all{0};
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    std::vector<int64_t> longer;
    for (int64_t place : all)
      for (int64_t i = 0; i < shape[axis]; ++i) longer.push_back(place + i * strides[axis]);
    all = longer;
  }
  return all;
}

Finding check_view() {
  using List = std::vector<int64_t>;
  struct Case {
    List shape, strides, wanted;
    std::optional<List> result;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{2, 3}, {3, 1}, {6}, List{1}, "3 = 3 times 1: the two axes are one run of 6 with the stride 1"},
           {{6}, {2}, {2, 3}, List{6, 2}, "every second element: the inner axis has the run's stride, 2"},
           {{3, 2}, {1, 3}, {6}, std::nullopt, "the strides 1 and 3 are two runs, because 1 is not 2 times 3"},
           {{4, 3}, {1, 4}, {2, 2, 3}, List{2, 1, 4}, "two runs, of 4 and of 3: the 4 can be divided, the 3 stays"},
           {{4, 3}, {1, 4}, {2, 6}, std::nullopt, "a new axis of 6 would need both runs"},
           {{4, 3}, {1, 4}, {4, 3}, List{1, 4}, "the same shape is always a view"},
           {{2, 3}, {0, 1}, {6}, std::nullopt, "a repeated axis has the stride 0, and 0 is not 3 times 1"},
           {{2, 3}, {0, 0}, {3, 2}, List{0, 0}, "0 is 3 times 0: one run"},
           {{2, 1, 3}, {3, 77, 1}, {6}, List{1}, "an axis of extent 1 parts no run, whatever its stride"},
           {{2, 6}, {12, 1}, {2, 3, 2}, List{12, 2, 1}, "every second row of six: the rows are runs of their own"},
           {{1, 1}, {5, 9}, {1}, List{1}, "a single element has any shape"}}) {
    const std::string what =
        fmt::format("{} with strides {} as {}", shown(wanted.shape), shown(wanted.strides), shown(wanted.wanted));
    trying(what);
    const std::optional<List> given = view_strides(wanted.shape, wanted.strides, wanted.wanted);
    const std::string yours = given ? "strides " + shown(*given) : "none";
    if (!wanted.result) {
      if (given) return not_yet(what + ": there is no such view, you gave " + yours, wanted.hint);
      continue;
    }
    if (!given || given->size() != wanted.wanted.size() ||
        places(wanted.wanted, *given) != places(wanted.shape, wanted.strides))
      return not_yet(what + ": should be a view with strides " + shown(*wanted.result) + ", you gave " + yours,
                     wanted.hint);
  }
  return done();
}

const AddExercise add(
    {2, "tensors_4_view", "When a reshape is a view",
     "without the axes of extent 1: join old axes into runs, and divide each run into new axes from its inner end",
     check_view});

}  // namespace
}  // namespace tinymor
