#include "datasets/token_cache.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "datasets/fingerprint.h"
#include "datasets/stories.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

/// A text, and a cache for texts of any size.
struct Place {
  TemporaryFolder folder;
  fs::path file = folder.path() / "text.txt";
  TokenCache cache{.folder = folder.path() / "cache", .least_bytes = 0, .progress = {}};

  explicit Place(const std::string& text) { write_file_atomically(file, text); }
  Corpus corpus() const { return Corpus(file.string()); }
  TokenizedText tokens(const Tokenizer& tokenizer, bool separate = false) const {
    return tokenize(corpus(), tokenizer, separate, cache);
  }
  std::vector<fs::path> kept() const {
    std::vector<fs::path> files;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(cache.folder, none)) files.push_back(entry.path());
    return files;
  }
};

bool says(const TokenizedText& text, const std::string& words) {
  return std::any_of(text.notes.begin(), text.notes.end(),
                     [&](const std::string& note) { return note.find(words) != note.npos; });
}

/// A file of the cache, aligned as a mapped one.
struct Image {
  std::vector<uint64_t> words;
  size_t size;
  explicit Image(const std::string& bytes) : words(bytes.size() / 8 + 1), size(bytes.size()) {
    std::memcpy(words.data(), bytes.data(), size);
  }
  std::string_view bytes() const { return {reinterpret_cast<const char*>(words.data()), size}; }
};

}  // namespace

