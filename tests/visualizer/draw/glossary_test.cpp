#include "visualizer/draw/glossary.h"

#include <algorithm>

#include "support/catch.h"
#include "tensor/files.h"
#include "visualizer/desk.h"

using namespace tinymor;

namespace {

std::vector<std::string> words_in(const std::vector<Term>& glossary, const std::string& text) {
  std::vector<std::string> words;
  for (const FoundTerm& found : terms_in(glossary, text))
    words.push_back(text.substr(found.begin, found.end - found.begin));
  return words;
}

}  // namespace

TEST_CASE("terms are found as whole words, in the plural and with a capital, and the longer of two") {
  const std::vector<Term> glossary =
      parse_glossary("# Title\n- **loss**: a\n- **token**: b\n- **token choice**: c\ntext\n");
  REQUIRE(glossary.size() == 3);
  CHECK(glossary[2].word == "token choice");
  CHECK(glossary[2].meaning == "c");
  CHECK(words_in(glossary, "Losses of tokens: the loss by token choice, lossy") ==
        std::vector<std::string>{"tokens", "loss", "token choice"});
  CHECK(words_in(glossary, "").empty());
  CHECK(words_in(glossary, "a \"token\", a \u201c\u00b7token\u201d, a \u201c\"\u201d, a loss") ==
        std::vector<std::string>{"loss"});
  CHECK(parse_glossary("- **no end").empty());
}

TEST_CASE("the glossary explains each word once, in order, and every panel's caption has words of it") {
  const std::vector<Term> glossary = parse_glossary(read_file(TINYMOR_BOOK "/glossary.md", 1 << 20));
  CHECK(glossary.size() > 30);
  for (size_t i = 1; i < glossary.size(); ++i) {
    CAPTURE(glossary[i].word);
    const auto lower = [](std::string word) {
      std::transform(word.begin(), word.end(), word.begin(), ::tolower);
      return word;
    };
    CHECK(lower(glossary[i - 1].word) < lower(glossary[i].word));
  }
  Desk desk;
  int explained = 0;
  for (const auto& panel : desk.window.app().panels())
    explained += !terms_in(glossary, panel->caption(desk.source, desk.state())).empty();
  CHECK(explained > 10);
}

TEST_CASE("a term under the mouse is explained beside it") {
  Desk desk;
  desk.state().maximised = "strip";
  desk.window.frames(3);
  const std::vector<uint8_t> plain = desk.window.picture().rgba;
  desk.state().glossary = {{"recursion", "One pass through the shared block."}};
  desk.window.frames(3);
  const std::vector<uint8_t> dotted = desk.window.picture().rgba;
  CHECK(dotted != plain);
  REQUIRE(desk.window.hover("term.recursion"));
  CHECK(desk.window.picture().rgba != dotted);
}
