#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_by_depth() {
  struct Case {
    std::vector<std::vector<int64_t>> depths;
    int64_t slots, calls;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{{{2, 1}}, 1, 3, "one text takes as many calls as its depths add up to"},
                         {{{1, 3}, {2, 1}}, 2, 4, "the second text is done before the first"},
                         {{{1, 3}, {2, 1}}, 1, 7, "with one slot, one text after the other"},
                         {{{2, 2}, {1}, {1, 1, 1}}, 2, 4, "the third text gets the slot of the second, after one call"},
                         {{{1}, {2, 3}, {1, 1}, {2}}, 3, 5, "the fourth gets the slot that is free first"},
                         {{}, 3, 0, "no texts, no calls"}}) {
    trying(fmt::format("{} with {} slots", texts(wanted.depths), wanted.slots));
    const int64_t given = calls_by_depth(wanted.depths, wanted.slots);
    if (given != wanted.calls)
      return not_yet(fmt::format("{} with {} slots: should be {} calls, you gave {}", texts(wanted.depths),
                                 wanted.slots, wanted.calls, given),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({9, "batching_2_by_depth", "Calls of the block, by depth",
                       "note for each slot until which call it is busy; the next text takes the first that is free",
                       check_by_depth});

}  // namespace
}  // namespace tinymor
