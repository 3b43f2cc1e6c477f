#include "datasets/puzzles.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "datasets/corpus.h"
#include "support/catch.h"
#include "tensor/error.h"

using namespace tinymor;

namespace {

const MarkedText& made() {
  static const MarkedText puzzles = make_puzzles(1, 300'000);
  return puzzles;
}

std::vector<std::string> all_lines() {
  std::vector<std::string> lines;
  std::istringstream text(made().text);
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

/// All matches of `pattern` in `text`.
std::vector<std::smatch> matches(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  return {std::sregex_iterator(text.begin(), text.end(), regex), std::sregex_iterator()};
}

std::map<char, char> arrows_of(const std::string& line) {
  std::map<char, char> arrows;
  for (const std::smatch& arrow : matches(line, "([a-f])>([a-f])")) arrows[arrow.str(1)[0]] = arrow.str(2)[0];
  return arrows;
}

/// The letter that `steps` arrows lead to.
char follow(const std::map<char, char>& arrows, char from, int steps) {
  for (int i = 0; i < steps; ++i) from = arrows.at(from);
  return from;
}

/// How many bytes are of each kind.
std::map<ByteKind, int64_t> counts() {
  std::map<ByteKind, int64_t> result;
  for (const ByteKind kind : made().kinds) ++result[kind];
  return result;
}

}  // namespace

TEST_CASE("the same seed gives the same puzzles on every machine, another seed others") {
  CHECK(make_puzzles(1, 5'000).text != make_puzzles(2, 5'000).text);
  // A change of the puzzles changes this number, and with it every table that the book quotes.
  uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const char c : make_puzzles(1, 100'000).text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  CHECK(hash == 17547459154824221325u);
}

TEST_CASE("there are as many puzzles as asked for, in whole lines, and a longer text begins with the shorter one") {
  CHECK(make_puzzles(1, 0).text.empty());
  const std::string more = make_puzzles(3, 20'000).text;
  for (const int64_t bytes : {1, 1'000, 5'000, 19'999}) {
    const std::string less = make_puzzles(3, bytes).text;
    CHECK(int64_t(less.size()) >= bytes);
    CHECK(int64_t(less.size()) < bytes + 60);
    CHECK(more.starts_with(less));
    CHECK(less.ends_with(".\n"));
  }
  CHECK(make_data_set("puzzles", 3, 5'000) == make_puzzles(3, 5'000).text);
  CHECK_THROWS_AS(make_puzzles(1, -1), InputError);
  CHECK_THROWS_AS(make_puzzles(1, int64_t(1) << 40), InputError);
}

TEST_CASE("a line is one of twelve sentences, three sums or three questions, and at most 60 bytes long") {
  const std::regex sums(R"(Add: \d\d\+\d\d=\d\d, \d\d\+\d\d=\d\d, \d\d\+\d\d=\d\d\.)");
  const std::regex lookups(
      R"(Follow: a>[a-f] b>[a-f] c>[a-f] d>[a-f] e>[a-f] f>[a-f]; [a-f]:[1-3]=[a-f] [a-f]:[1-3]=[a-f] [a-f]:[1-3]=[a-f]\.)");
  const std::regex sentence(R"([A-Z][a-z ]+\.)");
  std::map<char, std::set<std::string>> sentences;
  double n_sums = 0, n_lookups = 0;
  for (const std::string& line : all_lines()) {
    INFO(line);
    CHECK(line.size() < 60);
    if (std::regex_match(line, sums)) {
      ++n_sums;
    } else if (std::regex_match(line, lookups)) {
      ++n_lookups;
    } else {
      CHECK(std::regex_match(line, sentence));
      sentences[line[0]].insert(line);
    }
  }
  CHECK(n_sums / double(all_lines().size()) == Approx(2.0 / 7).margin(0.02));
  CHECK(n_lookups / double(all_lines().size()) == Approx(3.0 / 7).margin(0.02));
  CHECK(sentences.size() == 12);
  for (const auto& [letter, all] : sentences) {
    CHECK(all.size() == 1);  // so that the first letter tells the sentence
    CHECK((letter != 'A' && letter != 'F'));
  }
}

TEST_CASE("every sum is right, and its numbers have two digits") {
  int n = 0;
  for (const std::smatch& sum : matches(made().text, R"((\d+)\+(\d+)=(\d+))")) {
    INFO(sum.str());
    CHECK(std::stoi(sum[1]) + std::stoi(sum[2]) == std::stoi(sum[3]));
    for (const int i : {1, 2, 3}) CHECK(sum.length(i) == 2);
    ++n;
  }
  CHECK(n > 2'000);
}

TEST_CASE("the arrows of a line form one ring, and every answer is where they lead") {
  std::map<int, int> asked;
  for (const std::string& line : all_lines()) {
    if (line[0] != 'F') continue;
    INFO(line);
    const auto arrows = arrows_of(line);
    CHECK(arrows.size() == 6);
    std::set<char> visited;
    for (int steps = 0; steps < 6; ++steps) visited.insert(follow(arrows, 'a', steps));
    CHECK(visited.size() == 6);
    for (const std::smatch& question : matches(line, "([a-f]):([1-3])=([a-f])")) {
      CHECK(follow(arrows, question.str(1)[0], std::stoi(question[2])) == question.str(3)[0]);
      ++asked[std::stoi(question[2])];
    }
  }
  CHECK(asked[1] > 2'000);
  CHECK(asked[1] == asked[2]);
  CHECK(asked[1] == asked[3]);
}

TEST_CASE("no answer makes a later one take fewer steps") {
  for (const std::string& line : all_lines()) {
    if (line[0] != 'F') continue;
    INFO(line);
    // What a reader may step along, either way: arrows, and from a question to its answer once that is read.
    std::set<std::pair<char, char>> ways;
    for (const auto& [from, to] : arrows_of(line)) ways.insert({{from, to}, {to, from}});
    for (const std::smatch& question : matches(line, "([a-f]):([1-3])=([a-f])")) {
      const char from = question.str(1)[0], to = question.str(3)[0];
      std::set<char> reached = {from};
      int steps = 0;
      for (; !reached.contains(to); ++steps) {
        const std::set<char> before = reached;
        for (const auto& [a, b] : ways) {
          if (before.contains(a)) reached.insert(b);
        }
      }
      CHECK(steps == std::stoi(question[2]));
      ways.insert({{from, to}, {to, from}});
    }
  }
}

TEST_CASE("neither the place of an arrow nor the letter asked for tells the answer") {
  std::map<size_t, double> place;  // of the arrow whose head is the answer
  std::map<std::string, double> pairs;
  double n = 0;
  for (const std::string& line : all_lines()) {
    for (const std::smatch& question : matches(line, "([a-f]):3=([a-f])")) {
      ++place[line.find(">" + question.str(2))];
      ++pairs[question.str(1) + question.str(2)];
      ++n;
    }
  }
  CHECK(place.size() == 6);
  CHECK(pairs.size() == 30);
  for (const auto& [at, count] : place) CHECK(count / n == Approx(1.0 / 6).margin(0.04));
  for (const auto& [pair, count] : pairs) CHECK(count / n == Approx(1.0 / 30).margin(0.02));
}

TEST_CASE("every byte is marked, and what is marked as an answer is one") {
  const auto& [text, kinds] = made();
  REQUIRE(kinds.size() == text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const bool first_digit = text[i - (i > 0)] == '=';
    const bool answer = i > 1 && (first_digit || (text[i - 2] == '=' && std::isdigit(text[i])));
    if (is_answer(kinds[i]) != answer)
      FAIL_CHECK("byte " << i << " of " << text.substr(i - std::min<size_t>(i, 40), 42));
    if (answer && std::isalpha(text[i])) CHECK(int(kinds[i]) - int(ByteKind::sum) == text[i - 2] - '0');
    if (answer && std::isdigit(text[i])) CHECK(kinds[i] == ByteKind::sum);
  }
}

TEST_CASE("what is neither drawn nor an answer follows from the rest of its line before it") {
  // Nothing but drawn bytes sets lines of one kind apart: leave them and the answers out, and 14 patterns are left.
  std::map<std::string, std::set<std::string>> patterns;
  std::string opening, pattern;
  for (size_t i = 0; i < made().text.size(); ++i) {
    const ByteKind kind = made().kinds[i];
    if (pattern.empty()) opening = made().text[i];
    pattern += kind == ByteKind::drawn || is_answer(kind) ? '_' : made().text[i];
    if (made().text[i] != '\n') continue;
    patterns[opening].insert(pattern);
    pattern.clear();
  }
  CHECK(patterns.size() == 14);
  for (const auto& [letter, all] : patterns) CHECK(all.size() == 1);
}

TEST_CASE("seven of a hundred bytes are answers, and one step is asked for as often as two and three") {
  auto n = counts();
  const double all = double(made().text.size());
  CHECK(n[ByteKind::cut] == 0);
  CHECK(n[ByteKind::sum] / all == Approx(0.039).margin(0.003));
  CHECK(n[ByteKind::lookup1] / all == Approx(0.01).margin(0.001));
  CHECK(n[ByteKind::lookup2] == n[ByteKind::lookup1]);
  CHECK(n[ByteKind::lookup3] == n[ByteKind::lookup1]);
  CHECK(n[ByteKind::filler] / all == Approx(0.355).margin(0.02));
  CHECK(n[ByteKind::structure] / all == Approx(0.36).margin(0.02));
}

TEST_CASE("kinds are found again from the text alone") {
  CHECK(kinds_of(made().text) == made().kinds);
  CHECK(kinds_of("").empty());
}

TEST_CASE("kinds are found again from any part of the text, except in a first line that is not whole") {
  const MarkedText puzzles = make_puzzles(4, 600);
  const std::string_view text = puzzles.text;
  for (size_t begin = 0; begin < text.size(); ++begin) {
    const bool whole = begin == 0 || text[begin - 1] == '\n';
    const size_t first_line = whole ? begin : text.find('\n', begin) + 1;
    for (size_t end = begin; end <= text.size(); ++end) {
      const auto kinds = kinds_of(text.substr(begin, end - begin));
      REQUIRE(kinds.size() == end - begin);
      for (size_t i = begin; i < end; ++i) {
        const ByteKind expected = i < first_line ? ByteKind::cut : puzzles.kinds[i];
        if (kinds[i - begin] != expected) FAIL("byte " << i << " of " << begin << ".." << end);
      }
    }
  }
}

TEST_CASE("texts that are not puzzles are read without a crash, and every kind has a name") {
  for (const std::string text :
       {"\n\n", "A", "A: ", "A: =", "A: =b", "A: 9=b", "A: \x80\xFF=7\n=", "no capital: a:3=b"}) {
    INFO(text);
    for (const ByteKind kind : kinds_of(text)) CHECK(size_t(kind) < byte_kind_names.size());
    CHECK(kinds_of(text).size() == text.size());
  }
  CHECK(byte_kind_names[size_t(ByteKind::cut)] == std::string("cut"));
  CHECK(byte_kind_names[size_t(ByteKind::lookup3)] == std::string("lookup3"));
  CHECK(byte_kind_names.size() == size_t(ByteKind::lookup3) + 1);
}
