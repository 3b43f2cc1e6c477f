#include "trainer/serving/choice_text.h"

#include "support/catch.h"
#include "support/random_cases.h"
#include "support/served.h"

using namespace tinymor;

namespace {

std::string joined(const std::vector<AnswerToken>& tokens) {
  std::string text;
  for (const AnswerToken& token : tokens) text += token.text;
  return text;
}

/// Whether the end of `text` begins one of the stops.
bool is_begun(const std::string& text, const std::vector<std::string>& stops) {
  for (const std::string& stop : stops)
    for (size_t count = 1; count < stop.size(); ++count)
      if (text.ends_with(stop.substr(0, count))) return true;
  return false;
}

}  // namespace

TEST_CASE("an answer is the text before the first stop text, across any borders of tokens, and hands on all it can") {
  // Tokens of one to four characters.
  const auto words = train_sentencepiece("aab abab bba aabb abba baab aaab bbab abaaab bbbaa", 280);
  for_cases(2000, [&](Random& random) {
    std::string text;
    for (int64_t i = pick(random, 1, 40); i > 0; --i) text += "ab b"[random.below(4)];
    std::vector<std::string> stops;
    for (int64_t i = pick(random, 0, 3); i > 0; --i)
      stops.push_back(text.substr(size_t(random.below(int64_t(text.size()))), size_t(pick(random, 1, 5))) +
                      (one_in(random, 2) ? "a" : ""));
    INFO(text);
    const std::vector<int32_t> ids = words->encode(text);
    ChoiceText answer(TextStream(*words), stops);
    std::string given, whole;
    size_t tokens = 0, added = 0;
    for (; added < ids.size() && !answer.stopped(); ++added) {
      answer.add(ids[added], {.depth = int32_t(added)}, added + 1 == ids.size());
      whole += words->decode({&ids[added], 1});
      for (const AnswerToken& token : answer.take()) {
        REQUIRE(token.depth == int32_t(tokens++));
        given += token.text;
      }
      REQUIRE(before_stop(whole, stops).starts_with(given));
      // What is held back ends in what may become a stop.
      if (!answer.stopped() && !is_begun(whole, stops)) REQUIRE(given == whole);
    }
    CHECK(given == before_stop(text, stops));
    CHECK(tokens == added);
    CHECK(answer.stopped() == (before_stop(text, stops) != text));
  });
}

TEST_CASE("a character that is spread over tokens comes whole, and one that stays incomplete is replaced") {
  const auto bytes = byte_tokenizer();
  const std::string text = "é€";
  ChoiceText answer(TextStream(*bytes), {"€"});
  const std::vector<int32_t> ids = bytes->encode(text);
  for (size_t i = 0; i < 4; ++i) answer.add(ids[i], {}, i == 3);
  CHECK(joined(answer.take()) == "é\xEF\xBF\xBD");

  ChoiceText stopped(TextStream(*bytes), {"€"});
  for (size_t i = 0; i < 5; ++i) stopped.add(ids[i], {}, i == 4);
  CHECK(stopped.stopped());
  CHECK(joined(stopped.take()) == "é");
}
