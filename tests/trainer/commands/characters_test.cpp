// Characters on their way into the program and out of it: those that a model does not know, those that come in pieces,
// and those that are no text but colour.

#include <nlohmann/json.hpp>

#include "datasets/stories.h"
#include "datasets/utf8.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/temporary_folder.h"

using namespace tinymor;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

const std::string kUnknown(replacement_character);

/// A folder with two small runs, made once for all tests: "chars" knows the characters of a story, "bytes" is one step
/// away from random weights, so that its bytes seldom make characters.
const fs::path& trained() {
  static const TemporaryFolder folder;
  static const bool once = [] {
    const std::string small =
        " --quiet --set model.d_model=32 --set model.d_ff=48 --set model.max_seq_len=32 --set train.batch_size=2 ";
    std::string chinese;
    for (int i = 0; i < 200; ++i) chinese += "\xE4\xBD\xA0\xE5\xA5\xBD\xE4\xB8\x96\xE7\x95\x8C";
    write_file_atomically(folder.path() / "story.txt", make_stories(1, 6000));
    write_file_atomically(folder.path() / "chinese.txt", chinese);
    REQUIRE(tinymor_in(folder.path(), "train --data story.txt --out chars --steps 3 --set data.tokenizer=char" + small)
                .status == 0);
    REQUIRE(
        tinymor_in(folder.path(), "train --data chinese.txt --out bytes --steps 1 --set data.tokenizer=byte" + small)
            .status == 0);
    return true;
  }();
  (void)once;
  return folder.path();
}

}  // namespace

TEST_CASE("what bytes do not make a character of is written as U+FFFD, in text and in JSON") {
  bool broken = false;
  for (const char* seed : {"1", "2", "3"}) {
    const std::string arguments =
        std::string("generate bytes --prompt '\xE4\xBD\xA0' --max-tokens 40 --temperature 2 --seed ") + seed;
    const Output plain = tinymor_in(trained(), arguments), document = tinymor_in(trained(), arguments + " --json");
    CHECK(plain.status == 0);
    CHECK(is_utf8(plain.out));
    REQUIRE(document.status == 0);
    CHECK(json::parse(document.out)["text"].get<std::string>() + "\n" == plain.out);
    broken = broken || plain.out.find(kUnknown) != std::string::npos;
  }
  CHECK(broken);
  // A prompt that ends within a character is none for long.
  CHECK(tinymor_in(trained(), "generate bytes --max-tokens 0 --prompt \"$(printf 'a\\344\\275')\"").out ==
        "a" + kUnknown + "\n");
  for (const char* arguments : {"tokenizer decode bytes 228 189", "tokenizer encode bytes --json --text \xE4\xBD",
                                "trace bytes --text a\xE4\xBD", "eval bytes --json"}) {
    INFO(arguments);
    const Output output = tinymor_in(trained(), arguments);
    CHECK(output.status == 0);
    CHECK(is_utf8(output.out));
  }
}

TEST_CASE("no text that is generated contains the unknown character") {
  for (const char* seed : {"1", "2", "3"})
    CHECK(tinymor_in(trained(),
                     std::string("generate chars --prompt Mia --temperature 5 --max-tokens 300 --seed ") + seed)
              .out.find(kUnknown) == std::string::npos);
}

TEST_CASE("a prompt with characters that the model does not know says which") {
  for (const char* command :
       {"generate chars --max-tokens 1 --prompt", "trace chars --text", "tokenizer encode chars --text"}) {
    INFO(command);
    const Output output = tinymor_in(trained(), std::string(command) + " 'Mia \xC3\xA9 \xE4\xBD\xA0'");
    CHECK(output.status == 0);
    CHECK(output.err.find("note: \"\xC3\xA9\", \"\xE4\xBD\xA0\" did not occur") == 0);
    CHECK(tinymor_in(trained(), std::string(command) + " 'Mia had'").err.find("note: ") == std::string::npos);
  }
}

