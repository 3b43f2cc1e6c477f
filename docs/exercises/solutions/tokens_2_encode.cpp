// Each merge in its order, over the whole word.
#include "exercises.h"

namespace tinymor {

std::vector<std::string> encode_word(const std::string& word, const std::vector<Merge>& merges) {
  std::vector<std::string> pieces;
  for (const char c : word) pieces.emplace_back(1, c);
  for (const Merge& merge : merges) {
    std::vector<std::string> after;
    for (const std::string& piece : pieces) {
      if (!after.empty() && after.back() == merge.left && piece == merge.right)
        after.back() += piece;
      else
        after.push_back(piece);
    }
    pieces = after;
  }
  return pieces;
}

}  // namespace tinymor
