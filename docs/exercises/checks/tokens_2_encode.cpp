#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

using Pieces = std::vector<std::string>;

Finding check_encode() {
  const std::vector<Merge> hens{{"h", "e"}, {"_", "t"}, {"he", "n"}, {"_", "hen"}, {"_t", "he"}};
  struct Case {
    std::string word;
    std::vector<Merge> merges;
    Pieces pieces;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {"ten", {}, {"t", "e", "n"}, "without merges each character is a piece"},
           {"_hen", hens, {"_hen"}, "h and e first, then he and n, then _ and hen"},
           {"_them", hens, {"_the", "m"}, "he, _t and _the are merged; there is no merge of _the and m"},
           {"_then", hens, {"_t", "hen"}, "he and n were merged before _t and he, so hen comes first here too"},
           {"aab", {{"a", "b"}, {"a", "a"}}, {"a", "ab"}, "the earliest merge first, wherever in the word it is"},
           {"aaaa", {{"a", "a"}}, {"aa", "aa"}, "a merge is applied wherever it fits, from left to right"},
           {"aaa", {{"a", "a"}}, {"aa", "a"}, "each piece can be part of one merge only"},
           {"", hens, {}, "no character, no piece"}}) {
    trying(fmt::format("\"{}\" with {} merges", wanted.word, wanted.merges.size()));
    const Pieces given = encode_word(wanted.word, wanted.merges);
    if (given != wanted.pieces) {
      std::string merges;
      for (const auto& [left, right] : wanted.merges) merges += fmt::format(" {}+{}", left, right);
      return not_yet(
          fmt::format("\"{}\" with the merges{}: should be {}, you gave {}", wanted.word,
                      merges.empty() ? " (none)" : merges, fmt::join(wanted.pieces, "|"), fmt::join(given, "|")),
          wanted.hint);
    }
  }
  return done();
}

const AddExercise add({15, "tokens_2_encode", "A word cut into pieces by merges",
                       "for each merge: a pass over the pieces that joins its two wherever they are neighbours",
                       check_encode});

}  // namespace
}  // namespace tinymor