TEST_CASE("line ends of Windows and a byte order mark make no difference to a prompt") {
  write_file_atomically(trained() / "plain.txt", "Mia had\n3 apples.");
  write_file_atomically(trained() / "windows.txt", "\xEF\xBB\xBFMia had\r\n3 apples.");
  const Output plain = tinymor_in(trained(), "trace chars --text-file plain.txt");
  CHECK(plain.err.empty());
  CHECK(tinymor_in(trained(), "trace chars --text-file windows.txt").out == plain.out);
  for (const char* command : {"trace chars", "tokenizer encode chars", "tokenizer encode bytes --json"}) {
    INFO(command);
    const Output windows = tinymor_in(trained(), command + std::string(" --text \"$(cat windows.txt)\""));
    CHECK(windows.status == 0);
    CHECK(windows.err.empty());
    CHECK(windows.out == tinymor_in(trained(), command + std::string(" --text \"$(cat plain.txt)\"")).out);
  }
  CHECK(tinymor_in(trained(), "generate chars --max-tokens 0 --prompt \"$(cat windows.txt)\"").out ==
        "Mia had\n3 apples.\n");
}

TEST_CASE("eval does not count characters that the model does not know, and says how many they are") {
  write_file_atomically(trained() / "both.txt", make_stories(2, 1000) + std::string(500, '#'));
  const json known = json::parse(tinymor_in(trained(), "eval chars --json").out);
  CHECK(known["unknown"] == 0);
  const json both = json::parse(tinymor_in(trained(), "eval chars --json --data both.txt").out);
  CHECK(both["unknown"].get<int>() > 400);
  CHECK(both["tokens"].get<int>() > 900);
  CHECK(
      tinymor_in(trained(), "eval chars --data both.txt").out.find("% of the text are characters that the tokenizer") !=
      std::string::npos);
  const Output chinese = tinymor_in(trained(), "eval chars --data chinese.txt");
  CHECK(chinese.status == 2);
  CHECK(chinese.err.find("nothing that the model knows") != std::string::npos);
}

TEST_CASE("colours and bars are for terminals that understand them and people who want them") {
  const std::string generate = "generate chars --prompt Mia --max-tokens 5",
                    train = "train --data story.txt --steps 2 --set data.tokenizer=char --out ";
  const auto has = [](const std::string& shown, const char* what) { return shown.find(what) != std::string::npos; };
  CHECK(has(tinymor_on_terminal(trained(), generate, "TERM=xterm NO_COLOR="), "\x1b[30;48;2;"));
  CHECK_FALSE(has(tinymor_on_terminal(trained(), generate, "TERM=xterm NO_COLOR=1"), "\x1b"));
  CHECK_FALSE(has(tinymor_on_terminal(trained(), generate, "TERM=dumb NO_COLOR="), "\x1b"));
  CHECK(has(tinymor_on_terminal(trained(), generate + " --show depth", "TERM=xterm NO_COLOR=1"), "\x1b[30;48;2;"));
  CHECK(has(tinymor_on_terminal(trained(), train + "bar", "TERM=xterm"), "\r"));
  CHECK_FALSE(has(tinymor_on_terminal(trained(), train + "lines", "TERM=dumb"), "\x1b"));
  const Output piped = tinymor_in(trained(), train + "piped", "TERM=xterm");
  CHECK(has(piped.err, "step 2/2"));
  CHECK_FALSE(has(piped.err, "\x1b"));
  CHECK_FALSE(has(tinymor_in(trained(), generate, "TERM=xterm").out, "\x1b"));
}

