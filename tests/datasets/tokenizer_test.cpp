// What all tokenizers promise, and the two simple ones in particular.

#include "datasets/tokenizer.h"

#include <fstream>

#include "datasets/stories.h"
#include "datasets/utf8.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

const std::string& training_text() {
  static const std::string text = make_stories(1, 30'000);
  return text;
}

/// Texts that a tokenizer may stumble over. None but the first is like the training text.
const std::vector<std::string>& texts() {
  static const std::vector<std::string> all = {
      make_stories(2, 2'000),
      "",
      " ",
      "\n",
      "  two  spaces   three ",
      "\n\nline\n\n\nline\n",
      " leading and trailing \n",
      "tab\there\r\nwindows\r\n",
      "caf\xC3\xA9 \xE4\xBD\xA0\xE5\xA5\xBD \xF0\x9F\x98\x80\xF0\x9F\x98\x80 \xCE\xB1\xCE\xB2",
      "\xE2\x96\x81 the \xE2\x96\x81the\xE2\x96\x81",  // U+2581, SentencePiece's sign for a space
      "\xE2\x96\x85 \xEF\xBB\xBF \xEF\xBF\xBD \xE2\x80\xA8",
      "<0x0A> <unk> <s> </s> <0x41>",
      std::string("zero \0 byte", 11),
      "\x01\x02\x1F\x7F",
      std::string(5'000, 'x'),
      std::string(3'000, ' ') + "end",
      "[One|Two] {slot} \\ \" '",
  };
  return all;
}

std::string every_text() {
  std::string joined;
  for (const std::string& text : texts()) joined += text;
  return joined;
}

struct Named {
  const char* name;
  std::unique_ptr<Tokenizer> tokenizer;
};

std::vector<Named> all_tokenizers() {
  std::vector<Named> all;
  all.push_back({"byte", byte_tokenizer()});
  all.push_back({"char", train_char_tokenizer(every_text())});
  all.push_back({"sentencepiece 300", train_sentencepiece(training_text(), 300)});
  all.push_back({"sentencepiece 700", train_sentencepiece(training_text(), 700)});
  all.push_back({"sentencepiece on hard texts", train_sentencepiece(every_text(), 400)});
  return all;
}

std::vector<std::string> pieces(const Tokenizer& tokenizer) {
  std::vector<std::string> all;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) all.push_back(tokenizer.piece(id));
  return all;
}

void write(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("decoding gives back exactly the text that was encoded, with every tokenizer") {
  for (const auto& [name, tokenizer] : all_tokenizers()) {
    for (const std::string& text : texts()) {
      INFO(name << ": " << text.substr(0, 40));
      CHECK(tokenizer->decode(tokenizer->encode(text)) == text);
    }
  }
}

TEST_CASE("decoding token by token gives the same text as decoding all at once") {
  for (const auto& [name, tokenizer] : all_tokenizers()) {
    INFO(name);
    std::string joined;
    for (const int32_t id : tokenizer->encode(every_text())) joined += tokenizer->decode({&id, 1});
    CHECK(joined == every_text());
  }
}

TEST_CASE("every piece is readable: UTF-8 without control characters, never empty") {
  for (const auto& [name, tokenizer] : all_tokenizers()) {
    for (const std::string& piece : pieces(*tokenizer)) {
      INFO(name << ": " << piece);
      CHECK_FALSE(piece.empty());
      CHECK(is_utf8(piece));
      CHECK(with_visible_controls(piece) == piece);
    }
  }
}

TEST_CASE("ids outside the vocabulary are refused") {
  for (const auto& [name, tokenizer] : all_tokenizers()) {
    INFO(name);
    for (const int32_t id : {-1, static_cast<int32_t>(tokenizer->vocab_size()), INT32_MAX, INT32_MIN}) {
      CHECK_THROWS_AS(tokenizer->decode({&id, 1}), InputError);
      CHECK_THROWS_AS(tokenizer->piece(id), InputError);
    }
  }
}

TEST_CASE("a saved tokenizer loads as the same tokenizer, alone in its folder") {
  const TemporaryFolder folder;
  for (const auto& [name, tokenizer] : all_tokenizers()) {
    INFO(name);
    tokenizer->save(folder.path());
    CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
    const auto loaded = load_tokenizer(folder.path());
    CHECK(pieces(*loaded) == pieces(*tokenizer));
    CHECK(loaded->encode(every_text()) == tokenizer->encode(every_text()));
  }
}

TEST_CASE("the byte tokenizer takes any bytes") {
  const std::string bytes = "\xFF\x80 a\xC3";
  CHECK(byte_tokenizer()->vocab_size() == 256);
  CHECK(byte_tokenizer()->encode(bytes) == std::vector<int32_t>{0xFF, 0x80, ' ', 'a', 0xC3});
  CHECK(byte_tokenizer()->decode(byte_tokenizer()->encode(bytes)) == bytes);
  CHECK(byte_tokenizer()->piece('a') == "a");
  CHECK(byte_tokenizer()->piece('\n') == "<0x0A>");
  CHECK(byte_tokenizer()->piece(0xC3) == "<0xC3>");
}

TEST_CASE("characters are numbered in code-point order, with one id for all that were not seen") {
  const auto tokenizer = train_char_tokenizer("b\xC3\xA9 a\xF0\x9F\x98\x80\nab");
  CHECK(pieces(*tokenizer) ==
        std::vector<std::string>{"<0x0A>", " ", "a", "b", "\xC3\xA9", "\xF0\x9F\x98\x80", "\xEF\xBF\xBD"});
  CHECK(tokenizer->encode("a\xE4\xBD\xA0z") == std::vector<int32_t>{2, 6, 6});
  CHECK(tokenizer->decode(std::vector<int32_t>{2, 6}) == "a\xEF\xBF\xBD");
}

TEST_CASE("characters that a tokenizer has no id for are named") {
  const auto tokenizer = train_char_tokenizer("abc ");
  CHECK(tokenizer->unknown() == 4);
  CHECK(unknown_characters(*tokenizer, "a cab").empty());
  CHECK(unknown_characters(*tokenizer, "caf\xC3\xA9\tf") == "\"f\", \"\xC3\xA9\", \"<0x09>\"");
  CHECK(unknown_characters(*tokenizer, "ABCDEFGHIJ") ==
        "\"A\", \"B\", \"C\", \"D\", \"E\", \"F\", \"G\", \"H\" and 2 more");
  CHECK(byte_tokenizer()->unknown() == -1);
  CHECK(unknown_characters(*byte_tokenizer(), "\xFF").empty());
  const auto pieces = train_sentencepiece(training_text(), 300);
  CHECK(pieces->unknown() == 0);
  CHECK(unknown_characters(*pieces, every_text()).empty());
}

TEST_CASE("text that is empty or not UTF-8 is refused with a reason") {
  CHECK_THROWS_AS(train_char_tokenizer(""), InputError);
  CHECK_THROWS_AS(train_sentencepiece("", 300), InputError);
  CHECK_THROWS_AS(train_sentencepiece("\n\n\t\n", 300), InputError);
  CHECK_THROWS_WITH(train_char_tokenizer("ab\xFF"), ContainsSubstring("not UTF-8 at byte 2"));
  CHECK_THROWS_WITH(train_sentencepiece("ab\xFF", 300), ContainsSubstring("not UTF-8 at byte 2"));
  for (const auto& [name, tokenizer] : all_tokenizers()) {
    if (name != std::string("byte")) CHECK_THROWS_AS(tokenizer->encode("ab\xFF"), InputError);
  }
}

TEST_CASE("a folder without a tokenizer, or with two, is refused with a reason") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(load_tokenizer(folder.path()), ContainsSubstring("no tokenizer.model or tokenizer.json"));
  CHECK_THROWS_AS(load_tokenizer(folder.path() / "missing"), InputError);
  write(folder.path() / "tokenizer.json", "{}");
  write(folder.path() / "tokenizer.model", "");
  CHECK_THROWS_WITH(load_tokenizer(folder.path()), ContainsSubstring("both tokenizer.model and tokenizer.json"));
}

TEST_CASE("a damaged tokenizer.json is refused with a reason") {
  const TemporaryFolder folder;
  const std::string good = R"({"format": "tinymor-tokenizer-1", "type": "char", "characters": "abc"})";
  write(folder.path() / "tokenizer.json", good);
  CHECK(load_tokenizer(folder.path())->vocab_size() == 4);
  for (const std::string& bad :
       {std::string(), std::string("\0", 1), std::string("null"), std::string("[]"), std::string("{}"), good + "}",
        good.substr(0, 50), std::string(100'000, '['), std::string("{\"format\": 1}"),
        std::string(R"({"format": "tinymor-tokenizer-2", "type": "byte"})"),
        std::string(R"({"format": "tinymor-tokenizer-1"})"),
        std::string(R"({"format": "tinymor-tokenizer-1", "type": "word"})"),
        std::string(R"({"format": "tinymor-tokenizer-1", "type": "char"})"),
        std::string(R"({"format": "tinymor-tokenizer-1", "type": "char", "characters": ""})"),
        std::string(R"({"format": "tinymor-tokenizer-1", "type": "char", "characters": ["a"]})"),
        std::string("{\"format\": \"tinymor-tokenizer-1\", \"type\": \"char\", \"characters\": \"\xFF\"}")}) {
    INFO(bad.substr(0, 80));
    write(folder.path() / "tokenizer.json", bad);
    CHECK_THROWS_AS(load_tokenizer(folder.path()), InputError);
  }
}
