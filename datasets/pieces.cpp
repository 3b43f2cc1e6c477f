#include "datasets/pieces.h"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/utf8.h"

namespace tinymor {
namespace {

constexpr const char* pilcrow = "\u00b6";

}  // namespace

std::string readable_piece(const std::string& piece) {
  constexpr const char* mark = "\u2581";
  constexpr size_t most_bytes = 48;
  std::string out;
  for (size_t i = 0; i < piece.size() && out.size() < most_bytes;) {
    const size_t n = character_length(std::string_view(piece).substr(i));
    if (n == 0)
      out += '?';
    else if (piece.compare(i, n, mark) == 0)
      out += ' ';
    else if (piece[i] == '\n')
      out += pilcrow;
    else if (is_control(piece[i]))
      out += ' ';
    else
      out.append(piece, i, n);
    i += std::max<size_t>(n, 1);
  }
  return out == "<0x0A>" ? pilcrow : out;
}

bool is_newline(const std::string& readable) {
  return readable.ends_with(pilcrow);
}

std::string quoted_piece(const std::string& readable) {
  std::string out;
  for (char c : readable) {
    if (c == ' ')
      out += "\u00b7";
    else
      out += c;
  }
  return out;
}

std::string in_quotes(const std::string& readable) {
  return "\u201c" + quoted_piece(readable) + "\u201d";
}

std::string quoted_token(const std::vector<std::string>& vocabulary, int32_t id) {
  const bool known = id >= 0 && size_t(id) < vocabulary.size();
  return known ? quoted_piece(readable_piece(vocabulary[size_t(id)])) : fmt::format("id {}", id);
}

}  // namespace tinymor
