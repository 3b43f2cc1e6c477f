#include "datasets/utf8.h"

#include "support/catch.h"
#include "tensor/error.h"

using namespace tinymor;

TEST_CASE("every form of valid UTF-8 is taken character by character") {
  CHECK(character_length("") == 0);
  CHECK(character_length("ab") == 1);
  CHECK(character_length(std::string_view("\0", 1)) == 1);
  CHECK(character_length("\xC3\xA9") == 2);          // U+00E9
  CHECK(character_length("\xE2\x96\x81x") == 3);     // U+2581
  CHECK(character_length("\xED\x9F\xBF") == 3);      // U+D7FF, below the surrogates
  CHECK(character_length("\xEE\x80\x80") == 3);      // U+E000, above them
  CHECK(character_length("\xF0\x9F\x98\x80") == 4);  // U+1F600
  CHECK(character_length("\xF4\x8F\xBF\xBF") == 4);  // U+10FFFF
}

TEST_CASE("bytes that are cut off, overlong, surrogates or beyond U+10FFFF do not count as UTF-8") {
  const char* bad = GENERATE("\x80",              // continuation first
                             "\xC3",              // cut off
                             "\xE2\x96",          // cut off
                             "\xC3(",             // no continuation
                             "\xC0\xAF",          // overlong "/"
                             "\xE0\x80\xAF",      // overlong "/"
                             "\xF0\x80\x80\xAF",  // overlong "/"
                             "\xED\xA0\x80",      // surrogate
                             "\xF4\x90\x80\x80",  // beyond U+10FFFF
                             "\xF5\x80\x80\x80", "\xFF");
  CHECK(character_length(bad) == 0);
  CHECK_FALSE(is_utf8(std::string("good ") + bad));
  CHECK_THROWS_WITH(check_utf8(std::string("good ") + bad, "NAME"), "NAME: not UTF-8 at byte 5 (convert it to UTF-8)");
}

TEST_CASE("bytes become UTF-8 as they come: a character with its last byte, bytes that are not a character as U+FFFD") {
  struct Row {
    std::string bytes, text, left;
  };
  const std::string no = "\xEF\xBF\xBD";
  for (const Row& row : std::vector<Row>{{"", "", ""},
                                         {"ab\xC3\xA9", "ab\xC3\xA9", ""},
                                         {"a\xC3", "a", "\xC3"},
                                         {"\xF0\x9F\x98", "", "\xF0\x9F\x98"},
                                         {"\x80\xFF", no + no, ""},
                                         {"\xC3(", no + "(", ""},
                                         {"\xE4\xBDx", no + "x", ""},
                                         {"\xF0\x9F\xE4\xBD\xA0", no + "\xE4\xBD\xA0", ""},
                                         {"\xED\xA0\x80", no + no + no, ""},
                                         {"\xC0\xAF", no + no, ""}}) {
    std::string bytes = row.bytes;
    CHECK(take_utf8(bytes) == row.text);
    CHECK(bytes == row.left);
    CHECK(as_utf8(row.bytes) == row.text + (row.left.empty() ? "" : no));
    CHECK(is_utf8(as_utf8(row.bytes)));
  }
}

TEST_CASE("control characters are made visible and nothing else is changed") {
  CHECK(with_visible_controls("a\n\t\x7F \xC3\xA9") == "a<0x0A><0x09><0x7F> \xC3\xA9");
  CHECK(with_visible_controls("a\n\t\x1b", "\n\t") == "a\n\t<0x1B>");
  CHECK(with_visible_controls(std::string("\0", 1)) == "<0x00>");
  CHECK(with_visible_controls("\xC2\x9B"
                              "1m\xC2\xA0") == "<0xC2><0x9B>1m\xC2\xA0");  // a terminal's CSI; no-break space
  CHECK(with_visible_controls("caf\xE9s \xE4\xBD") == "caf<0xE9>s <0xE4><0xBD>");
}

TEST_CASE("every code point is written as a whole character and read back as it was") {
  for (uint32_t value = 0; value <= 0x10FFFF; value += value < 0x11000 ? 1 : 255) {
    if (value >= 0xD800 && value < 0xE000) continue;  // surrogates are no characters
    std::string text;
    append_character(text, value);
    REQUIRE(character_length(text) == text.size());
    REQUIRE(code_point(text) == value);
  }
  std::string text;
  for (uint32_t value : {0x41u, 0xE9u, 0x20ACu, 0x1F600u}) append_character(text, value);
  CHECK(text == "A\u00e9\u20ac\U0001F600");
}
