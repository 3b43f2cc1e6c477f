#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_window() {
  struct Case {
    std::vector<int64_t> positions, offsets;
    int64_t window;
    std::vector<Seen> seen;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{0, 1, 2, 3}, {0, 4}, 9, {{0, 1}, {0, 2}, {0, 3}, {0, 4}}, "a wide window: all rows up to itself"},
           {{0, 1, 2, 3}, {0, 4}, 2, {{0, 1}, {0, 2}, {1, 2}, {2, 2}}, "two positions: itself and the one before"},
           {{0, 1, 2}, {0, 3}, 1, {{0, 1}, {1, 1}, {2, 1}}, "a window of 1 is itself alone"},
           {{0, 2, 3, 5},
            {0, 4},
            3,
            {{0, 1}, {0, 2}, {1, 2}, {2, 2}},
            "position 3 sees the positions 1, 2 and 3, of which 1 has left"},
           {{0, 1, 0, 1, 2}, {0, 2, 5}, 2, {{0, 1}, {0, 2}, {2, 1}, {2, 2}, {3, 2}}, "no row sees one of another text"},
           {{7, 9}, {0, 0, 2}, 3, {{0, 1}, {0, 2}}, "the first text has no rows"}}) {
    const std::string what =
        fmt::format("the last {} positions of {}{}", wanted.window, fmt::join(wanted.positions, " "),
                    wanted.offsets.size() > 2 ? fmt::format(", offsets {}", fmt::join(wanted.offsets, " ")) : "");
    trying(what);
    const std::vector<Seen> given = seen_in_window(wanted.positions, wanted.offsets, wanted.window);
    if (given.size() != wanted.seen.size())
      return not_yet(fmt::format("{}: should have an entry for each of the {} rows, you gave {}", what,
                                 wanted.seen.size(), given.size()),
                     "for each text, for each of its rows");
    for (size_t i = 0; i < given.size(); ++i)
      if (given[i].first != wanted.seen[i].first || given[i].count != wanted.seen[i].count)
        return not_yet(fmt::format("{}: row {} should see {} from row {} on, you gave {} from row {} on", what, i,
                                   wanted.seen[i].count, wanted.seen[i].first, given[i].count, given[i].first),
                       wanted.hint);
  }
  return done();
}

const AddExercise add(
    {5, "attention_5_window", "A window over what is left of a text",
     "per text: rows up to itself whose position is more than query position - window; they are neighbours",
     check_window});

}  // namespace
}  // namespace tinymor
