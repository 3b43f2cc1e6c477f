#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_fair() {
  struct Case {
    std::vector<int64_t> wanted;
    int64_t rows;
    std::vector<int64_t> given;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{2, 3}, 9, {2, 3}, "there is room for all"},
           {{5, 5}, 6, {3, 3}, "equal shares"},
           {{9, 1}, 4, {3, 1}, "the second wants one row and gets it, although the first came earlier"},
           {{1, 9, 9}, 9, {1, 4, 4}, "a share would be 3; the first leaves 2 of its share to the others"},
           {{1, 2, 9, 9}, 12, {1, 2, 5, 4}, "9 rows for two: the one that is left over goes to the earlier text"},
           {{0, 7}, 3, {0, 3}, "a text that wants nothing gets nothing"},
           {{4, 4, 4}, 2, {1, 1, 0}, "fewer rows than texts: the earlier ones get one"},
           {{}, 3, {}, "no texts"}}) {
    const std::string what = fmt::format("wanted {}, {} rows", shown(wanted.wanted), wanted.rows);
    trying(what);
    const std::vector<int64_t> given = fair_rows(wanted.wanted, wanted.rows);
    if (given != wanted.given)
      return not_yet(fmt::format("{}: should give {}, you gave {}", what, shown(wanted.given), shown(given)),
                     wanted.hint);
  }
  return done();
}

const AddExercise add(
    {9, "batching_5_fair", "Rows that are shared fairly",
     "give each open text an equal share of what is left, at most what it wants; go on until nothing is left or wanted",
     check_fair});

}  // namespace
}  // namespace tinymor
