// Exercise 5 of chapter 15, a harder one: characters that are split over tokens.
//
// A model may write the first byte of an é with one token and the second with the next. Keep the bytes that are no
// whole character yet. The first byte of a character says how many it has: below 0x80 one, 0xC2 to 0xDF two, 0xE0 to
// 0xEF three, 0xF0 to 0xF4 four. All others are 0x80 to 0xBF. A byte that cannot begin a character becomes U+FFFD
// (\xEF\xBF\xBD); so does the beginning of one that is followed by a byte which does not go on with it: one sign for
// all of its bytes, and then that byte begins anew. (UTF-8 forbids a few more forms, which the check leaves out.)
#include "exercises.h"

namespace tinymor {

std::string take_characters(std::string& waiting, const std::string& bytes) {
  return {};
}

}  // namespace tinymor
