// Takes the longest piece that fits, from left to right.
// It is told: "_then" with the merges h+e _+t he+n _+hen _t+he: should be _t|hen, you gave _the|n
#define encode_word tokens_2_longest
#include "../checks/tokens_2_encode.cpp"

namespace tinymor {

std::vector<std::string> encode_word(const std::string& word, const std::vector<Merge>& merges) {
  std::vector<std::string> pieces;
  for (size_t at = 0; at < word.size(); at += pieces.back().size()) {
    std::string longest = word.substr(at, 1);
    for (const Merge& merge : merges) {
      const std::string piece = merge.left + merge.right;
      if (word.compare(at, piece.size(), piece) == 0 && piece.size() > longest.size()) longest = piece;
    }
    pieces.push_back(longest);
  }
  return pieces;
}

}  // namespace tinymor
