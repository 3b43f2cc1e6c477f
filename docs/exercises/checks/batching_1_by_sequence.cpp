#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_by_sequence() {
  struct Case {
    std::vector<std::vector<int64_t>> depths;
    int64_t calls;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{{{{2, 1}}, 3, "one text waits for itself alone"},
                                              {{{1, 3}, {2, 1}}, 5, "2 calls for the first tokens, 3 for the second"},
                                              {{{3}, {1, 1, 1}}, 5, "a text that has ended holds up no other"},
                                              {{{}, {}}, 0, "no tokens, no calls"}}) {
    trying(texts(wanted.depths));
    const int64_t given = calls_by_sequence(wanted.depths);
    if (given != wanted.calls)
      return not_yet(fmt::format("{}: should be {} calls, you gave {}", texts(wanted.depths), wanted.calls, given),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({9, "batching_1_by_sequence", "Calls of the block, by sequence",
                       "add up the largest depth of each place in the texts", check_by_sequence});

}  // namespace
}  // namespace tinymor
