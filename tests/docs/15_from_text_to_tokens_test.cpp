// The numbers of docs/15-from-text-to-tokens.md that are worked out or counted, computed again. If you change one,
// change the other. Losses are printed by `tinymor eval`; what follows from them is computed here.

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "datasets/batches.h"
#include "datasets/corpus.h"
#include "datasets/tokenizer.h"
#include "mor/counts.h"
#include "support/book.h"
#include "trainer/config.h"
#include "trainer/loop/evaluate.h"

using namespace tinymor;

namespace {

using Pieces = std::vector<std::string>;

const std::string kSpace = "\u2581";
const std::string kText = "ten hens met the hen then the men ate the hen";

std::string chapter() {
  return book("docs/15-from-text-to-tokens.md");
}

/// The different words of a text and their counts, each as its characters, in the order of the text.
std::vector<std::pair<Pieces, int>> words_of(const std::string& text) {
  std::vector<std::pair<Pieces, int>> words;
  Pieces word;
  const auto end_word = [&] {
    const auto known = std::find_if(words.begin(), words.end(), [&](const auto& w) { return w.first == word; });
    if (known == words.end())
      words.emplace_back(word, 1);
    else
      ++known->second;
    word.clear();
  };
  for (const char c : text) {
    if (c == ' ') end_word();
    word.push_back(c == ' ' ? kSpace : std::string(1, c));
  }
  end_word();
  return words;
}

std::string joined(const Pieces& pieces, const char* between) {
  return fmt::format("{}", fmt::join(pieces, between));
}

Pieces pieces_of(const Tokenizer& tokenizer, const std::string& text) {
  Pieces pieces;
  for (const int32_t id : tokenizer.encode(text)) pieces.push_back(tokenizer.piece(id));
  return pieces;
}

/// A row of a table of the chapter is called by what is in its first cell.
std::unique_ptr<Tokenizer> tokenizer_named(const std::string& name, const std::string& text) {
  if (name == "bytes") return byte_tokenizer();
  if (name == "characters") return train_char_tokenizer(text);
  return train_sentencepiece(text, int64_t(number(name)));
}

const Pieces kNames{"bytes", "characters", "512 pieces", "1024 pieces", "2048 pieces", "4096 pieces"};

}  // namespace

TEST_CASE("chapter 15: characters have the bytes that it says") {
  for (const char* text : {"hen", "café", "€", "🙂"}) {
    CAPTURE(text);
    const Pieces cells = row(chapter(), text);
    const std::vector<int32_t> bytes = byte_tokenizer()->encode(text);
    CHECK(cells[3] == fmt::format(" {} ", fmt::join(bytes, " ")));
    CHECK(number(cells[2]) == double(bytes.size()));
    CHECK(number(cells[1]) == double(train_char_tokenizer(text)->encode(text).size()));
  }
}

