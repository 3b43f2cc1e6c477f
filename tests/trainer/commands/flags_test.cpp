// Flags that are the same for every subcommand, and what the programs say of themselves.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "datasets/stories.h"
#include "datasets/utf8.h"
#include "support/catch.h"
#include "support/program.h"
#include "support/temporary_folder.h"
#include "support/trained_run.h"
#include "tensor/files.h"
#include "trainer/program.h"

using namespace tinymor;
namespace fs = std::filesystem;
using nlohmann::json;

TEST_CASE("every subcommand explains itself with an example") {
  for (const char* name :
       {"", "train", "uptrain", "eval", "generate", "serve", "trace", "inspect", "prune", "export", "tokenizer",
        "tokenizer train", "tokenizer encode", "tokenizer decode", "data", "data list", "data make", "images"}) {
    INFO(name);
    const Output result = tinymor_in(trained(), std::string(name) + " --help");
    CHECK(result.status == 0);
    CHECK(result.out.find("Example:\n  " TINYMOR_PROGRAM " ") != std::string::npos);
  }
}

TEST_CASE("every subcommand takes --json, --quiet, --seed and --threads, and --json prints one document") {
  struct Row {
    std::string arguments;
    bool prints_json = true;
  };
  const std::vector<Row> rows{
      {"train --steps 2 --out trained" + kTinyModel},
      {"eval run --data text.txt"},
      {"generate run --prompt Mia --max-tokens 3"},
      {"trace run --text 'Mia had'"},
      {"inspect run"},
      {"tokenizer train --kind byte --out bytes"},
      {"tokenizer encode run --text Mia"},
      {"tokenizer decode run 3 4"},
      {"data list"},
      {"data make stories --bytes 10"},
      {"data make stories --bytes 10 --out made.txt"},
      {"data make digits --count 5 --out digits"},
      {"bench gemm --m 4 --n 4 --k 4"},
      {"bench train --preset baby --steps 1"},
  };
  for (const Row& row : rows) {
    INFO("tinymor " << row.arguments);
    for (const char* flags : {" --json", " --json --quiet --seed 3 --threads 1"}) {
      for (const char* made : {"trained", "bytes", "digits"}) fs::remove_all(trained() / made);
      const Output result = tinymor_in(trained(), row.arguments + flags);
      INFO(result.err);
      CHECK(result.status == 0);
      CHECK(json::accept(result.out));
    }
  }
}

TEST_CASE("what a flag asks for comes in its document") {
  CHECK(json::parse(tinymor_in(trained(), "data list --json").out)[0]["name"] == "stories");
  CHECK(json::parse(tinymor_in(trained(), "data make stories --bytes 10 --json").out)["text"] == make_stories(1, 10));
  const json decoded = json::parse(tinymor_in(trained(), "tokenizer decode run 3 4 --json").out);
  CHECK(decoded["text"].get<std::string>() + "\n" == tinymor_in(trained(), "tokenizer decode run 3 4").out);
  const Output quiet = tinymor_in(trained(), "tokenizer train --kind byte --out quiet --quiet");
  CHECK(quiet.out + quiet.err == "");
}

TEST_CASE("numbers out of range are refused in a short line that says the range") {
  struct Row {
    std::string arguments, says;
  };
  for (const auto& [arguments, says] : {Row{"generate run --prompt a --max-tokens -1", "--max-tokens: -1"},
                                        {"generate run --prompt a --top-p 2", "give 0 to 1"},
                                        {"generate run --prompt a --min-p 1.5", "give 0 to 1"},
                                        {"generate run --prompt a --repetition-penalty 0.5", "give 1 to 100"},
                                        {"generate run --prompt a --temperature -0.5", "give 0 or more"},
                                        {"bench train --steps 0", "give 1 or more"},
                                        {"data make stories --bytes -1", "give 1 or more"},
                                        {"bench gemm --m 0", "give 1 to 16384"}}) {
    INFO("tinymor " << arguments);
    const Output result = tinymor_in(trained(), arguments);
    CHECK(result.status == 2);
    CHECK(result.err.find(says) != std::string::npos);
    CHECK(result.err.size() < 80 + sizeof(TINYMOR_PROGRAM));
  }
}

