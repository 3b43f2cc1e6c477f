// Every question of a chapter has the answer that the library works out, and the judge knows right from wrong.

#include <algorithm>
#include <filesystem>
#include <regex>

#include "questions.h"
#include "support/catch.h"
#include "tensor/error.h"
#include "tensor/files.h"

using namespace tinymor;

namespace {

/// Names and answers, in the order of the chapters.
std::vector<std::pair<std::string, std::string>> questions_of_book() {
  std::vector<std::filesystem::path> chapters;
  for (const auto& entry : std::filesystem::directory_iterator(TINYMOR_TREE "/docs"))
    if (entry.path().extension() == ".md") chapters.push_back(entry.path());
  std::sort(chapters.begin(), chapters.end());
  const std::regex form("<details id=\"q-([a-z0-9-]+)\"><summary>Answer</summary>\n\n\\*\\*([^*]+)\\*\\*");
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& chapter : chapters) {
    const std::string text = read_file(chapter.string(), 1 << 20);
    for (std::sregex_iterator match(text.begin(), text.end(), form), end; match != end; ++match)
      found.emplace_back((*match)[1], (*match)[2]);
  }
  return found;
}

}  // namespace

TEST_CASE("questions: each one of the book has the answer that the library works out") {
  std::vector<std::string> names;
  for (const auto& [name, answer] : questions_of_book()) {
    INFO(name << ": " << answer);
    names.push_back(name);
    CHECK(right_answer(name, answer));
    CHECK_FALSE(right_answer(name, answer + ", 7"));
  }
  CHECK(names == question_names());
}

TEST_CASE(
    "questions: whole numbers must be the same, others may differ by one percent, and what is between does not count") {
  CHECK(right_answer("one-in-four", "1.3863"));
  CHECK(right_answer("one-in-four", " about 1.39 nats"));
  CHECK_FALSE(right_answer("one-in-four", "1.36"));
  CHECK_FALSE(right_answer("one-in-four", "-1.3863"));
  CHECK_FALSE(right_answer("one-in-four", ""));
  CHECK_FALSE(right_answer("one-in-four", "1.3863/0"));
  CHECK(right_answer("pull-at-a-score", ".19/4"));
  CHECK(right_answer("layers-of-had", "6.0"));
  CHECK_FALSE(right_answer("layers-of-had", "6.05"));
  CHECK(right_answer("shape-of-a-sum", "4 2 3"));
  CHECK_FALSE(right_answer("shape-of-a-sum", "[2,4,3]"));
  CHECK(right_answer("token-0-comes", "0.4076, \u22120.3348 0.2447 0.09"));
  CHECK_THROWS_WITH(right_answer("who", "1"), "there is no question \"who\"");
}