TEST_CASE(
    "chapter 15: its text has the words, pairs and merges of its tables, and SentencePiece makes the same merges") {
  auto words = words_of(kText);
  std::string listed;
  for (const auto& [pieces, count] : words) listed += fmt::format(" {} {}", joined(pieces, ""), count);
  CHECK_THAT(" " + unwrapped(chapter()), ContainsSubstring(listed));
  const auto tokenizer = train_sentencepiece(kText, 273);
  CHECK(tokenizer->vocab_size() == 273);
  CHECK(kText.size() == 45);
  for (int merge = 1; merge <= 8; ++merge) {
    CAPTURE(merge);
    std::map<std::pair<std::string, std::string>, int> counts;
    for (const auto& [pieces, count] : words)
      for (size_t i = 1; i < pieces.size(); ++i) counts[{pieces[i - 1], pieces[i]}] += count;
    std::vector<std::pair<std::pair<std::string, std::string>, int>> ranked(counts.begin(), counts.end());
    const auto length = [](const std::string& piece) {
      return piece.size() - (piece.starts_with(kSpace) ? kSpace.size() - 1 : 0);
    };
    const auto rank = [&](const auto& pair) {
      const std::string piece = pair.first.first + pair.first.second;
      return std::tuple(-pair.second, length(piece), piece);
    };
    std::sort(ranked.begin(), ranked.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    Pieces shown;
    for (size_t i = 0; i < 4; ++i)
      shown.push_back(fmt::format("{}+{} {}", ranked[i].first.first, ranked[i].first.second, ranked[i].second));
    const auto [left, right] = ranked.front().first;
    int tokens = 0;
    for (auto& [pieces, count] : words) {
      Pieces after;
      for (const std::string& piece : pieces) {
        if (!after.empty() && after.back() == left && piece == right)
          after.back() += piece;
        else
          after.push_back(piece);
      }
      pieces = after;
      tokens += count * int(after.size());
    }
    const Pieces cells = row(chapter(), std::to_string(merge));
    CHECK(cells[1] == " " + joined(shown, ", ") + " ");
    CHECK(cells[2] == " " + left + right + " ");
    CHECK(number(cells[3]) == tokens);
    CHECK(tokenizer->piece(256 + merge) == left + right);
  }
  std::string last;
  for (int32_t id = 265; id < 273; ++id) last += tokenizer->piece(id);
  CHECK(last == "e" + kSpace + "htnmas");
  std::string text;
  for (const std::string& piece : pieces_of(*tokenizer, kText))
    text += (text.empty() ? "" : piece.starts_with(kSpace) ? " " : "|") + piece;
  CHECK_THAT(chapter(), ContainsSubstring("\n" + text + "\n"));
  CHECK(pieces_of(*tokenizer, kText).size() == 19);
}

TEST_CASE("chapter 15: other texts are cut as it says") {
  const auto tokenizer = train_sentencepiece(kText, 273);
  CHECK(tokenizer->decode(std::vector<int32_t>{261}) == " the");
  const std::vector<int32_t> ids = tokenizer->encode("then them when");
  CHECK(ids == std::vector<int32_t>{268, 259, 261, 270, 266, 120, 259});
  CHECK_THAT(chapter(), ContainsSubstring(fmt::format("{{\"ids\":[{}],\"pieces\":[\"{}\"]}}", fmt::join(ids, ","),
                                                      joined(pieces_of(*tokenizer, "then them when"), "\",\""))));
  CHECK(pieces_of(*tokenizer, " them") == Pieces{kSpace + "the", "m"});
  CHECK(pieces_of(*tokenizer, " then") == Pieces{kSpace + "t", "hen"});
  CHECK(0x77 == 119);

  const std::string stories = load_corpus("stories");
  const auto bundled = train_sentencepiece(stories, 1024);
  for (const std::string text : {"the", " the", "apples", " apples"}) {
    CAPTURE(text);
    const Pieces cells = row(chapter(), text.starts_with(' ') ? kSpace + text.substr(1) : text);
    CHECK(cells[1] == " " + joined(pieces_of(*bundled, text), ", ") + " ");
  }
  CHECK(pieces_of(*bundled, "Mia had") == Pieces{"M", "ia", kSpace + "had"});
  CHECK(pieces_of(*bundled, "Mia had ") == Pieces{"M", "ia", kSpace + "had", kSpace});
  const Pieces vocabulary = bundled->pieces(), whole = pieces_of(*bundled, stories);
  const std::set<std::string> known(vocabulary.begin(), vocabulary.end());
  std::set<std::string> after_space;
  for (size_t i = 1; i < whole.size(); ++i)
    if (whole[i - 1] == kSpace) after_space.insert(whole[i]);
  CHECK(after_space.contains("Do"));
  for (const std::string& piece : after_space) CHECK_FALSE(known.contains(kSpace + piece));
  CHECK_THAT(chapter(),
             ContainsSubstring(fmt::format("\"pieces\":[\"{}\"]", joined(pieces_of(*bundled, "café 🙂"), "\",\""))));
}

TEST_CASE("chapter 15: tokenizers of the stories have the sizes of its table") {
  const std::string stories = load_corpus("stories"), beginning = stories.substr(0, 100000);
  const std::string table = part(chapter(), "## What a vocabulary costs", "## Bits");
  for (const std::string& name : kNames) {
    CAPTURE(name);
    const auto tokenizer = tokenizer_named(name, stories);
    const std::vector<int32_t> ids = tokenizer->encode(beginning);
    Config config = Config::defaults();
    config.model.vocab_size = tokenizer->vocab_size();
    validate(config);
    const ParameterCounts counts = count_parameters(config.model);
    const Pieces cells = row(table, name);
    CHECK(number(cells[1]) == double(tokenizer->vocab_size()));
    CHECK(number(cells[2]) == double(ids.size()));
    CHECK(number(cells[3]) == Approx(100000 / double(ids.size())).margin(0.0051));
    CHECK(number(cells[4]) == double(std::set<int32_t>(ids.begin(), ids.end()).size()));
    CHECK(number(cells[5]) == double(counts.embedding));
    CHECK(number(cells[6]) == Approx(100 * double(counts.embedding) / double(counts.total())).margin(0.501));
    CHECK(counts.total() - counts.embedding == 787968);
  }
  std::set<std::string> words, characters;
  std::string word;
  for (const char c : stories) {
    characters.insert(std::string(1, c));
    if (c == ' ' || c == '\n') words.insert(std::exchange(word, ""));
    if (c != '\n') word += c;
  }
  words.insert(word);
  words.erase("");
  const auto large = train_sentencepiece(stories, 2048);
  int single = 0;
  for (std::string spaced : words) {
    while (!spaced.empty() && !std::isalpha(static_cast<unsigned char>(spaced.back()))) spaced.pop_back();
    const bool plain = std::all_of(spaced.begin(), spaced.end(), [](char c) { return c == ' ' || std::isalpha(c); });
    if (spaced.size() < 2 || spaced.front() != ' ' || !plain) continue;
    CHECK(large->encode(spaced).size() == 1);
    ++single;
  }
  CHECK(single > 500);
  CHECK(words.size() == 1766);
  CHECK(characters.size() == 67);
}

TEST_CASE("chapter 15: bits per byte follow from the losses of its table and the tokens of the held-out text") {
  const std::string stories = load_corpus("stories"), table = part(chapter(), "## Bits per byte", "## Exercises");
  for (const std::string& name : {kNames[0], kNames[1], kNames[2], kNames[3]}) {
    CAPTURE(name);
    const auto tokenizer = tokenizer_named(name, stories);
    const DataSplit split = split_ids(tokenizer->encode(stories), 0.1, 128);
    const Windows windows(split.held_out, 128);
    const double tokens = double(128 * windows.count()), bytes_each = bytes_per_prediction(windows, *tokenizer);
    if (name == "1024 pieces") CHECK(std::pair(tokens, std::round(tokens * bytes_each)) == std::pair(30592.0, 99184.0));
    const Pieces cells = row(table, name);
    CHECK(number(cells[2]) == Approx(bytes_each).margin(0.0051));
    CHECK(number(cells[3]) == Approx(bits_per_byte(number(cells[1]), bytes_each)).margin(0.00051));
  }
  CHECK(std::log(2.0) == Approx(0.6931).margin(5e-5));
  CHECK(0.6091 * 30592 / 99184 / 0.6931 == Approx(0.271).margin(5e-4));
  CHECK(1.2 * 1000 / 1000 / 0.6931 == Approx(1.731).margin(5e-4));
  CHECK(2.0 * 250 / 1000 / 0.6931 == Approx(0.721).margin(5e-4));
}

TEST_CASE("chapter 15: the answers to its exercises are right") {
  const auto tokenizer = train_sentencepiece(kText, 273);
  CHECK(pieces_of(*tokenizer, " mensa") == Pieces{kSpace + "m", "en", "s", "a"});
  CHECK(pieces_of(*tokenizer, " hero") == Pieces{kSpace, "he", "<0x72>", "<0x6F>"});
  CHECK(train_sentencepiece("aab aab ab", 263)->piece(257) == "ab");
  CHECK(1.8 / 4 / std::log(2.0) == Approx(0.649).margin(5e-4));
}
