#include "checks.h"
#include "exercises.h"
#include "tensor/ops.h"

namespace tinymor {
namespace {

Finding check_lanes() {
  struct Case {
    std::vector<float> x;
    float sum;
    const char* hint;
  };
  const float big = 16777216;  // from here on a float counts in twos
  std::vector<float> first(17, 0), halves(16, 0);
  first[0] = big, first[1] = 1, first[16] = 1;
  halves[0] = big, halves[1] = 1, halves[9] = 1;
  std::vector<float> apart(16, 0);
  apart[0] = big, apart[8] = 1, apart[4] = 1;
  for (const Case& wanted : std::vector<Case>{
           {{}, 0, "no numbers: 0"},
           {{3}, 3, "the other fifteen lanes are 0"},
           {{big, 1, 0, 1}, big + 2, "lanes 1 and 3 meet before they meet lane 0: 16777216 + 1 alone is 16777216"},
           {first, big, "number 16 goes to lane 0 again, where the 1 is lost; lane 1 is lost in the last halving"},
           {apart, big, "lane l and lane l + 8 first, then l + 4: each of these 1s meets 16777216 by itself"},
           {halves, big + 2, "lane l and lane l + 8 first, then l + 4, then l + 2, then l + 1"}}) {
    const std::string what = wanted.x.size() > 4 ? fmt::format("{} numbers, {}, with zeros between", wanted.x.size(),
                                                               "16777216 and small ones")
                                                 : fmt::format("the numbers {}", fmt::join(wanted.x, ", "));
    trying(what);
    const float given = sum_in_lanes(int64_t(wanted.x.size()), wanted.x.data());
    if (given != wanted.sum)
      return not_yet(fmt::format("{}: should be {:.0f}, you gave {:.0f}", what, wanted.sum, given), wanted.hint);
  }
  // Thirds, whose every sum is rounded.
  std::vector<float> x;
  for (int i = 0; i < 1000; ++i) x.push_back(float(i % 37 - 11) / 3);
  const Tensor sum = tinymor::sum(Tensor({1000}, std::span<const Real>(x)));
  trying("1000 numbers");
  const float given = sum_in_lanes(1000, x.data());
  if (given != sum.item())
    return not_yet(fmt::format("1000 thirds: the library's sum is {:.9g}, yours is {:.9g}", sum.item(), given),
                   "add floats in floats, in the order of i within a lane");
  return done("with the bits of the library");
}

const AddExercise add({4, "fast_4_lanes", "A sum with the same bits on every machine",
                       "a lane for each i % 16, and then four halvings; a lane without a number is 0", check_lanes});

}  // namespace
}  // namespace tinymor
