#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_visible() {
  const std::vector<int64_t> depths{1, 3, 2, 3, 2, 1};
  struct Case {
    int64_t recursion, position;
    bool shared;
    std::vector<int64_t> seen;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {0, 2, false, {0, 1, 2}, "itself and what is before it"},
           {1, 3, false, {1, 2, 3}, "position 0 left after the first recursion: no query sees it in the second"},
           {2, 3, false, {1, 3}, "only 1 and 3 take the third"},
           {1, 3, true, {0, 1, 2, 3}, "shared: the keys of the first recursion, which every token took"},
           {2, 2, true, {}, "position 2 does not take the third recursion: it asks nothing there"},
           {1, 5, false, {}, "nor does position 5 take the second"}}) {
    trying(fmt::format("depths {}, recursion {} (counted from 0), position {}", shown(depths), wanted.recursion,
                       wanted.position));
    const std::vector<int64_t> given = visible_positions(depths, wanted.recursion, wanted.position, wanted.shared);
    if (given != wanted.seen)
      return not_yet(fmt::format("depths {}, recursion {} (counted from 0), position {}, {}: should be {}, you gave {}",
                                 shown(depths), wanted.recursion, wanted.position,
                                 wanted.shared ? "shared" : "recursion-wise", shown(wanted.seen), shown(given)),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({9, "cache_2_visible", "Which positions a query sees",
                       "from 0 to the position itself, those with a depth above the recursion, or all", check_visible});

}  // namespace
}  // namespace tinymor
