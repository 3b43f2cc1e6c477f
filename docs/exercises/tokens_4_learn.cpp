// Exercise 4 of chapter 15, a harder one: learning all merges.
//
// Cut the text before every space; the space becomes "▁" (three bytes: \xE2\x96\x81) and is the first piece of the word
// that follows it. All other characters are ASCII, a piece each. Count equal words. Then repeat: count each pair of
// neighbours as often as the text has the word, and merge the most frequent one. Of equally frequent pairs it is the
// one whose piece has fewer characters ("▁" is one character), then the one whose piece sorts first as a std::string.
// Stop after `count` merges or when no word has two pieces. tokens_1_merge is one round of this.
#include "exercises.h"

namespace tinymor {

std::vector<Merge> learn_merges(const std::string& text, int64_t count) {
  return {};
}

}  // namespace tinymor