TEST_CASE("control characters reach no terminal, and a file as they are") {
  bool controls = false;
  for (const char* seed : {"1", "2", "3"}) {
    const std::string arguments =
        std::string("generate bytes --quiet --prompt \"$(printf 'a\\033\\tb\\nc')\" --temperature 2 --seed ") + seed;
    const std::string written = tinymor_in(trained(), arguments).out;
    CHECK(written.rfind("a\x1b\tb\nc", 0) == 0);
    std::string seen;
    for (const char c : with_visible_controls(written, "\n\t")) seen += c == '\n' ? "\r\n" : std::string(1, c);
    for (const char* terminal : {"TERM=xterm NO_COLOR=1", "TERM=dumb"})
      CHECK(tinymor_on_terminal(trained(), arguments, terminal) == seen);
    controls = controls || seen.find("<0x", 8) != std::string::npos;
  }
  CHECK(controls);
  CHECK(tinymor_on_terminal(trained(), "tokenizer decode bytes 27 9 65", "TERM=xterm") == "<0x1B>\tA\r\n");
  CHECK(tinymor_in(trained(), "tokenizer decode bytes 27 9 65").out == "\x1b\tA\n");
}

TEST_CASE("messages show control characters, in names and in texts, by their names and stay one line") {
  const std::string red = "\"$(printf 'a\\033[31m\\nb\\302\\233c\\351')\"",
                    shown = "a<0x1B>[31m<0x0A>b<0xC2><0x9B>c<0xE9>";
  struct Row {
    std::string arguments;
    int status = 2;
  };
  for (const auto& [arguments, status] : {Row{red},
                                          {"eval " + red},
                                          {"inspect " + red + ".toml"},
                                          {"train --set " + red + "=1"},
                                          {"generate chars --prompt a --show " + red},
                                          {"generate chars --prompt a --seed " + red},
                                          {"tokenizer train --kind byte --quiet --out story.txt/" + red},
                                          {"tokenizer train --kind byte --json --out " + red, 0}}) {
    INFO(arguments);
    const Output output = tinymor_in(trained(), arguments);
    CHECK(output.status == status);
    CHECK(with_visible_controls(output.err, "\n") == output.err);
    CHECK(std::count(output.err.begin(), output.err.end(), '\n') == (status == 2));
    CHECK((status == 0 || output.err.find(shown) != std::string::npos));
  }
}

TEST_CASE("a folder's texts are trained on without the runs in it, and both are named") {
  const fs::path folder = trained() / "mine";
  fs::create_directories(folder / "texts");
  write_file_atomically(folder / "texts/story.txt", make_stories(1, 4000));
  write_file_atomically(folder / "texts/latin1.txt", "caf\xE9");
  const std::string train = "train --data . --steps 1 --set tokenizer=char --set model.max_seq_len=32 --out ";
  REQUIRE(tinymor_in(folder, train + "runs/first").status == 0);
  fs::remove(folder / "out.txt");
  fs::remove(folder / "err.txt");
  const std::string says = tinymor_in(folder, train + "runs/second").err;
  CHECK(says.find(": texts/story.txt") != std::string::npos);
  CHECK(says.find("runs/first (the folder of a model)") != std::string::npos);
  CHECK(says.find("texts/latin1.txt (not UTF-8)") != std::string::npos);
  CHECK(read_file(folder / "runs/first/tokenizer.json") == read_file(folder / "runs/second/tokenizer.json"));
}

TEST_CASE("a text that is small for the vocabulary asked for trains with the pieces that it has, and says so") {
  write_file_atomically(trained() / "small.txt", make_stories(1, 1500));
  const Output output = tinymor_in(
      trained(), "train --data small.txt --steps 1 --set model.max_seq_len=32 --set vocab_size=4000 --out small");
  CHECK(output.status == 0);
  CHECK(output.err.find("data.vocab_size 4000: the text gives only ") != std::string::npos);
  CHECK(output.err.find(" bytes, ") != std::string::npos);
  CHECK(output.err.find(" tokens are few for a model with ") != std::string::npos);
  CHECK(tinymor_in(trained(), "tokenizer train --data small.txt --vocab-size 4000 --out pieces")
            .err.find("--vocab-size 4000: the text gives only ") == 0);
}
