#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_growing() {
  using Depths = std::vector<std::vector<int64_t>>;
  struct Case {
    std::vector<std::vector<double>> scores;
    std::vector<double> capacity;
    Depths depths;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{{0, -5, -9}}, {1, 0.625, 0.375}, {{3}}, "a single token is the best of one: at least one is always taken"},
           {{{0, 1}, {0, 2}}, {1, 0.5}, {{2}, {1, 2}}, "token 0 had depth 2 alone, and loses it to token 1"},
           {{{0, 2}, {0, 2}, {0, 2}}, {1, 0.7}, {{2}, {2, 1}, {2, 2, 1}}, "of equal scores the earlier token is taken"},
           {{{0, 3, 0}, {0, 1, 9}, {0, 2, 1}, {0, 0, 9}},
            {1, 0.5, 0.5},
            {{3}, {3, 1}, {3, 1, 1}, {3, 1, 3, 1}},
            "a token that is out stays out: recursion 2 chooses among those of recursion 1, up to half of the text"},
           {{{0, -1.3290, 0},
             {0, -0.3973, 1.4691},
             {0, 0.9159, 0.0564},
             {0, 0.2994, 1.3227},
             {0, 0.7258, -1.4500},
             {0, -0.4433, 0}},
            {1, 0.67, 0.34},
            {{3}, {1, 3}, {1, 3, 2}, {1, 1, 2, 3}, {1, 1, 2, 3, 2}, {1, 3, 2, 3, 2, 1}},
            "chapter 7's scores: floor(0.34 * 6) = 2 of the text's six tokens reach depth 3"}}) {
    std::string text;
    for (const std::vector<double>& token : wanted.scores) text += fmt::format("({}) ", fmt::join(token, ", "));
    const std::string what = fmt::format("scores {}with capacities {}", text, fmt::join(wanted.capacity, ", "));
    trying(what);
    const Depths given = depths_while_growing(wanted.scores, wanted.capacity);
    if (given.size() != wanted.depths.size())
      return not_yet(fmt::format("{}: should have the depths of {} lengths, you gave {}", what, wanted.depths.size(),
                                 given.size()),
                     "for n = 1, 2, ... up to all tokens");
    for (size_t n = 0; n < given.size(); ++n)
      if (given[n] != wanted.depths[n])
        return not_yet(fmt::format("{}: the first {} should have the depths {}, you gave {}", what, n + 1,
                                   shown(wanted.depths[n]), shown(given[n])),
                       wanted.hint);
  }
  return done();
}

const AddExercise add(
    {8, "causal_4_growing", "Top-k on a text that grows",
     "for each length n: recursion r takes the max(1, floor(c n)) best of those that are still in, earlier ones first",
     check_growing});

}  // namespace
}  // namespace tinymor
