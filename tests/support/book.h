#pragma once
// The README and the chapters as a reader sees them, for tests of what they say.

#include <sstream>
#include <string>
#include <vector>

#include "support/catch.h"
#include "tensor/files.h"

namespace tinymor {

/// The text of a file, named from the root of the tree.
inline std::string book(const std::string& file) {
  return read_file(std::string(TINYMOR_TREE) + "/" + file, 1 << 20);
}

/// What is between `begin`, the first of that kind, and the next `end`, or all that follows.
inline std::string part(const std::string& text, const std::string& begin, const std::string& end) {
  const size_t at = text.find(begin);
  REQUIRE(at != std::string::npos);
  return text.substr(at, text.find(end, at + begin.size()) - at);
}

/// The text with a single blank between words, so that a sentence can be found however it is wrapped.
inline std::string unwrapped(const std::string& text) {
  std::istringstream words(text);
  std::string out;
  for (std::string word; words >> word;) out += (out.empty() ? "" : " ") + word;
  return out;
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
