// Counts each word once, however often the text has it.
// It is told: h|e|n 1, i|n 3: the new piece should be "in", you gave "en"
#define merge_most_frequent tokens_1_words
#include <map>
#include <tuple>

#include "../checks/tokens_1_merge.cpp"

namespace tinymor {

std::string merge_most_frequent(std::vector<CountedWord>& words) {
  std::map<std::pair<std::string, std::string>, int64_t> counts;
  for (const CountedWord& word : words)
    for (size_t i = 1; i < word.pieces.size(); ++i) ++counts[{word.pieces[i - 1], word.pieces[i]}];
  std::tuple<int64_t, size_t, std::string> best;
  std::pair<std::string, std::string> pair;
  for (const auto& [p, n] : counts) {
    const std::tuple rank(-n, p.first.size() + p.second.size(), p.first + p.second);
    if (pair.first.empty() || rank < best) std::tie(best, pair) = std::pair(rank, p);
  }
  for (CountedWord& word : words)
    for (size_t i = 1; i < word.pieces.size(); ++i)
      if (word.pieces[i - 1] == pair.first && word.pieces[i] == pair.second) {
        word.pieces[i - 1] += word.pieces[i];
        word.pieces.erase(word.pieces.begin() + int64_t(i));
      }
  return pair.first + pair.second;
}

}  // namespace tinymor
