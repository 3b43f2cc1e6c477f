#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_give_way() {
  struct Case {
    std::vector<int64_t> lengths;
    int64_t pages, page;
    Served served;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{3}, 2, 2, {3, 0}, "one text writes an entry in each call"},
           {{2, 2}, 2, 2, {2, 0}, "a page for each: they write side by side"},
           {{2, 2}, 1, 2, {4, 0}, "one page: the second starts when the first has given it back"},
           {{4, 4},
            3,
            2,
            {6, 1},
            "in call 3 both want a second page: the second text gives way, and starts again with 2 entries"},
           {{1, 2, 1},
            2,
            1,
            {3, 1},
            "in call 2 the third text has just started, and gives way at once: the older one needs its page"},
           {{}, 4, 2, {0, 0}, "no texts, no calls"}}) {
    const std::string what =
        fmt::format("texts of {} entries, {} pages of {}", shown(wanted.lengths), wanted.pages, wanted.page);
    trying(what);
    const Served given = serve_in_pages(wanted.lengths, wanted.pages, wanted.page);
    if (given.calls != wanted.served.calls || given.gave_way != wanted.served.gave_way)
      return not_yet(fmt::format("{}: should take {} calls and give way {} times, yours take {} and {}", what,
                                 wanted.served.calls, wanted.served.gave_way, given.calls, given.gave_way),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({9, "batching_4_give_way", "When no page is left",
                       "start from the queue while the first fits; then pages in order of start, the youngest gives "
                       "way; then one entry each",
                       check_give_way});

}  // namespace
}  // namespace tinymor
