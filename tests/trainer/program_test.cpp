#include "trainer/program.h"

#include <cstdlib>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/files.h"

using namespace tinymor;

TEST_CASE("commands in messages are spelled as the program was started") {
  struct Row {
    const char *started, *tinymor;
  };
  for (const auto& [started, tinymor] : {Row{"tinymor", "tinymor"},
                                         {"build/tinymor", "build/tinymor"},
                                         {"./tinymor-viz", "./tinymor"},
                                         {"/opt/my programs/tinymor", "'/opt/my programs/tinymor'"},
                                         {"a=b/tinymor", "'a=b/tinymor'"},
                                         {nullptr, "tinymor"}}) {
    INFO((started ? started : "nothing"));
    set_program(started);
    CHECK(program() == tinymor);
  }
  set_program("../build/tinymor");
  CHECK(program("tinymor-viz") == "../build/tinymor-viz");
  set_program(nullptr);
}

TEST_CASE("a shell reads every word back, and what is shown of it has nothing but characters that can be seen") {
  const TemporaryFolder folder;
  struct Row {
    std::string word, written;
  };
  for (const auto& [word, written] : {Row{"runs/my-run_1.txt", "runs/my-run_1.txt"},
                                      {"", "''"},
                                      {"my run", "'my run'"},
                                      {"it's", "'it'\\''s'"},
                                      {"'", "''\\'''"},
                                      {"$HOME `pwd` $(pwd)", "'$HOME `pwd` $(pwd)'"},
                                      {"\"a\\b\"", "'\"a\\b\"'"},
                                      {"~/*?[a]{b,c}!#&|;<>()=", "'~/*?[a]{b,c}!#&|;<>()='"},
                                      {"caf\xC3\xA9", "'caf\xC3\xA9'"},
                                      {"caf\xE9", "\"$(printf 'caf\\351')\""},
                                      {"\x1b[31mred", "\"$(printf '\\033\\13331mred')\""},
                                      {"-a\tb\nc%d\\'1\"", "\"$(printf '\\055a\\011b\\012c\\045d\\134\\0471\\042')\""},
                                      {"\xC2\x9B"
                                       "1m",
                                       "\"$(printf '\\302\\2331m')\""}}) {
    INFO(written);
    CHECK(shell_word(word) == written);
    const std::string command = "printf %s " + shell_word(word) + " >" + (folder.path() / "read").string();
    REQUIRE(std::system(command.c_str()) == 0);
    CHECK(read_file(folder.path() / "read") == word);
  }
  CHECK(shell_path("-x y") == "'./-x y'");
  CHECK(shell_path("a-x") == "a-x");
}
