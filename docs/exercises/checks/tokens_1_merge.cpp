#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

using Words = std::vector<CountedWord>;

std::string spelled(const Words& words) {
  std::string out;
  for (const auto& [pieces, count] : words)
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", fmt::join(pieces, "|"), count);
  return out;
}

Finding check_merge() {
  struct Case {
    Words words;
    std::string piece;
    Words after;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{{{"h", "e", "n"}, 1}, {{"t", "h", "e"}, 1}},
            "he",
            {{{"he", "n"}, 1}, {{"t", "he"}, 1}},
            "h and e are neighbours in both words"},
           {{{{"h", "e", "n"}, 1}, {{"i", "n"}, 3}},
            "in",
            {{{"h", "e", "n"}, 1}, {{"in"}, 3}},
            "a pair counts as often as the text has its word"},
           {{{{"t", "he", "n"}, 1}, {{"t", "he"}, 2}, {{"he", "n"}, 2}},
            "hen",
            {{{"t", "hen"}, 1}, {{"t", "he"}, 2}, {{"hen"}, 2}},
            "pieces can be longer than one character; of hen and the, both 3, hen sorts first"},
           {{{{"t", "he", "a", "t"}, 2}},
            "at",
            {{{"t", "he", "at"}, 2}},
            "of the, hea and at, all 2, at is the shortest"},
           {{{{"a", "n", "a", "n", "a"}, 1}},
            "an",
            {{{"an", "an", "a"}, 1}},
            "the pair is merged wherever it is, from left to right"},
           {{{{"a", "a", "a"}, 1}}, "aa", {{{"aa", "a"}, 1}}, "each piece can be part of one merge only"},
           {{{{"hen"}, 4}, {{}, 1}}, "", {{{"hen"}, 4}, {{}, 1}}, "no word has two pieces, so nothing is merged"}}) {
    Words words = wanted.words;
    trying(spelled(wanted.words));
    const std::string piece = merge_most_frequent(words);
    if (piece != wanted.piece)
      return not_yet(fmt::format("{}: the new piece should be \"{}\", you gave \"{}\"", spelled(wanted.words),
                                 wanted.piece, piece),
                     wanted.hint);
    if (spelled(words) != spelled(wanted.after))
      return not_yet(fmt::format("{}: should become {}, you left {}", spelled(wanted.words), spelled(wanted.after),
                                 spelled(words)),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({15, "tokens_1_merge", "The merge of the most frequent pair",
                       "a std::map from pairs of pieces to counts, then a pass over all words", check_merge});

}  // namespace
}  // namespace tinymor