TEST_CASE("the tokens of a text are those of encode, for every tokenizer, in memory and from the cache") {
  const std::string text = make_stories(1, 30'000) + "caf\xC3\xA9 \xE2\x96\x81 \xF0\x9F\x99\x82\n";
  const Place place(text);
  const std::unique_ptr<Tokenizer> tokenizers[] = {byte_tokenizer(), train_char_tokenizer(text),
                                                   train_sentencepiece(text, 400)};
  for (const auto& tokenizer : tokenizers) {
    const std::vector<int32_t> ids = tokenizer->encode(text);
    std::vector<uint64_t> counts(size_t(tokenizer->vocab_size()));
    for (int32_t id : ids) ++counts[size_t(id)];
    const TokenizedText built = place.tokens(*tokenizer), kept = place.tokens(*tokenizer),
                        in_memory = tokenize(place.corpus(), *tokenizer);
    CHECK(says(built, "tokens: kept in "));
    CHECK(says(kept, "tokens: taken from "));
    CHECK(in_memory.notes.empty());
    for (const TokenizedText* each : {&built, &kept, &in_memory}) {
      CHECK(each->ids.to_vector() == ids);
      CHECK(each->counts == counts);
      CHECK(each->ids.starts().empty());
    }
  }
  CHECK(place.kept().size() == 3);
}

TEST_CASE("a text of several pieces is cut as a whole one") {
  const std::string part = make_stories(2, 3'000'000);
  const Place place(part + part + part);
  const std::unique_ptr<Tokenizer> tokenizer = train_sentencepiece(part.substr(0, 20'000), 300);
  std::vector<int64_t> heard;
  const TokenizedText text =
      tokenize(place.corpus(), *tokenizer, false,
               {.folder = place.cache.folder, .least_bytes = 0, .progress = [&](int64_t done, int64_t all) {
                  CHECK(all == place.corpus().bytes());
                  heard.push_back(done);
                }});
  CHECK(text.ids.to_vector() == tokenizer->encode(part + part + part));
  CHECK(heard.size() > 1);
  CHECK(std::is_sorted(heard.begin(), heard.end()));
  CHECK(heard.back() == place.corpus().bytes());
}

TEST_CASE("documents are cut by themselves, and the tokens know where each begins") {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b", "c"}) write_file_atomically(folder.path() / name, std::string(name) + " text\n");
  const Corpus corpus(folder.path().string());
  const std::unique_ptr<Tokenizer> tokenizer = train_sentencepiece("a text\n\nb text\n\nc text\n", 270);
  std::vector<int32_t> ids;
  std::vector<int64_t> starts;
  for (const char* text : {"a text\n\n", "b text\n\n", "c text\n"}) {
    if (!ids.empty()) starts.push_back(int64_t(ids.size()));
    const std::vector<int32_t> more = tokenizer->encode(text);
    ids.insert(ids.end(), more.begin(), more.end());
  }
  const TokenCache cache{.folder = folder.path() / ".cache", .least_bytes = 0, .progress = {}};
  for (const TokenizedText& text : {tokenize(corpus, *tokenizer, true), tokenize(corpus, *tokenizer, true, cache),
                                    tokenize(corpus, *tokenizer, true, cache)}) {
    CHECK(text.ids.to_vector() == ids);
    CHECK(text.ids.starts() == starts);
  }
  CHECK(tokenize(corpus, *tokenizer, false, cache).ids.starts().empty());
}

TEST_CASE("what changes the tokens is another file: text, tokenizer, documents") {
  const Place place("one two three\n");
  place.tokens(*byte_tokenizer());
  place.tokens(*byte_tokenizer(), true);
  place.tokens(*train_char_tokenizer("one two three\n"));
  place.tokens(*train_char_tokenizer("one two threx\n"));
  CHECK(place.kept().size() == 4);
  write_file_atomically(place.file, "one two thref\n");
  CHECK(place.tokens(*byte_tokenizer()).ids.to_vector() == byte_tokenizer()->encode("one two thref\n"));
  CHECK(place.kept().size() == 5);
}

TEST_CASE("small texts write nothing, and without a place for it nothing is kept, which is said") {
  const Place place("text");
  CHECK(tokenize(place.corpus(), *byte_tokenizer(), false,
                 {.folder = place.cache.folder, .least_bytes = 5, .progress = {}})
            .notes.empty());
  CHECK_FALSE(fs::exists(place.cache.folder));
  const TokenizedText nowhere =
      tokenize(place.corpus(), *byte_tokenizer(), false, {.folder = "", .least_bytes = 0, .progress = {}});
  CHECK(says(nowhere, "kept in memory"));
  CHECK(nowhere.ids.size() == 4);
}

TEST_CASE("where the cache cannot be written the tokens are in memory, with a line that says why") {
  const Place place("text");
  write_file_atomically(place.folder.path() / "file", "");
  for (const fs::path& folder : {place.folder.path() / "file", fs::path("/proc/tinymor"), fs::path("/dev/null/x")}) {
    const TokenizedText text =
        tokenize(place.corpus(), *byte_tokenizer(), false, {.folder = folder, .least_bytes = 0, .progress = {}});
    CHECK(text.ids.to_vector() == byte_tokenizer()->encode("text"));
    REQUIRE(text.notes.size() == 1);
    CHECK(says(text, "tokens: are kept in memory, because " + folder.string()));
  }
}

TEST_CASE("a file of the cache that is cut or changed anywhere is noticed, and made again") {
  const std::string text = make_stories(1, 300);
  const Place place(text);
  const std::unique_ptr<Tokenizer> tokenizer = byte_tokenizer();
  place.tokens(*tokenizer, true);
  REQUIRE(place.kept().size() == 1);
  const fs::path file = place.kept()[0];
  const std::string good = read_file(file);
  const uint64_t key = std::stoull(file.stem().string(), nullptr, 16);
  const auto read = [&](const std::string& bytes) {
    const Image image(bytes);
    return read_token_image(image.bytes(), "it", key, 256).size;
  };
  CHECK(read(good) == int64_t(text.size()));
  for (size_t length = 0; length < good.size(); ++length) {
    INFO("cut to " << length);
    CHECK_THROWS_WITH(read(good.substr(0, length)), ContainsSubstring("made again"));
  }
  CHECK_THROWS_AS(read(good + std::string(8, '\0')), InputError);
  for (size_t at = 0; at < good.size(); ++at) {
    for (const char flip : {1, 0x80}) {
      INFO("byte " << at);
      std::string bad = good;
      bad[at] = char(bad[at] ^ flip);
      CHECK_THROWS_AS(read(bad), InputError);
    }
  }
  for (const std::string& bad : {good.substr(0, good.size() / 2), std::string("something else"), std::string(),
                                 good.substr(0, 30) + "x" + good.substr(31)}) {
    write_file_atomically(file, bad);
    const TokenizedText again = place.tokens(*tokenizer, true);
    CHECK(again.ids.to_vector() == tokenizer->encode(text));
    CHECK(again.notes.size() == 2);
    CHECK(says(again, "(it is made again)"));
    CHECK(read_file(file) == good);
  }
}

TEST_CASE("a file with a right fingerprint but numbers that cannot be is refused") {
  const auto image = [](uint32_t width, const std::string& ids, std::vector<uint64_t> numbers) {
    std::string bytes = "tinymorT";
    const uint32_t version = 1;
    const uint64_t key = 7;
    bytes.append(reinterpret_cast<const char*>(&version), 4).append(reinterpret_cast<const char*>(&width), 4);
    bytes.append(reinterpret_cast<const char*>(&key), 8).append(ids);
    for (uint64_t number : numbers) bytes.append(reinterpret_cast<const char*>(&number), 8);
    const uint64_t print = fingerprint(bytes);
    return bytes.append(reinterpret_cast<const char*>(&print), 8);
  };
  const auto size = [](const std::string& bytes) {
    const Image aligned(bytes);
    return read_token_image(aligned.bytes(), "it", 7, 200).size;
  };
  const std::string ids = "abcdefgh";
  CHECK(size(image(1, ids, {0, 3, 8, 2})) == 8);
  struct Row {
    uint32_t width;
    std::string ids;
    std::vector<uint64_t> numbers;
  };
  for (const Row& row : {Row{1, ids, {0, 9, 8, 2}},  // a document that begins behind the end
                         {1, ids, {3, 0, 8, 2}},
                         {1, "abcdefg\xFF", {0, 3, 8, 2}},  // no token of the vocabulary
                         {2, ids, {0, 3, 4, 2}},
                         {0, ids, {0, 3, 8, 2}},
                         {1, ids, {0, 3, 8, 1}},
                         {1, ids, {0, 3, UINT64_MAX, 2}},
                         {1, ids, {0, 3, 8, UINT64_MAX / 8 + 1}},
                         {1, ids, {0, 3, 17, 2}}})
    CHECK_THROWS_AS(size(image(row.width, row.ids, row.numbers)), InputError);
}

TEST_CASE("what no run has asked for in a long time is removed when another file is written") {
  const Place place("text");
  place.tokens(*byte_tokenizer());
  const fs::path mine = place.kept()[0], old = place.cache.folder / "old.tokens", other = place.cache.folder / "notes";
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(31 * 24);
  for (const fs::path& file : {old, other}) write_file_atomically(file, "x");
  for (const fs::path& file : {mine, old, other}) fs::last_write_time(file, long_ago);
  place.tokens(*byte_tokenizer());  // asks for it
  place.tokens(*train_char_tokenizer("text"));
  CHECK(fs::exists(mine));
  CHECK(fs::exists(other));
  CHECK_FALSE(fs::exists(old));
}