TEST_CASE("seeds that are not numbers are refused by every subcommand, even where the seed makes no difference") {
  for (const char* command : {"train --out new", "generate run --prompt a", "data make stories", "inspect run"})
    for (const char* seed : {"-1", "18446744073709551616", "1.5"}) {
      INFO(command << " --seed " << seed);
      const Output result = tinymor_in(trained(), std::string(command) + " --seed " + seed);
      CHECK(result.status == 2);
      CHECK(result.out == "");
      CHECK(result.err.rfind("error: --seed: ", 0) == 0);
      CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    }
}

TEST_CASE("the program tells its version, and commands that work where it was started from") {
  const Output version = tinymor_in(trained(), "--version");
  CHECK(version.status == 0);
  CHECK(version.out.rfind("tinymor ", 0) == 0);
  for (const char* flags : {"--version --json", "--json --version"}) {
    const json document = json::parse(tinymor_in(trained(), flags).out);
    CHECK(document["program"] == "tinymor");
    CHECK("tinymor " + document["version"].get<std::string>() + "\n" == version.out);
  }
  CHECK(tinymor_in(trained(), "--json").status == 2);
  const fs::path program = TINYMOR_PROGRAM;
  fs::create_directories(trained() / "build");
  std::error_code ignored;
  fs::create_symlink(program, trained() / "build" / "tinymor", ignored);
  const auto typed = [&](const std::string& arguments) {
    const std::string command = "cd " + trained().string() + " && build/tinymor " + arguments + " >out.txt 2>err.txt";
    (void)!std::system(command.c_str());
    return read_file(trained() / "out.txt") + read_file(trained() / "err.txt");
  };
  CHECK(typed("eval --help").find("\n  build/tinymor eval ") != std::string::npos);
  CHECK(typed("nonsense").find("(see build/tinymor --help)") != std::string::npos);
  CHECK(typed("eval nothing").find("build/tinymor train") != std::string::npos);
  fs::remove_all(trained() / "hints");
  const std::string ended = typed("train --steps 2 --out hints" + kTinyModel);
  CHECK(ended.find("build/tinymor generate hints") != std::string::npos);
}

TEST_CASE("commands in messages go on with the run when they are copied, whatever its folder is called") {
  const fs::path& folder = trained();
  fs::copy(folder / "run", folder / "nameless", fs::copy_options::recursive);
  fs::path name = "nameless";
  int64_t steps = 20;
  for (const std::string next : {"my run", "it's", "-x", "$HOME `a`", "\x1b[31mred\nline", "caf\xE9", "%s!#"}) {
    INFO(next);
    fs::rename(folder / name, folder / next);
    name = next;
    const Output stands = tinymor_in(folder, "train --resume --out " + shell_path(next));
    INFO(stands.err);
    CHECK(std::count(stands.err.begin(), stands.err.end(), '\n') == 1);
    CHECK(with_visible_controls(stands.err, "\n") == stands.err);
    const std::string before = "further: ";
    std::string command = stands.err.substr(stands.err.find(before) + before.size());
    command.resize(command.rfind(" --steps"));
    command = fmt::format("cd {} && {} --quiet --json --steps {} >out.txt", folder.string(), command, ++steps);
    REQUIRE(std::system(command.c_str()) == 0);
    CHECK(json::parse(read_file(folder / "out.txt"))["step"] == steps);
  }
}

TEST_CASE("a twin must be legal itself, not the model that it is the twin of") {
  fs::remove_all(trained() / "short");
  REQUIRE(
      tinymor_in(trained(), "train --quiet --steps 2 --twin vanilla --set model.n_layers=4 --out short" + kTinyModel)
          .status == 0);
  const json model = json::parse(tinymor_in(trained(), "inspect short --json").out);
  CHECK(model["layers"]["weights"] == json({0, 1, 2, 3}));
  write_file_atomically(trained() / "mor.toml",
                        "[model]\nn_layers = 4\nsharing = \"middle_cycle\"\nn_recursions = 3\n"
                        "routing = \"expert_choice\"\n[data]\ntokenizer = \"byte\"\n");
  CHECK(tinymor_in(trained(), "inspect mor.toml").status == 2);
  CHECK(tinymor_in(trained(), "inspect mor.toml --twin vanilla").status == 0);
}
