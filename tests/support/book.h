#pragma once
// The README and the chapters as a reader sees them, for tests of what they say.

#include <cctype>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.h"
#include "tensor/files.h"

namespace tinymor {

/// The text with a single blank between words, so that a sentence can be found however it is wrapped.
inline std::string unwrapped(const std::string& text) {
  std::istringstream words(text);
  std::string out;
  for (std::string word; words >> word;) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// The text of a file, named from the root of the tree, without its links to the glossary: [token], [tokens][token].
inline std::string book(const std::string& file) {
  const std::string text = read_file(std::string(TINYMOR_TREE) + "/" + file, 1 << 20);
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t end = text[at] == '[' ? text.find(']', at) : std::string::npos;
    const bool two = end != std::string::npos && text[end + 1] == '[';
    const size_t label = two ? end + 1 : at, last = two ? text.find(']', label) : end;
    if (end != std::string::npos && last != std::string::npos && text[last + 1] != ':') {
      std::string word = unwrapped(text.substr(label + 1, last - label - 1));
      if (text.find("\n[" + word + "]: glossary") == std::string::npos && !word.empty())
        word[0] = char(std::tolower(static_cast<unsigned char>(word[0])));
      if (text.find("\n[" + word + "]: glossary") != std::string::npos) {
        out += text.substr(at + 1, end - at - 1);
        at = last;
        continue;
      }
    }
    out += text[at];
  }
  return out;
}

/// What is between `begin`, the first of that kind, and the next `end`, or all that follows.
inline std::string part(const std::string& text, const std::string& begin, const std::string& end) {
  const size_t at = text.find(begin);
  REQUIRE(at != std::string::npos);
  return text.substr(at, text.find(end, at + begin.size()) - at);
}

/// The cells of the row of a table that begins so.
inline std::vector<std::string> row(const std::string& text, const std::string& begin) {
  const size_t at = text.find("\n| " + begin + " |");
  REQUIRE(at != std::string::npos);
  std::istringstream line(text.substr(at + 2, text.find('\n', at + 1) - at - 2));
  std::vector<std::string> cells;
  for (std::string cell; std::getline(line, cell, '|');) cells.push_back(cell);
  return cells;
}

/// The number that a cell begins with.
inline double number(const std::string& cell) {
  return std::stod(cell);
}

/// The number after a cell's "±".
inline double deviation(const std::string& cell) {
  return number(cell.substr(cell.find("±") + std::string("±").size()));
}

}  // namespace tinymor
