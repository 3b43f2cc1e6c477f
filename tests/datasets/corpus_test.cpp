#include "datasets/corpus.h"

#include <filesystem>
#include <fstream>

#include "datasets/fingerprint.h"
#include "datasets/stories.h"
#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

fs::path write(const fs::path& file, const std::string& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
  return file;
}

/// The documents of a text: what is heard from one beginning to the next.
std::vector<std::string> documents(const Corpus& corpus) {
  std::vector<std::string> all;
  corpus.read([&](std::string_view part, bool begins) {
    if (begins) all.emplace_back();
    all.back() += part;
  });
  return all;
}

}  // namespace

TEST_CASE("every bundled data set is described in a line, and can be made and loaded by its name") {
  REQUIRE_FALSE(bundled_data_sets().empty());
  for (const BundledDataSet& set : bundled_data_sets()) {
    INFO(set.name);
    CHECK_FALSE(set.description.empty());
    CHECK(set.description.find('\n') == std::string::npos);
    CHECK(load_corpus(set.name).size() >= 1'000'000);
    CHECK(load_corpus(set.name).starts_with(make_data_set(set.name, 1, 10'000)));
    CHECK(make_data_set(set.name, 2, 10'000) != make_data_set(set.name, 1, 10'000));
  }
  CHECK(make_data_set("stories", 5, 4'000) == make_stories(5, 4'000));
  CHECK_THROWS_WITH(make_data_set("novels", 1, 10), ContainsSubstring("bundled: stories"));
}

TEST_CASE("a text file is loaded without its byte order mark and with plain line ends") {
  const TemporaryFolder folder;
  const auto load = [&](const std::string& bytes) {
    return load_corpus(write(folder.path() / "text", bytes).string());
  };
  CHECK(load("one\ntwo") == "one\ntwo");
  CHECK(load("\xEF\xBB\xBFone\r\ntwo\r\n\r\nthree\rfour\r") == "one\ntwo\n\nthree\nfour\n");
  CHECK(load("  caf\xC3\xA9\t\n") == "  caf\xC3\xA9\t\n");
}

TEST_CASE("a folder's text files are joined by blank lines in the order of their paths") {
  const TemporaryFolder folder;
  write(folder.path() / "b.txt", "second\n\n\n");
  write(folder.path() / "a.md",
        "\xEF\xBB\xBF"
        "first\r\n");
  write(folder.path() / "c" / "deep" / "d", "third");
  write(folder.path() / "d.txt", "\n  fourth\n");
  CHECK(load_corpus(folder.path().string()) == "first\n\nsecond\n\nthird\n\n\n  fourth\n");
}

TEST_CASE("several sources are one text, with a blank line between two, wherever they are read from") {
  const TemporaryFolder folder;
  const std::string a = write(folder.path() / "a.txt", "first\n\n").string(),
                    b = write(folder.path() / "more" / "b.txt", "second").string();
  const std::string both = joined_sources({a, (folder.path() / "more" / "..").string() + "/more"});
  CHECK(load_corpus(both) == "first\n\nsecond\n");
  CHECK(is_source(both));
  CHECK_FALSE(is_source(both + "\nnothing"));
  CHECK(resolve_source(joined_sources({"stories", a})) == "stories\n" + a);
  CHECK(load_corpus(resolve_source(both)) == "first\n\nsecond\n");
  CHECK_THROWS_WITH(load_corpus(joined_sources({a, "nothing"})), ContainsSubstring("nothing\": no such file"));
}

TEST_CASE("the texts of a file of JSON lines are read, and a line without one is named") {
  const TemporaryFolder folder;
  const auto load = [&](const std::string& lines) {
    return load_corpus(write(folder.path() / "log.jsonl", lines).string());
  };
  CHECK(load("{\"text\": \"one\\ntwo\\n\", \"id\": 1}\n\n{\"id\": 2, \"text\": \"caf\\u00e9\"}") ==
        "one\ntwo\n\ncaf\xC3\xA9\n");
  CHECK_THROWS_WITH(load("{\"text\": \"one\"}\n{\"id\": 2}\n"), ContainsSubstring("log.jsonl:2: has no \"text\""));
  CHECK_THROWS_WITH(load("{\"text\": \"one\"}\n[\"text\"]"), ContainsSubstring("log.jsonl:2: "));
  CHECK_THROWS_WITH(load("{\"text\": 7}"), ContainsSubstring("log.jsonl:1: "));
  CHECK_THROWS_WITH(load("{\"text\": \"one"), ContainsSubstring("log.jsonl:1"));
  CHECK_THROWS_AS(load("{\"text\": \"  \"}"), InputError);
}

TEST_CASE("hidden files, empty ones and those that are not text are left out of a folder, and named") {
  const TemporaryFolder folder;
  write(folder.path() / "text", "text");
  write(folder.path() / ".hidden", "hidden");
  write(folder.path() / ".git" / "HEAD", "hidden");
  write(folder.path() / "latin1", "caf\xE9");
  write(folder.path() / "binary", std::string("a\0b", 3));
  write(folder.path() / "empty", "");
  write(folder.path() / "blank", " \n\n");
  fs::create_symlink("nowhere", folder.path() / "link");
  fs::create_directory_symlink(folder.path(), folder.path() / "loop");
  const Corpus corpus(folder.path().string());
  CHECK(corpus.text() == "text\n");
  REQUIRE(corpus.notes().size() == 2);
  CHECK(corpus.notes()[0] == "data: read 1 of " + folder.path().string() + ": text");
  CHECK(corpus.notes()[1] == "data: left out 8 of " + folder.path().string() +
                                 ": .git (hidden), .hidden (hidden), binary (not text), blank (empty), empty (empty), "
                                 "latin1 (not UTF-8), link (not a file), loop (a link to a folder)");
}

TEST_CASE(
    "the folders of models and the files of tokenizers are left out of a folder, and refused as texts themselves") {
  const TemporaryFolder folder;
  write(folder.path() / "text", "text");
  write(folder.path() / "runs" / "first" / "config.toml", "[model]");
  write(folder.path() / "runs" / "first" / "tokenizer.json", "{}");
  write(folder.path() / "runs" / "first" / "model.safetensors", "weights");
  write(folder.path() / "runs" / "begun" / "config.toml", "[model]");
  write(folder.path() / "runs" / "begun" / "metrics.jsonl", "{}");
  write(folder.path() / "runs" / "new" / ".lock", "process 1 on here");
  write(folder.path() / "runs" / "notes.txt", "notes");
  write(folder.path() / "pieces" / "tokenizer.json", "{}");
  const Corpus corpus(folder.path().string());
  CHECK(corpus.text() == "notes\n\ntext\n");
  REQUIRE(corpus.notes().size() == 2);
  CHECK_THAT(corpus.notes()[0], ContainsSubstring("read 2 of ") && ContainsSubstring(": runs/notes.txt, text"));
  CHECK_THAT(corpus.notes()[1],
             ContainsSubstring("left out 3 of ") &&
                 ContainsSubstring(": pieces/tokenizer.json (a tokenizer), runs/begun (the folder of a "
                                   "model), runs/first (the folder of a model)"));
  CHECK_THROWS_WITH(load_corpus((folder.path() / "runs/first").string()),
                    ContainsSubstring("is the folder of a model"));
}

TEST_CASE("of many files the first are named and the others counted") {
  const TemporaryFolder folder;
  for (char name = 'a'; name <= 'p'; ++name) write(folder.path() / std::string(1, name), "text");
  const Corpus corpus(folder.path().string());
  REQUIRE(corpus.notes().size() == 1);
  CHECK(corpus.notes()[0] ==
        "data: read 16 of " + folder.path().string() + ": a, b, c, d, e, f, g, h, i, j and 6 more");
}

TEST_CASE("a source without text is refused with a reason") {
  const TemporaryFolder folder;
  const auto at = [&](const char* name) { return (folder.path() / name).string(); };
  write(at("empty"), "");
  write(at("blank"), " \n\t\r\n");
  write(at("latin1"), "caf\xE9");
  write(at("binary"), std::string("a\0b", 3));
  write(at("hidden/.only"), "text");
  CHECK_THROWS_WITH(load_corpus(at("missing")),
                    ContainsSubstring("no such file or folder") && ContainsSubstring("stories"));
  CHECK_THROWS_AS(load_corpus(""), InputError);
  CHECK_THROWS_WITH(load_corpus(at("empty")), ContainsSubstring("empty"));
  CHECK_THROWS_WITH(load_corpus(at("blank")), ContainsSubstring("empty"));
  CHECK_THROWS_WITH(load_corpus(at("latin1")),
                    ContainsSubstring("not UTF-8 at byte 3, which is in line 1") && ContainsSubstring("--lossy"));
  CHECK_THROWS_WITH(load_corpus(at("binary")), ContainsSubstring("zero bytes"));
  CHECK_THROWS_WITH(load_corpus(at("hidden")), ContainsSubstring("no text in this folder"));
}

TEST_CASE("every file of a folder and every text of JSON lines is a document, with the blank line that ends it") {
  const TemporaryFolder folder;
  const std::string one = write(folder.path() / "one.txt", "alone\n\n").string();
  CHECK(documents(Corpus(one)) == std::vector<std::string>{"alone\n\n"});
  write(folder.path() / "two.jsonl", "{\"text\": \"\\n a\\n\"}\n{\"text\": \"\\n\"}\n{\"text\": \"b\"}\n");
  const std::vector<std::string> both{"alone\n\n", "\n a\n\n", "b\n"};
  CHECK(documents(Corpus(folder.path().string())) == both);
  CHECK(documents(Corpus(joined_sources({one, (folder.path() / "two.jsonl").string()}))) == both);
}

TEST_CASE("a text is the same read in pieces, wherever a piece ends inside a character or a line end") {
  const TemporaryFolder folder;
  constexpr size_t piece = 1 << 20;
  const std::string marks = "\r\n\xE2\x82\xAC\xF0\x9F\x99\x82\rx";
  for (size_t shift = 0; shift <= marks.size(); ++shift) {
    const std::string bytes = std::string(piece - shift, 'a') + marks + std::string(piece - 4, 'b') + "\r";
    const Corpus corpus(write(folder.path() / "text", bytes).string());
    REQUIRE(corpus.text() == plain_text(bytes));
    CHECK(corpus.bytes() == int64_t(corpus.text().size()));
    CHECK(corpus.characters() == corpus.bytes() - 5);
    CHECK(corpus.fingerprint() == fingerprint(corpus.text()));
  }
  const std::string bytes = "\r\n\r\xEF\xBB\xBF\r\r\n\n\r";
  CHECK(plain_text(bytes) == "\n\n\xEF\xBB\xBF\n\n\n\n");
}

TEST_CASE("bytes that are not UTF-8 are named by their place, and read as U+FFFD and counted where that is asked for") {
  const TemporaryFolder folder;
  const std::string text = std::string(1 << 20, 'a') + "\ncaf\xE9\nna\xC3\xAFve \xE2\x82 \xC3";
  const std::string file = write(folder.path() / "text.txt", text).string();
  CHECK_THROWS_WITH(Corpus(file), ContainsSubstring(file + ": not UTF-8 at byte 1048580, which is in line 2") &&
                                      ContainsSubstring("--lossy"));
  const Corpus lossy(file, true);
  CHECK(lossy.text() == std::string(1 << 20, 'a') + "\ncaf\xEF\xBF\xBD\nna\xC3\xAFve \xEF\xBF\xBD \xEF\xBF\xBD");
  REQUIRE(lossy.notes().size() == 1);
  CHECK(lossy.notes()[0] == "data: " + file +
                                ": 3 places are read as U+FFFD, because they are not UTF-8; the first is byte 1048580, "
                                "in line 2");
  const fs::path lines = write(folder.path() / "more/lines.jsonl", "{\"text\": \"caf\xE9\"}");
  CHECK_THROWS_WITH(Corpus(lines.string()), ContainsSubstring("not UTF-8 at byte 13"));
  CHECK(Corpus(lines.string(), true).text() == "caf\xEF\xBF\xBD\n");
  CHECK(Corpus(folder.path().string(), true).notes().size() == 3);
  CHECK_THROWS_WITH(Corpus(write(folder.path() / "picture", std::string("\xFF\0", 2)).string(), true),
                    ContainsSubstring("zero bytes"));
}

TEST_CASE("a text that changes while it is read is refused") {
  const TemporaryFolder folder;
  const fs::path file = write(folder.path() / "text", "one");
  const Corpus corpus(file.string());
  write(file, "two");
  CHECK_THROWS_WITH(corpus.text(), ContainsSubstring("changed while it was read"));
}
