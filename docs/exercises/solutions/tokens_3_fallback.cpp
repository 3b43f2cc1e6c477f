// One character at a time, by its first byte.
#include <fmt/format.h>

#include "exercises.h"

namespace tinymor {

std::vector<std::string> characters_or_bytes(const std::string& text, const std::set<std::string>& alphabet) {
  std::vector<std::string> pieces;
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    const std::string character = text.substr(i, length);
    if (alphabet.contains(character))
      pieces.push_back(character);
    else
      for (const char byte : character) pieces.push_back(fmt::format("<0x{:02X}>", static_cast<unsigned char>(byte)));
    i += length;
  }
  return pieces;
}

}  // namespace tinymor
