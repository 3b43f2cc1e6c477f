// The numbers of docs/00-guess-the-next-letter.md, computed again. If you change one, change the other.

#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "datasets/stories.h"
#include "support/book.h"
#include "support/close.h"

using namespace tinymor;

namespace {

const std::string kText = "ten hens met the hen then the men ate the hen";

std::string chapter() {
  return book("docs/00-guess-the-next-letter.md");
}

/// What followed each `past` characters of a text, counted, with `added` to each count.
struct Table {
  Table(std::string_view text, size_t past, double added) : past(past), added(added) {
    for (const char c : text) ++characters[c];
    for (size_t i = 0; i + past < text.size(); ++i) {
      ++lines[text.substr(i, past)];
      ++counts[text.substr(i, past + 1)];
    }
  }

  double probability(std::string_view past_and_next) const {
    const auto count = [](const auto& of, std::string_view key) {
      const auto at = of.find(key);
      return at == of.end() ? 0.0 : double(at->second);
    };
    return (count(counts, past_and_next) + added) /
           (count(lines, past_and_next.substr(0, past)) + added * double(characters.size()));
  }

  /// Nats, the mean of all characters of a text but the first `past`.
  double loss(std::string_view text) const {
    double sum = 0;
    for (size_t i = 0; i + past < text.size(); ++i) sum -= std::log(probability(text.substr(i, past + 1)));
    return sum / double(text.size() - past);
  }

  size_t past;
  double added;
  std::map<char, int> characters;
  std::unordered_map<std::string_view, int> lines, counts;
};

Approx printed(double value) {
  return Approx(value).margin(half_a_digit);
}

}  // namespace

TEST_CASE("chapter 0: the characters and pairs of the text are counted right") {
  const Table pairs(kText, 1, 0);
  CHECK(kText.size() == 45);
  CHECK(pairs.characters ==
        std::map<char, int>{{'e', 11}, {' ', 10}, {'t', 7}, {'h', 7}, {'n', 6}, {'m', 2}, {'s', 1}, {'a', 1}});
  CHECK(11 / 45.0 == printed(0.2444));
  CHECK(2 / 45.0 == printed(0.0444));
  const std::string next = "aehmnst ";
  for (const char first : next) {
    INFO(first);
    const std::vector<std::string> cells = row(chapter(), first == ' ' ? "space" : std::string(1, first));
    REQUIRE(cells.size() == 10);
    for (size_t i = 0; i < next.size(); ++i) {
      const auto at = pairs.counts.find(std::string{first, next[i]});
      const bool empty = cells[i + 1].find_first_not_of(' ') == std::string::npos;
      CHECK((empty ? 0 : number(cells[i + 1])) == (at == pairs.counts.end() ? 0 : at->second));
    }
    CHECK(number(cells[9]) == pairs.lines.at(std::string(1, first)));
  }
  CHECK(pairs.probability("en") == printed(0.5455));
}

TEST_CASE("chapter 0: probabilities, surprise, loss, perplexity and bits of the new texts") {
  const Table pairs(kText, 1, 0), more(kText, 1, 1), single(kText, 0, 0);
  const std::string text = "the men met";
  const std::vector<double> probabilities{0.5714, 1, 0.3636, 0.2, 1, 0.5455, 0.8, 0.2, 1, 0.0909},
      surprises{0.5596, 0, 1.0116, 1.6094, 0, 0.6061, 0.2231, 1.6094, 0, 2.3979};
  double product = 1, sum = 0;
  for (size_t i = 0; i < 10; ++i) {
    const double probability = pairs.probability(text.substr(i, 2));
    CHECK(probability == printed(probabilities[i]));
    CHECK(-std::log(probability) == printed(surprises[i]));
    product *= probability;
    sum -= std::log(probability);
  }
  CHECK(product == Approx(0.00033).margin(5e-6));
  CHECK(sum == printed(8.0173));
  CHECK(pairs.loss(text) == printed(0.8017));
  CHECK(std::exp(pairs.loss(text)) == printed(2.2294));
  CHECK(pairs.loss(text) / std::log(2) == printed(1.1566));
  CHECK(std::log(2) == printed(0.6931));
  CHECK(std::log(10) == printed(2.3026));
  CHECK(std::log(8) == printed(2.0794));
  CHECK(single.loss(text.substr(1)) == printed(1.9198));
  CHECK(pairs.loss(kText) == printed(0.7289));

  CHECK(pairs.probability(" s") == 0);
  CHECK(more.probability(" a") == Approx(2 / 18.0));
  CHECK(more.probability(" h") == Approx(4 / 18.0));
  CHECK(more.probability(" s") == printed(0.0556));
  CHECK(more.loss("the hens sat") == printed(1.4692));
  CHECK(more.loss(text) == printed(1.3259));
  CHECK(pairs.probability("nt") == 0);
  CHECK(more.probability("nt") == Approx(1 / 13.0));
  CHECK(std::log(4) == printed(1.3863));
}

TEST_CASE("chapter 0: longer pasts help up to four characters, as its table says") {
  const std::string stories = make_stories(1, 1'000'000);
  const std::string_view text = stories;
  const size_t seen = text.size() * 9 / 10;
  for (const int past : {0, 1, 2, 3, 4, 6, 10}) {
    INFO(past);
    const std::vector<std::string> cells = row(chapter(), std::to_string(past));
    const Table table(text.substr(0, seen), size_t(past), 1);
    const double loss = table.loss(text.substr(seen));
    CHECK(double(table.lines.size()) == number(cells[1]));
    CHECK(loss == printed(number(cells[2])));
    CHECK(std::exp(loss) == Approx(number(cells[3])).margin(0.051));
    CHECK(table.characters.size() == 67);
  }
  CHECK(std::exp(0.6181) == Approx(1.9).margin(0.05));
}
