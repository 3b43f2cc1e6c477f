// Ties are broken by a rank of three parts: count, length, spelling.
#include <algorithm>
#include <map>
#include <tuple>

#include "exercises.h"

namespace tinymor {

namespace {

const std::string space = "\xE2\x96\x81";

std::vector<CountedWord> words_of(const std::string& text) {
  std::map<std::vector<std::string>, int64_t> counts;
  std::vector<std::string> word;
  for (char c : text) {
    if (c == ' ' && !word.empty()) ++counts[word], word.clear();
    word.push_back(c == ' ' ? space : std::string(1, c));
  }
  if (!word.empty()) ++counts[word];
  std::vector<CountedWord> words;
  for (const auto& [pieces, n] : counts) words.push_back({pieces, n});
  return words;
}

int64_t characters(const std::string& piece) {
  return std::count_if(piece.begin(), piece.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

}  // namespace

std::vector<Merge> learn_merges(const std::string& text, int64_t count) {
  std::vector<CountedWord> words = words_of(text);
  std::vector<Merge> merges;
  while (int64_t(merges.size()) < count) {
    std::map<std::pair<std::string, std::string>, int64_t> pairs;
    for (const CountedWord& word : words)
      for (size_t i = 1; i < word.pieces.size(); ++i) pairs[{word.pieces[i - 1], word.pieces[i]}] += word.count;
    if (pairs.empty()) break;
    const auto rank = [](const auto& pair) {
      const std::string piece = pair.first.first + pair.first.second;
      return std::tuple(-pair.second, characters(piece), piece);
    };
    const auto best =
        std::min_element(pairs.begin(), pairs.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    const auto [left, right] = best->first;
    merges.push_back({left, right});
    for (CountedWord& word : words)
      for (size_t i = 1; i < word.pieces.size(); ++i)
        if (word.pieces[i - 1] == left && word.pieces[i] == right) {
          word.pieces[i - 1] += right;
          word.pieces.erase(word.pieces.begin() + int64_t(i));
        }
  }
  return merges;
}

}  // namespace tinymor
