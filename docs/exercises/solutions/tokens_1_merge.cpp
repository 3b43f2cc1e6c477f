// Counts of pairs in a map, then one pass over the words.
#include <map>
#include <tuple>
#include <utility>

#include "exercises.h"

namespace tinymor {

std::string merge_most_frequent(std::vector<CountedWord>& words) {
  using Pair = std::pair<std::string, std::string>;
  std::map<Pair, int64_t> counts;
  for (const auto& [pieces, count] : words)
    for (size_t i = 1; i < pieces.size(); ++i) counts[{pieces[i - 1], pieces[i]}] += count;
  Pair best;
  std::string merged;
  int64_t most = 0;
  for (const auto& [pair, count] : counts) {
    const std::string piece = pair.first + pair.second;
    const auto rank = [](int64_t n, const std::string& p) { return std::tuple(-n, p.size(), p); };
    if (most > 0 && rank(count, piece) >= rank(most, merged)) continue;
    best = pair;
    merged = piece;
    most = count;
  }
  for (auto& [pieces, count] : words) {
    std::vector<std::string> after;
    for (const std::string& piece : pieces) {
      // What was merged just now is longer than the left part, so it is not merged twice.
      if (!after.empty() && Pair(after.back(), piece) == best)
        after.back() += piece;
      else
        after.push_back(piece);
    }
    pieces = after;
  }
  return merged;
}

}  // namespace tinymor
