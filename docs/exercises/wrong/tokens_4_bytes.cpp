// Counts the length of a piece in bytes, and takes the sign of the space for three.
// It is told: merge 2 should be
#define learn_merges tokens_4_bytes
#include <map>
#include <tuple>

#include "../checks/tokens_4_learn.cpp"

namespace tinymor {

std::vector<Merge> learn_merges(const std::string& text, int64_t count) {
  std::map<std::vector<std::string>, int64_t> words;
  std::vector<std::string> word;
  for (char c : text + " ") {
    if (c == ' ' && !word.empty()) ++words[word], word.clear();
    word.push_back(c == ' ' ? std::string("\xE2\x96\x81") : std::string(1, c));
  }
  std::vector<Merge> merges;
  while (int64_t(merges.size()) < count) {
    std::map<std::pair<std::string, std::string>, int64_t> pairs;
    for (const auto& [pieces, n] : words)
      for (size_t i = 1; i < pieces.size(); ++i) pairs[{pieces[i - 1], pieces[i]}] += n;
    if (pairs.empty()) break;
    std::tuple<int64_t, size_t, std::string> best;
    Merge merge;
    for (const auto& [pair, n] : pairs) {
      const std::tuple rank(-n, pair.first.size() + pair.second.size(), pair.first + pair.second);
      if (merge.left.empty() || rank < best) best = rank, merge = {pair.first, pair.second};
    }
    merges.push_back(merge);
    std::map<std::vector<std::string>, int64_t> merged;
    for (const auto& [old, n] : words) {
      std::vector<std::string> pieces = old;
      for (size_t i = 1; i < pieces.size(); ++i)
        if (pieces[i - 1] == merge.left && pieces[i] == merge.right) {
          pieces[i - 1] += pieces[i];
          pieces.erase(pieces.begin() + int64_t(i));
        }
      merged[pieces] += n;
    }
    words = merged;
  }
  return merges;
}

}  // namespace tinymor
