#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

using Pieces = std::vector<std::string>;

Finding check_fallback() {
  struct Case {
    std::string text;
    std::set<std::string> alphabet;
    Pieces pieces;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {"hen", {"e", "h", "n"}, {"h", "e", "n"}, "characters of the alphabet stay as they are"},
           {"hen", {"e", "h"}, {"h", "e", "<0x6E>"}, "n is not in the alphabet; its byte is 0x6E"},
           {"n\n", {"n"}, {"n", "<0x0A>"}, "a byte has two digits, also a small one: {:02X}"},
           {"caf\u00e9", {"a", "c", "f"}, {"c", "a", "f", "<0xC3>", "<0xA9>"}, "\u00e9 has two bytes"},
           {"caf\u00e9",
            {"a", "c", "f", "\u00e9"},
            {"c", "a", "f", "\u00e9"},
            "\u00e9 is in the alphabet, with both bytes"},
           {"\u20acn", {"n"}, {"<0xE2>", "<0x82>", "<0xAC>", "n"}, "\u20ac has three bytes"},
           {"\U0001F642n", {"n"}, {"<0xF0>", "<0x9F>", "<0x99>", "<0x82>", "n"}, "this one has four bytes"},
           {"", {"n"}, {}, "no character, no piece"}}) {
    trying(fmt::format("\"{}\" with the alphabet {}", wanted.text, fmt::join(wanted.alphabet, " ")));
    const Pieces given = characters_or_bytes(wanted.text, wanted.alphabet);
    if (given != wanted.pieces)
      return not_yet(fmt::format("\"{}\" with the alphabet {}: should be {}, you gave {}", wanted.text,
                                 fmt::join(wanted.alphabet, " "), fmt::join(wanted.pieces, " "), fmt::join(given, " ")),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({15, "tokens_3_fallback", "Characters, or their bytes",
                       "the first byte of a character tells its length; look the whole character up", check_fallback});

}  // namespace
}  // namespace tinymor
