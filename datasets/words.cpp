#include "datasets/words.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>

#include "datasets/unicode_ranges.h"
#include "datasets/utf8.h"

namespace tinymor {
namespace {

/// What the expressions tell apart. `newline` is \r and \n, which are spaces too.
enum class Class { letter, number, newline, space, other, end };

bool is_in(std::span<const CodePoints> ranges, uint32_t c) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), c,
                                      [](uint32_t point, const CodePoints& range) { return point < range.first; });
  return after != ranges.begin() && c <= std::prev(after)->last;
}

/// The property White_Space of Unicode, which \s matches.
bool is_space(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

Class class_of(std::string_view character) {
  const uint32_t c = code_point(character);
  if (c == '\r' || c == '\n') return Class::newline;
  if (is_space(c)) return Class::space;
  if (is_in(kLetters, c)) return Class::letter;
  return is_in(kNumbers, c) ? Class::number : Class::other;
}

/// A place in a text.
struct Place {
  std::string_view text;
  size_t at = 0;

  std::string_view character() const { return text.substr(at, character_length(text.substr(at))); }
  Class kind() const { return at < text.size() ? class_of(character()) : Class::end; }
  void advance() { at += character().size(); }
  /// Goes past up to `most` characters of a kind that `wanted` takes.
  template <class Wanted>
  void skip(Wanted wanted, size_t most = std::string_view::npos) {
    for (; most > 0 && at < text.size() && wanted(kind()); --most) advance();
  }
  void skip(Class wanted, size_t most = std::string_view::npos) {
    skip([wanted](Class c) { return c == wanted; }, most);
  }
};

bool is_blank(Class c) {
  return c == Class::space || c == Class::newline;
}

/// 's, 't, 're, 've, 'm, 'll and 'd: its bytes; 0 when `text` begins with none.
size_t contraction(std::string_view text, bool any_case) {
  if (text[0] != '\'') return 0;
  constexpr std::string_view long_s = "\u017f";  // the one other letter whose capital is S
  if (any_case && text.substr(1).starts_with(long_s)) return 1 + long_s.size();
  std::string start(text.substr(0, 3));
  if (any_case)
    for (char& c : start) c = c >= 'A' && c <= 'Z' ? char(c + ('a' - 'A')) : c;
  for (const std::string_view ending : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
    if (start.starts_with(ending)) return ending.size();
  return 0;
}

/// \s+(?!\S)|\s+ : the spaces that `text` begins with, but for the last when a word follows.
size_t spaces(std::string_view text) {
  Place end{text};
  size_t last = 0;  // where the last of them begins
  for (; is_blank(end.kind()); end.advance()) last = end.at;
  return end.kind() == Class::end || last == 0 ? end.at : last;
}

/// Of the spaces that `text` begins with, those up to the last \r or \n; 0 when there is none.
size_t lines(std::string_view text) {
  size_t end = 0;
  for (Place place{text}; is_blank(place.kind());) {
    const bool newline = place.kind() == Class::newline;
    place.advance();
    if (newline) end = place.at;
  }
  return end;
}

size_t llama3(std::string_view text, size_t most_digits) {
  if (const size_t length = contraction(text, /*any_case=*/true)) return length;
  Place place{text};
  const Class first = place.kind();
  if (first == Class::number) {
    place.skip(Class::number, most_digits);
    return place.at;
  }
  Place after = place;
  after.advance();
  const bool letters_follow = after.kind() == Class::letter && first != Class::newline;
  if (first == Class::letter || letters_follow) {
    if (first != Class::letter) place = after;
    place.skip(Class::letter);
    return place.at;
  }
  if (text[0] == ' ' && after.kind() == Class::other) place = after;
  if (place.kind() == Class::other) {
    place.skip(Class::other);
    place.skip(Class::newline);
    return place.at;
  }
  const size_t ended = lines(text);
  return ended > 0 ? ended : spaces(text);
}

/// Characters of one kind in a row, at most `most`, or all those before the first.
size_t run_or_rest(std::string_view text, Class kind, size_t most) {
  Place place{text};
  if (place.kind() == kind)
    place.skip(kind, most);
  else
    place.skip([kind](Class c) { return c != kind; });
  return place.at;
}

}  // namespace

size_t gpt2_word(std::string_view text) {
  if (const size_t length = contraction(text, /*any_case=*/false)) return length;
  Place place{text};
  if (text[0] == ' ') place.advance();
  const Class kind = place.kind();
  if (kind == Class::end || is_blank(kind)) return spaces(text);
  place.skip(kind);
  return place.at;
}

size_t llama3_word(std::string_view text) {
  return llama3(text, 3);
}

size_t llama3_word_of_one_digit(std::string_view text) {
  return llama3(text, 1);
}

size_t one_digit(std::string_view text) {
  return run_or_rest(text, Class::number, 1);
}

size_t digits(std::string_view text) {
  return run_or_rest(text, Class::number, text.size());
}

size_t marked_word(std::string_view text) {
  return std::min(text.find("\u2581", 1), text.size());
}

}  // namespace tinymor
