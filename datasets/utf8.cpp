#include "datasets/utf8.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "tensor/error.h"

namespace tinymor {
namespace {

/// How many of the first bytes of `text` are ASCII, most of them or all.
size_t ascii_prefix(std::string_view text) {
  size_t at = 0;
  for (uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if (eight & 0x8080808080808080) break;
  }
  return at;
}

/// How a text begins: the number of bytes that the first byte announces (0 when no character begins with it), and how
/// many of them are there and fit.
struct Beginning {
  size_t announced = 0, fitting = 0;
};

/// Characters of `length` bytes, the first in first..last, the second in low..high, the others in 0x80..0xBF.
struct Row {
  unsigned char first, last;
  size_t length;
  unsigned char low, high;
};

/// The Unicode Standard, table 3-7, "Well-Formed UTF-8 Byte Sequences": the ranges of the second byte leave out
/// overlong forms, surrogates and code points beyond U+10FFFF.
constexpr std::array<Row, 9> table = {{{0x00, 0x7F, 1, 0, 0},
                                       {0xC2, 0xDF, 2, 0x80, 0xBF},
                                       {0xE0, 0xE0, 3, 0xA0, 0xBF},
                                       {0xE1, 0xEC, 3, 0x80, 0xBF},
                                       {0xED, 0xED, 3, 0x80, 0x9F},
                                       {0xEE, 0xEF, 3, 0x80, 0xBF},
                                       {0xF0, 0xF0, 4, 0x90, 0xBF},
                                       {0xF1, 0xF3, 4, 0x80, 0xBF},
                                       {0xF4, 0xF4, 4, 0x80, 0x8F}}};

Beginning beginning_of(std::string_view text) {
  if (text.empty()) return {};
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {1, 1};  // most of all text: without a search
  const auto row =
      std::find_if(table.begin(), table.end(), [&](const Row& r) { return first >= r.first && first <= r.last; });
  if (row == table.end()) return {};
  const auto fits = [&](size_t i) {
    if (i == 1) return byte(1) >= row->low && byte(1) <= row->high;
    return byte(i) >= 0x80 && byte(i) <= 0xBF;
  };
  size_t fitting = 1;
  while (fitting < std::min(row->length, text.size()) && fits(fitting)) ++fitting;
  return {row->length, fitting};
}

}  // namespace

size_t character_length(std::string_view text) {
  const Beginning b = beginning_of(text);
  return b.fitting == b.announced ? b.announced : 0;
}

size_t utf8_prefix(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    at += ascii_prefix(text.substr(at));
    for (int i = 0; i < 8 && at < text.size(); ++i) {
      const size_t length = character_length(text.substr(at));
      if (length == 0) return at;
      at += length;
    }
  }
  return at;
}

BrokenCharacter broken_character(std::string_view text) {
  const Beginning b = beginning_of(text);
  return {std::max<size_t>(1, b.fitting), b.fitting == text.size() && b.fitting < b.announced};
}

// A first byte of n > 1 bytes begins with n ones and a zero; each of the others holds six bits behind 10.
uint32_t code_point(std::string_view character) {
  const auto byte = [&](size_t i) { return uint32_t(static_cast<unsigned char>(character[i])); };
  if (character.size() == 1) return byte(0);
  uint32_t value = byte(0) & (0x7F >> character.size());
  for (size_t i = 1; i < character.size(); ++i) value = value << 6 | (byte(i) & 0x3F);
  return value;
}

void append_character(std::string& text, uint32_t value) {
  if (value < 0x80) {
    text += char(value);
    return;
  }
  int following = 1;
  if (value >= 0x800) following = 2;
  if (value >= 0x10000) following = 3;
  const uint32_t ones = 0xF80 >> following & 0xFF;
  text += char(ones | value >> 6 * following);
  while (following-- > 0) text += char(0x80 | (value >> 6 * following & 0x3F));
}

std::string take_utf8(std::string& bytes) {
  std::string text;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const size_t good = utf8_prefix(rest);
    text += rest.substr(0, good);
    rest.remove_prefix(good);
    if (rest.empty()) break;
    const BrokenCharacter broken = broken_character(rest);
    if (broken.begun) break;
    text += replacement_character;
    rest.remove_prefix(broken.length);
  }
  bytes.erase(0, bytes.size() - rest.size());
  return text;
}

std::string as_utf8(std::string text) {
  const std::string whole = take_utf8(text);
  return text.empty() ? whole : whole + std::string(replacement_character);
}

bool is_utf8(std::string_view text) {
  return utf8_prefix(text) == text.size();
}

void check_utf8(std::string_view text, std::string_view name) {
  const size_t good = utf8_prefix(text);
  check_input(good == text.size(), "{}: not UTF-8 at byte {} (convert it to UTF-8)", name, good);
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

std::string byte_name(char c) {
  return fmt::format("<0x{:02X}>", static_cast<unsigned char>(c));
}

std::string with_visible_controls(std::string_view text, std::string_view kept) {
  std::string visible;
  while (!text.empty()) {
    const size_t length = character_length(text);
    const std::string_view character = text.substr(0, std::max<size_t>(1, length));
    const bool beyond_ascii = length == 2 && character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0;
    if (length > 0 && !beyond_ascii && (!is_control(character[0]) || kept.find(character) != kept.npos)) {
      visible += character;
    } else {
      for (const char c : character) visible += byte_name(c);
    }
    text.remove_prefix(character.size());
  }
  return visible;
}

}  // namespace tinymor
