#pragma once
// UTF-8, one character (Unicode code point) at a time. UTF-8 sorts in the order of code points, so characters are kept
// as their bytes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tinymor {

/// U+FFFD, which replaces anything that is not a readable character.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";
/// What some editors, on Windows above all, put before a text. It is not part of it.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Bytes of the first character of `text`; 0 when it is empty or does not begin with a whole, valid character.
size_t character_length(std::string_view text);

/// Code points are below this.
inline constexpr uint32_t n_code_points = 0x110000;
/// The code point of one whole, valid character.
uint32_t code_point(std::string_view character);
/// Appends the character of a code point up to U+10FFFF.
void append_character(std::string& text, uint32_t code_point);

/// The bytes of `text` before the first that belongs to no whole, valid character.
size_t utf8_prefix(std::string_view text);

/// What is there in place of a character.
struct BrokenCharacter {
  size_t length = 0;   ///< Bytes of it, 1 or more: the Unicode Standard (3.9) puts one U+FFFD in their place.
  bool begun = false;  ///< They are the end of the text and the beginning of a character.
};
/// `text` is not empty and begins with no whole, valid character.
BrokenCharacter broken_character(std::string_view text);

/// Throws InputError, beginning with `name` and saying at which byte, unless all of `text` is UTF-8.
void check_utf8(std::string_view text, std::string_view name);

/// Whether all of `text` is UTF-8.
bool is_utf8(std::string_view text);

/// Removes all whole characters from the front of `bytes` and returns them as UTF-8, with U+FFFD for bytes that belong
/// to none. What is left is empty or the beginning of a character.
std::string take_utf8(std::string& bytes);

/// `text` as UTF-8, with U+FFFD in place of bytes that are not.
std::string as_utf8(std::string text);

/// U+0000..U+001F and U+007F: newline, tab and other characters without a picture.
bool is_control(char c);

/// "<0x0A>", SentencePiece's way to name a byte.
std::string byte_name(char c);

/// `text` with byte_names in place of the bytes of control characters (U+0080..U+009F are some too), except those in
/// `kept`, and of bytes that belong to no character: a terminal then only shows text.
std::string with_visible_controls(std::string_view text, std::string_view kept = "");

}  // namespace tinymor
