#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

std::string spelled(const std::vector<Merge>& merges) {
  std::string text;
  for (const auto& [left, right] : merges) text += fmt::format("{}{}+{}", text.empty() ? "" : " ", left, right);
  return text.empty() ? "none" : text;
}

Finding check_learn() {
  struct Case {
    std::string text;
    int64_t count;
    std::vector<Merge> merges;
    const char* hint;
  };
  const std::string s = "\u2581";
  for (const Case& wanted : std::vector<Case>{
           {"hen", 1, {{"e", "n"}}, "e+n and h+e are equally frequent and long; en sorts before he"},
           {"aab aab", 1, {{"a", "a"}}, "a+a and a+b are there twice; aa sorts first"},
           {"ab ab ab",
            2,
            {{"a", "b"}, {s, "ab"}},
            "ab is there three times; the space belongs to the word that follows it"},
           {"ten tent",
            3,
            {{"e", "n"}, {"t", "en"}, {"ten", "t"}},
            "after e+n and t+en, ten+t and \u2581+ten are both there once: tent is 4 characters, as is \u2581ten, and "
            "sorts first"},
           {"a b", 9, {{s, "b"}}, "no merge crosses a word, and in the end there is nothing left to merge"},
           {"ten hens met the hen then the men ate the hen",
            8,
            {{"h", "e"}, {s, "t"}, {"he", "n"}, {s, "hen"}, {s + "t", "he"}, {"e", "n"}, {s, "m"}, {"a", "t"}},
            "the chapter's table; the sign of the space is one character, and its bytes sort after the letters"}}) {
    trying(fmt::format("{} merges of \"{}\"", wanted.count, wanted.text));
    const std::vector<Merge> given = learn_merges(wanted.text, wanted.count);
    const std::string what = fmt::format("{} merges of \"{}\"", wanted.count, wanted.text);
    for (size_t i = 0; i < wanted.merges.size(); ++i)
      if (i >= given.size() || given[i].left != wanted.merges[i].left || given[i].right != wanted.merges[i].right)
        return not_yet(fmt::format("{}: merge {} should be {}, yours are {}", what, i + 1, spelled({wanted.merges[i]}),
                                   spelled(given)),
                       wanted.hint);
    if (given.size() != wanted.merges.size())
      return not_yet(fmt::format("{}: should be {}, yours are {}", what, spelled(wanted.merges), spelled(given)),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({15, "tokens_4_learn", "Learning all merges",
                       "words with counts, pieces of one character; then n times: count pairs, take the best by count, "
                       "length and spelling, merge",
                       check_learn});

}  // namespace
}  // namespace tinymor
