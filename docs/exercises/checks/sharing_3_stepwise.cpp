#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_stepwise() {
  struct Case {
    int64_t low, high, count;
    std::vector<int64_t> layers;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{0, 8, 3, {0, 4, 8}, "steps of (8 - 0) / (3 - 1) = 4"},
                         {1, 6, 2, {1, 6}, "two: the first and the last"},
                         {0, 7, 4, {0, 2, 5, 7}, "0, 2.33, 4.67, 7: to the nearest"},
                         {1, 6, 3, {1, 4, 6}, "1, 3.5, 6: a half goes to the even number, here up"},
                         {0, 5, 3, {0, 2, 5}, "0, 2.5, 5: a half goes to the even number, here down"},
                         {2, 9, 1, {2}, "a single one is low; beware of dividing by 0"},
                         {3, 6, 4, {3, 4, 5, 6}, "as many as there are: all of them"},
                         {0, 35, 8, {0, 5, 10, 15, 20, 25, 30, 35}, "steps of 5"},
                         {1, 30, 15, {1, 3, 5, 7, 9, 11, 13, 16, 18, 20, 22, 24, 26, 28, 30}, "steps of 29/14 = 2.07"},
                         {0,
                          29,
                          15,
                          {0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29},
                          "number 7 is 14.5 exactly, and 29/14 as a double is not quite that: stay with whole numbers"},
                         {9007199254740993,
                          9007199254740995,
                          3,
                          {9007199254740993, 9007199254740994, 9007199254740995},
                          "these have no double of their own: stay with whole numbers"}}) {
    trying(fmt::format("{} of {}..{}", wanted.count, wanted.low, wanted.high));
    const std::vector<int64_t> given = evenly(wanted.low, wanted.high, wanted.count);
    if (given != wanted.layers)
      return not_yet(fmt::format("{} of {}..{} should be {}, you gave {}", wanted.count, wanted.low, wanted.high,
                                 shown(wanted.layers), shown(given)),
                     int64_t(given.size()) != wanted.count ? "one layer for each of `count`" : wanted.hint);
  }
  return done();
}

const AddExercise add({6, "sharing_3_stepwise", "Layers evenly from the first to the last",
                       "i (high - low) / (count - 1) with its remainder: twice the remainder against count - 1",
                       check_stepwise});

}  // namespace
}  // namespace tinymor
