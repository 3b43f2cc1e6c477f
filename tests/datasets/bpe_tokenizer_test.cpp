#include "datasets/bpe_tokenizer.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "datasets/stories.h"
#include "datasets/tokenizer_files.h"
#include "datasets/utf8.h"
#include "datasets/words.h"
#include "support/catch.h"
#include "support/hugging_face.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/random.h"

using namespace tinymor;
using nlohmann::json;

namespace {

std::string file_of(const std::string& name) {
  return read_file(hugging_face_folder(name) / "tokenizer.json");
}

std::vector<std::string> words(FirstWord first, std::string_view text) {
  std::vector<std::string> all;
  while (!text.empty()) {
    all.emplace_back(text.substr(0, first(text)));
    text.remove_prefix(all.back().size());
  }
  return all;
}

/// What a tokenizer of a few bytes says to a change of its file.
template <class Change>
std::string refusal(const std::string& name, Change change) {
  json document = json::parse(file_of(name));
  change(document);
  try {
    bpe_tokenizer(document.dump(), "FILE");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("tokenizers that transformers wrote give the ids and texts that they give there") {
  for (const std::string& name : hugging_face_names()) {
    const auto tokenizer = load_tokenizer(hugging_face_folder(name));
    const json texts = expected_of(name)["texts"];
    REQUIRE(texts.size() > 10);
    for (const json& row : texts) {
      const std::string text = row["text"], decoded = row["decoded"];
      INFO(name << ": " << text);
      const auto ids = row["ids"].get<std::vector<int32_t>>();
      CHECK(tokenizer->encode(text) == ids);
      // transformers takes one space away from the front of a whole text where the tokenizer puts one there.
      const bool prefix = tokenizer->decode(ids) == " " + decoded;
      CHECK((prefix || tokenizer->decode(ids) == decoded));
    }
  }
}

TEST_CASE("words are what the regular expressions of GPT-2 and Llama 3 find") {
  CHECK(words(gpt2_word, "It's  12345 a-b\n\nc ") ==
        Words{"It", "'s", " ", " 12345", " a", "-", "b", "\n", "\n", "c", " "});
  CHECK(words(gpt2_word, "I'LL\u00a0x \u00bd") == Words{"I", "'", "LL", "\u00a0", "x", " \u00bd"});
  CHECK(words(llama3_word, "It's  12345 a-b\n\nc ") ==
        Words{"It", "'s", " ", " ", "123", "45", " a", "-b", "\n\n", "c", " "});
  CHECK(words(llama3_word, "I'LL\u00a0x?!\n\n  \n y\t-") ==
        Words{"I", "'LL", "\u00a0x", "?!\n\n", "  \n", " y", "\t", "-"});
  CHECK(words(llama3_word, "I'S I'\u017ft") == Words{"I", "'S", " I", "'\u017f", "t"});
  CHECK(words(llama3_word_of_one_digit, " 12") == Words{" ", "1", "2"});
  CHECK(words(one_digit, "a12 \u0663b") == Words{"a", "1", "2", " ", "\u0663", "b"});
  CHECK(words(digits, "a12 3") == Words{"a", "12", " ", "3"});
  CHECK(words(marked_word, "a\u2581\u2581b") == Words{"a", "\u2581", "\u2581b"});
}

TEST_CASE("what is written for the tokenizers library is the same tokenizer when it is read again") {
  const std::string text = make_stories(1, 20'000);
  const std::vector<std::string> texts{make_stories(2, 3000),
                                       "",
                                       "  two  spaces\n\n\ttabs \r\n",
                                       "caf\u00e9 \u4f60\u597d \U0001f600",
                                       "\u2581 the \u2581the\u2581 <unk> <0x0A>",
                                       std::string(500, 'a') + std::string(500, ' ') + "ababababa",
                                       std::string("zero \0 byte", 11)};
  std::vector<std::unique_ptr<Tokenizer>> all;
  all.push_back(byte_tokenizer());
  all.push_back(train_char_tokenizer(text));
  all.push_back(train_sentencepiece(text, 400));
  all.push_back(load_tokenizer(hugging_face_folder("sentencepiece")));
  for (const auto& tokenizer : all) {
    const auto again = bpe_tokenizer(tokenizer->tokenizers_json(), "FILE");
    REQUIRE(again->vocab_size() == tokenizer->vocab_size());
    CHECK(again->unknown() == tokenizer->unknown());
    for (const std::string& each : texts) {
      INFO(each.substr(0, 40));
      CHECK(again->encode(each) == tokenizer->encode(each));
      CHECK(again->decode(tokenizer->encode(each)) == tokenizer->decode(tokenizer->encode(each)));
    }
  }
}

TEST_CASE("a tokenizer of the library keeps its file, and what it says of itself can be read") {
  const TemporaryFolder folder;
  for (const std::string& name : hugging_face_names()) {
    if (name == "sentencepiece") continue;
    INFO(name);
    const auto tokenizer = load_tokenizer(hugging_face_folder(name));
    tokenizer->save(folder.path());
    CHECK(read_file(folder.path() / "tokenizer.json") == file_of(name));
    CHECK(tokenizer->tokenizers_json() == file_of(name));
    for (const std::string& piece : tokenizer->pieces()) {
      CHECK_FALSE(piece.empty());
      CHECK(is_utf8(piece));
      CHECK(with_visible_controls(piece) == piece);
    }
    for (const int32_t id : {-1, int32_t(tokenizer->vocab_size()), INT32_MAX})
      CHECK_THROWS_AS(tokenizer->decode({&id, 1}), InputError);
    CHECK_THROWS_WITH(tokenizer->encode("ab\xFF"), ContainsSubstring("not UTF-8 at byte 2"));
  }
}

TEST_CASE("of two tokenizers in a folder that of the library is read, and a rounded vocabulary is filled up") {
  const TemporaryFolder folder;
  std::filesystem::copy(hugging_face_folder("sentencepiece") / "tokenizer.model", folder.path() / "tokenizer.model");
  std::filesystem::copy(hugging_face_folder("gpt2_tokens") / "tokenizer.json", folder.path() / "tokenizer.json");
  const auto tokenizer = load_tokenizer(folder.path(), 320);
  CHECK(tokenizer->vocab_size() == 320);
  CHECK(tokenizer->piece(319) == "<unused 319>");
  CHECK(tokenizer->encode("The dog") == load_tokenizer(hugging_face_folder("gpt2_tokens"))->encode("The dog"));
  CHECK(bpe_tokenizer(tokenizer->tokenizers_json(), "FILE")->vocab_size() == 320);
}

TEST_CASE("a rounded vocabulary of a SentencePiece model is filled up, and stays so where it is saved") {
  const TemporaryFolder folder;
  const auto own = load_tokenizer(hugging_face_folder("sentencepiece"));
  load_tokenizer(hugging_face_folder("sentencepiece"), 1000)->save(folder.path());
  const auto filled = load_tokenizer(folder.path());
  CHECK(filled->vocab_size() == 1000);
  CHECK(filled->piece(999) == "<unused 999>");
  CHECK(filled->decode(std::vector<int32_t>{330, 999}) == "");
  CHECK(filled->encode("The dog, didn't it?") == own->encode("The dog, didn't it?"));
  train_sentencepiece(make_stories(1, 3000), 300)->save(folder.path());
  CHECK(load_tokenizer(folder.path(), 1000)->vocab_size() == 300);  // another run's, which is told
}

TEST_CASE("a tokenizer_config.json says whether texts begin with a token") {
  const TemporaryFolder folder, saved;
  std::filesystem::copy(hugging_face_folder("sentencepiece") / "tokenizer.model", folder.path() / "tokenizer.model");
  CHECK(load_tokenizer(folder.path())->encode("a").front() != 1);
  for (const bool begins : {false, true}) {
    std::ofstream(folder.path() / "tokenizer_config.json") << json{{"add_bos_token", begins}};
    load_tokenizer(folder.path())->save(saved.path());
    for (const auto& place : {folder.path(), saved.path()})
      CHECK((load_tokenizer(place)->encode("a").front() == 1) == begins);
  }
}

TEST_CASE("what a tokenizer.json asks for and is not done here is refused by name") {
  struct Row {
    const char* pointer;
    json value;
    const char* says;
  };
  const std::vector<Row> rows{
      {"/model/type", "WordPiece", R"(its model asks for {"type":"WordPiece"})"},
      {"/model/type", nullptr, "its model asks for"},
      {"/model/end_of_word_suffix", "</w>", R"({"end_of_word_suffix":"</w>"})"},
      {"/model/continuing_subword_prefix", "##", "continuing_subword_prefix"},
      {"/model/dropout", 0.1, "dropout"},
      {"/normalizer", {{"type", "NFC"}}, R"(its normalizer asks for {"type":"NFC"})"},
      {"/normalizer", {{"type", "Replace"}, {"pattern", {{"Regex", "a"}}}, {"content", "b"}}, "its normalizer"},
      {"/normalizer", {{"type", "Replace"}, {"pattern", {{"String", ""}}}, {"content", "b"}}, "its normalizer"},
      {"/normalizer",
       {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "seventeen letters"}},
       "its normalizer"},
      {"/normalizer", {{"type", "Prepend"}, {"prepend", std::string(65, 'a')}}, "its normalizer"},
      {"/decoder",
       {{"type", "Sequence"},
        {"decoders", std::vector<json>(3, {{"type", "Replace"}, {"pattern", {{"String", "a"}}}, {"content", "aaaa"}})}},
       "its decoder"},
      {"/normalizer",
       {{"type", "Sequence"}, {"normalizers", std::vector<json>(7, {{"type", "Prepend"}, {"prepend", "a"}})}},
       "its normalizer"},
      {"/pre_tokenizer", {{"type", "Whitespace"}}, R"(its pre_tokenizer asks for {"type":"Whitespace"})"},
      {"/pre_tokenizer",
       {{"type", "Split"}, {"pattern", {{"Regex", "\\w+"}}}, {"behavior", "Isolated"}, {"invert", false}},
       "\\\\w+"},
      {"/pre_tokenizer", {{"type", "Metaspace"}, {"replacement", "_"}}, "its pre_tokenizer"},
      {"/post_processor", {{"type", "BertProcessing"}}, "its post_processor"},
      {"/post_processor",
       {{"type", "TemplateProcessing"}, {"single", {{{"Sequence", {{"id", "A"}}}}, {{"SpecialToken", {{"id", "x"}}}}}}},
       "its post_processor"},
      {"/decoder", {{"type", "WordPiece"}}, "its decoder"},
      {"/added_tokens/0/single_word", true, "its added token"},
      {"/added_tokens/0/content", "", "empty token"},
      {"/added_tokens/0/id", 7, "two ids"},
      {"/added_tokens/0/id", -1, "the id -1 is not"},
      {"/added_tokens", 3, "is not a list"},
      {"/model/vocab", json::object(), "no vocabulary"},
      {"/model/vocab/a", 5000000, "the id 5000000 is not"},
      {"/model/vocab/a", 1.5, "the id 1.5 is not"},
      {"/model/vocab/a", 9, "have the id 9"},
      {"/model/merges", nullptr, "no merges"},
      {"/model/merges/0", "x", "a merge needs"},
      {"/model/merges/0", {"a", "b", "c"}, "a merge is not a pair"},
      {"/model/merges/0", {"a", "zz"}, "a merge needs \"zz\""},
  };
  for (const Row& row : rows) {
    const std::string said =
        refusal("gpt2_tokens", [&](json& file) { file[json::json_pointer(row.pointer)] = row.value; });
    INFO(row.pointer << " = " << row.value << ": " << said);
    CHECK(said.starts_with("FILE: "));
    CHECK(said.find('\n') == said.npos);
    CHECK(said.find(row.says) != said.npos);
  }
  CHECK(refusal("gpt2_tokens", [](json&) {}) == "accepted");
  CHECK_THROWS_WITH(bpe_tokenizer(std::string(100'000, '['), "FILE"), ContainsSubstring("FILE: nested deeper"));
}

TEST_CASE("randomly damaged files of the tokenizers library are refused or work, but never crash") {
  Random random(1);
  const auto below = [&](size_t n) { return size_t(random.below(int64_t(n))); };
  int refused = 0, rounds = 0;
  for (const char* name : {"llama3_tokens", "llama2_tokens", "metaspace_tokens"}) {
    const std::string good = json::parse(file_of(name)).dump();
    // Where the file says what it does; the vocabulary is most of it.
    const size_t rules = good.find("\"normalizer\"");
    for (int round = 0; round < 500; ++round, ++rounds) {
      std::string bytes = good;
      const auto at = [&] { return round % 2 == 0 ? below(bytes.size()) : rules + below(bytes.size() - rules); };
      if (round % 8 == 0) bytes.resize(below(bytes.size()));
      if (round % 8 == 1) bytes.erase(at(), 1 + below(20));
      if (round % 8 == 2) bytes.insert(at(), bytes.substr(at(), below(30)));
      for (size_t flips = below(3); flips > 0 && !bytes.empty(); --flips)
        bytes[below(bytes.size())] = "0123456789\"[]{},:null\\u"[below(23)];
      try {
        const auto tokenizer = bpe_tokenizer(bytes, "FILE");
        tokenizer->decode(tokenizer->encode("Mia had 3 apples.\n <s>\u2581 \U0001f600"));
        tokenizer->pieces();
      } catch (const Error& error) {
        ++refused;
        CHECK(std::string(error.what()).find('\n') == std::string::npos);
      }
    }
  }
  CHECK(refused > rounds / 4);
  CHECK(refused < rounds);
}
