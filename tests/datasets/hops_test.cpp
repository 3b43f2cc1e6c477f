#include "datasets/hops.h"

#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "datasets/corpus.h"
#include "datasets/tokenizer.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"

using namespace tinymor;

namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Where each pair of a line leads.
std::map<std::string, std::string> pairs_of(const std::vector<std::string>& words) {
  std::map<std::string, std::string> pairs;
  for (const std::string& word : words)
    if (word.size() == 2 && pairs.size() < 8) pairs[word.substr(0, 1)] = word.substr(1);
  return pairs;
}

std::string follow(const std::map<std::string, std::string>& pairs, std::string from, int64_t steps) {
  for (int64_t i = 0; i < steps; ++i) from = pairs.at(from);
  return from;
}

}  // namespace

TEST_CASE("the same seed gives the same hops on every machine, another seed others, in whole lines") {
  CHECK(make_hops(1, 5'000) != make_hops(2, 5'000));
  // A change of the hops changes this number, and with it every table that the book quotes.
  uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (const char c : make_hops(1, 100'000)) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  CHECK(hash == 11113441756835932672u);
  CHECK(make_hops(1, 0).empty());
  const std::string more = make_hops(3, 20'000), less = make_hops(3, 1'000);
  CHECK(more.starts_with(less));
  CHECK(less.ends_with("\n"));
  CHECK(make_data_set("hops", 3, 5'000) == make_hops(3, 5'000));
  CHECK_THROWS_AS(make_hops(1, -1), InputError);
  CHECK_THROWS_AS(make_hops(1, int64_t(1) << 40), InputError);
}

TEST_CASE("the pairs of a line form one ring, and who follows p of them answers the questions of up to p steps alone") {
  std::map<int64_t, int64_t> asked;
  for (const std::string& line : lines_of(make_hops(1, 50'000))) {
    const std::vector<std::string> words = words_of(line);
    const auto pairs = pairs_of(words);
    REQUIRE(pairs.size() == 8);
    const std::string first = pairs.begin()->first;
    std::set<std::string> seen;
    for (int64_t steps = 0; steps < 8; ++steps) seen.insert(follow(pairs, first, steps));
    CHECK(seen.size() == 8);
    CHECK(follow(pairs, first, 8) == first);
    for (size_t i = 0; i + 2 < words.size(); ++i) {
      const int64_t steps = hops_asked(words[i]);
      if (steps == 0) continue;
      ++asked[steps];
      for (int64_t passes = 1; passes <= most_hops; ++passes)
        CHECK((follow(pairs, words[i + 1], std::min(passes, steps)) == words[i + 2]) == (passes >= steps));
    }
  }
  CHECK(asked.size() == size_t(most_hops));
  CHECK(asked[1] == asked[2]);
  CHECK(asked[2] == asked[3]);
}

TEST_CASE("each line of the hops is a document, and each of its words a token") {
  const Corpus corpus("hops");
  int64_t documents = 0;
  corpus.read([&](std::string_view, bool begins) { documents += begins; });
  const std::string text = corpus.text();
  CHECK(documents == int64_t(lines_of(make_data_set("hops", 1, 1'000'000)).size()));
  const auto tokenizer = train_sentencepiece(text, 896);
  for (const std::string& line : lines_of(make_hops(5, 2'000)))
    CHECK(tokenizer->encode(line).size() == words_of(line).size());
}
