#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

/// Bytes above 0x7F as <0xC3>, and the sign for what is broken by its number, so that it can be read.
std::string visible(const std::string& bytes) {
  const std::string bad = "\uFFFD";
  std::string text;
  if (const size_t at = bytes.find(bad); at != std::string::npos)
    return visible(bytes.substr(0, at)) + "U+FFFD" + visible(bytes.substr(at + bad.size()));
  for (char c : bytes)
    text += (c & 0x80) ? fmt::format("<0x{:02X}>", static_cast<unsigned char>(c)) : std::string(1, c);
  return text;
}

Finding check_stream() {
  using Strings = std::vector<std::string>;
  struct Case {
    Strings tokens, shown;
    const char* hint;
  };
  const std::string bad = "\uFFFD";
  for (const Case& wanted :
       std::vector<Case>{{{"hen", "s"}, {"hen", "s"}, "ASCII is shown at once"},
                         {{"caf\xC3", "\xA9!"}, {"caf", "\u00e9!"}, "the first byte of \u00e9 waits for the second"},
                         {{"\xE2", "\x82", "\xAC"}, {"", "", "\u20ac"}, "the sign of the euro has three bytes"},
                         {{"\xF0\x9F\x99", "\x82n"}, {"", "\U0001F642n"}, "this one has four"},
                         {{"\x82", "a"}, {bad, "a"}, "0x82 cannot begin a character: U+FFFD in its place"},
                         {{"\xC3", "a"}, {"", bad + "a"}, "0xC3 is followed by an a, which does not go on with it"},
                         {{"\xE2\x82", "\xC3", "\xA9"},
                          {"", bad, "\u00e9"},
                          "one U+FFFD for both bytes that were begun; 0xC3 begins anew"},
                         {{"\xFF\xC0"}, {bad + bad}, "neither can begin a character"},
                         {{"", "a"}, {"", "a"}, "a token without bytes"}}) {
    std::string waiting, before;
    for (size_t i = 0; i < wanted.tokens.size(); ++i) {
      const std::string what = fmt::format("{}{}\"{}\"", before, i ? ", then " : "", visible(wanted.tokens[i]));
      before = what;
      trying(what);
      const std::string given = take_characters(waiting, wanted.tokens[i]);
      if (given != wanted.shown[i])
        return not_yet(
            fmt::format("{}: should show \"{}\", you gave \"{}\"", what, visible(wanted.shown[i]), visible(given)),
            wanted.hint);
    }
    if (!waiting.empty())
      return not_yet(fmt::format("{}: nothing should be waiting any more, \"{}\" is", before, visible(waiting)),
                     "what was returned is taken out of `waiting`");
  }
  return done();
}

const AddExercise add(
    {15, "tokens_5_stream", "Characters that are split over tokens",
     "append; while the front is a whole character, move it over; a byte that can be no part of one becomes U+FFFD",
     check_stream});

}  // namespace
}  // namespace tinymor
