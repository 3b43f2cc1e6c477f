// Training SentencePiece, and files of it that cannot be trusted.

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "datasets/stories.h"
#include "datasets/tokenizer.h"
#include "datasets/tokenizer_files.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/random.h"

using namespace tinymor;

namespace {

const std::string& training_text() {
  static const std::string text = make_stories(1, 30'000);
  return text;
}

std::string saved(const Tokenizer& tokenizer) {
  const TemporaryFolder folder;
  tokenizer.save(folder.path());
  return read_file(folder.path() / "tokenizer.model");
}

std::vector<std::string> pieces_of(const Tokenizer& tokenizer, const std::string& text) {
  std::vector<std::string> pieces;
  for (const int32_t id : tokenizer.encode(text)) pieces.push_back(tokenizer.piece(id));
  return pieces;
}

/// Keeps stdout and stderr in a file while it lives.
class CapturedOutput {
 public:
  CapturedOutput() {
    const int into = ::open(file_.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    ::dup2(into, 1);
    ::dup2(into, 2);
    ::close(into);
  }
  ~CapturedOutput() {
    ::dup2(out_, 1);
    ::dup2(err_, 2);
    ::close(out_);
    ::close(err_);
  }
  std::string text() const { return read_file(file_); }

 private:
  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "output";
  int out_ = ::dup(1);
  int err_ = ::dup(2);
};

/// The wire format of Protocol Buffers, for making bad models: a field with a text, a number or a score.
std::string text_field(int number, const std::string& text) {
  std::string bytes(1, static_cast<char>(number << 3 | 2));
  for (size_t length = text.size();; length >>= 7) {
    bytes += static_cast<char>(length < 0x80 ? length : (length & 0x7F) | 0x80);
    if (length < 0x80) return bytes + text;
  }
}
std::string number_field(int number, char value) {
  return {static_cast<char>(number << 3), value};
}
std::string piece_field(const std::string& text, char type) {
  return text_field(1, text_field(1, text) + std::string("\x15\0\0\0\0", 5) + number_field(3, type));
}

const std::string unknown_piece = piece_field("<unk>", 2);
const std::string bpe = text_field(2, number_field(3, 2));
const std::string plain_normalizer = text_field(3, number_field(3, 0) + number_field(4, 0));

}  // namespace

TEST_CASE("a long text, which is encoded in parts, has the tokens of its lines one after another") {
  std::string text = make_stories(3, 200'000);
  text.insert(100'000, "\n\n\r \xE2\x96\x81 caf\xC3\xA9\n");
  const auto tokenizer = train_sentencepiece(make_stories(1, 50'000), 400);
  std::vector<int32_t> by_line;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::vector<int32_t> ids = tokenizer->encode(text.substr(begin, end - begin));
    by_line.insert(by_line.end(), ids.begin(), ids.end());
    begin = end;
  }
  CHECK(tokenizer->encode(text) == by_line);
  CHECK(tokenizer->decode(by_line) == text);
}

TEST_CASE("training learns the pieces that are asked for, and the text's common words are among them") {
  const auto tokenizer = train_sentencepiece(training_text(), 600);
  CHECK(tokenizer->vocab_size() == 600);
  CHECK(tokenizer->piece(0) == "<unk>");
  CHECK(tokenizer->piece(1) == "<0x00>");
  CHECK(tokenizer->piece(256) == "<0xFF>");
  std::set<std::string> all;
  for (int32_t id = 0; id < 600; ++id) all.insert(tokenizer->piece(id));
  CHECK(all.size() == 600);
  for (const char* word : {"\xE2\x96\x81the",
                           "\xE2\x96\x81"
                           "and",
                           "\xE2\x96\x81"
                           "had",
                           "\xE2\x96\x81said"}) {
    INFO(word);
    CHECK(all.contains(word));
  }
  CHECK(tokenizer->encode(training_text()).size() < training_text().size() / 2);
}

TEST_CASE("the same text gives the same tokenizer") {
  CHECK(saved(*train_sentencepiece(training_text(), 512)) == saved(*train_sentencepiece(training_text(), 512)));
}

TEST_CASE("newlines and other control characters are bytes, never part of a piece") {
  const auto tokenizer = train_sentencepiece(training_text() + "tab\ttab\ttab\ttab\n", 400);
  CHECK(pieces_of(*tokenizer, "\n\n\t") == std::vector<std::string>{"<0x0A>", "<0x0A>", "<0x09>"});
  for (int32_t id = 257; id < tokenizer->vocab_size(); ++id) {
    CHECK_THAT(tokenizer->piece(id), !ContainsSubstring("<0x"));
  }
}

TEST_CASE("a text is encoded the same alone and after other lines") {
  const auto tokenizer = train_sentencepiece(training_text(), 512);
  const std::string line = "Mia had 3 apples.";
  const auto alone = tokenizer->encode(line);
  const auto after = tokenizer->encode("Once upon a time\n" + line);
  CHECK(std::equal(alone.rbegin(), alone.rend(), after.rbegin()));
}

TEST_CASE("training takes texts that are hard on the library") {
  const std::string long_word(200'000, 'a');
  CHECK(train_sentencepiece(long_word, 260)->decode(train_sentencepiece(long_word, 260)->encode(long_word)) ==
        long_word);
  std::string many_characters;  // 3000 different ones, far more than pieces
  for (int i = 0; i < 3000; ++i) {
    const int code = 0x4E00 + i;
    many_characters += static_cast<char>(0xE0 | code >> 12);
    many_characters += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    many_characters += static_cast<char>(0x80 | (code & 0x3F));
    many_characters += many_characters.substr(0, 6);
  }
  const auto tokenizer = train_sentencepiece(many_characters, 400);
  CHECK(tokenizer->vocab_size() == 400);
  CHECK(tokenizer->decode(tokenizer->encode(many_characters)) == many_characters);
}

TEST_CASE("a text that has fewer pieces than asked for gives the vocabulary that it has") {
  for (const std::string& text : {std::string("a"), std::string("the cat and the hat"), make_stories(3, 500)}) {
    INFO(text.substr(0, 20));
    const auto tokenizer = train_sentencepiece(text, 5000);
    CHECK(tokenizer->vocab_size() > 257);
    CHECK(tokenizer->vocab_size() < 1000);
    CHECK(tokenizer->decode(tokenizer->encode(text)) == text);
    CHECK(saved(*train_sentencepiece(text, 5000)) == saved(*tokenizer));
  }
  CHECK(train_sentencepiece("a", 5000)->vocab_size() == 258);  // the bytes, "unknown" and a
}

TEST_CASE("a vocabulary without room for pieces is refused") {
  for (const int64_t size : {int64_t(-1), int64_t(0), int64_t(1), int64_t(257), int64_t(1) << 40}) {
    CHECK_THROWS_WITH(train_sentencepiece(training_text(), size), ContainsSubstring("out of range (258 to"));
  }
}

TEST_CASE("training and loading print nothing") {
  std::string printed;
  {
    const CapturedOutput output;
    sentencepiece_from_bytes(saved(*train_sentencepiece(training_text(), 300)), "model");
    train_sentencepiece("too small", 1000);
    CHECK_THROWS_AS(sentencepiece_from_bytes(piece_field("a", 1) + bpe, "model"), InputError);
    printed = output.text();
  }
  CHECK(printed == "");
}

TEST_CASE("a model made elsewhere is read as it means to be: spaces before texts, pieces with newlines, no bytes") {
  const auto model = [](const std::string& spec, const std::string& normalizer) {
    return sentencepiece_from_bytes(unknown_piece + piece_field("\xE2\x96\x81", 1) + piece_field("a", 1) +
                                        piece_field("\n", 1) +
                                        piece_field("\xE2\x96\x81"
                                                    "a",
                                                    1) +
                                        text_field(2, number_field(3, 2) + spec) + normalizer,
                                    "model");
  };
  CHECK(model("", plain_normalizer)->encode("a a\na") == std::vector<int32_t>{2, 4, 3, 2});
  // The format's default adds a space, and drops doubled ones.
  CHECK(model("", "")->encode("a  a\na") == std::vector<int32_t>{4, 4, 3, 2});
  CHECK(model("", plain_normalizer)->encode("b") == std::vector<int32_t>{0});
  CHECK(model("", plain_normalizer)->decode(std::vector<int32_t>{4, 0, 3}) == " a\xEF\xBF\xBD\n");
  CHECK(model("", plain_normalizer)->piece(3) == "<0x0A>");
}

TEST_CASE("models that would bring the library down are refused with a reason") {
  const std::string good = unknown_piece + piece_field("a", 1) + bpe + plain_normalizer;
  CHECK(sentencepiece_from_bytes(good, "model")->vocab_size() == 2);
  const auto refusal = [](const std::string& bytes) -> std::string {
    try {
      sentencepiece_from_bytes(bytes, "FILE");
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK_THAT(refusal(""), ContainsSubstring("FILE: has no pieces"));
  CHECK_THAT(refusal("not a model"), ContainsSubstring("FILE: damaged"));
  CHECK_THAT(refusal(good.substr(0, good.size() - 1)), ContainsSubstring("FILE: damaged"));
  CHECK_THAT(refusal("\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"), ContainsSubstring("FILE: damaged"));
  CHECK_THAT(refusal(good + piece_field("a", 1)), ContainsSubstring("a piece twice"));
  CHECK_THAT(refusal(good + piece_field("", 1)), ContainsSubstring("a piece that is not text"));
  CHECK_THAT(refusal(good + piece_field("\xFF", 1)), ContainsSubstring("a piece that is not text"));
  CHECK_THAT(refusal(good + piece_field(std::string("\0user", 5), 4)), ContainsSubstring("a piece that is not text"));
  CHECK_THAT(refusal(unknown_piece + piece_field("a", 1)), ContainsSubstring("model_type is not BPE"));
  CHECK_THAT(refusal(good + text_field(2, number_field(3, 1))), ContainsSubstring("model_type is not BPE"));
  CHECK_THAT(refusal(good + text_field(3, text_field(2, std::string("\x08\0\0\0", 4) + std::string(16, '\x7F')))),
             ContainsSubstring("normalization table"));
  CHECK_THAT(refusal(piece_field("a", 1) + bpe), ContainsSubstring("do not fit together"));
  CHECK_THAT(refusal(good + piece_field("b", 6)), ContainsSubstring("do not fit together"));
}

TEST_CASE("randomly damaged models are refused or work, but never crash") {
  const std::string good = saved(*train_sentencepiece(training_text(), 300));
  Random random(1);
  int refused = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string bytes = good;
    if (round % 4 == 0) bytes.resize(static_cast<size_t>(random.below(static_cast<int64_t>(bytes.size()))));
    if (round % 4 == 1) bytes.erase(static_cast<size_t>(random.below(static_cast<int64_t>(bytes.size()))), 3);
    for (int64_t i = random.below(4); i >= 0 && !bytes.empty(); --i) {
      bytes[static_cast<size_t>(random.below(static_cast<int64_t>(bytes.size())))] = static_cast<char>(random.next());
    }
    try {
      const auto tokenizer = sentencepiece_from_bytes(bytes, "model");
      tokenizer->decode(tokenizer->encode("Mia had 3 apples.\n\xE2\x96\x81 \xF0\x9F\x98\x80"));
      for (int32_t id = 0; id < tokenizer->vocab_size(); ++id) tokenizer->piece(id);
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(refused > 500);
}
