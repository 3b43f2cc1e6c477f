#include "tensor/program.h"

#include "support/catch.h"

using namespace tinymor;

TEST_CASE("commands in messages are spelled as the program was started") {
  struct Row {
    const char *started, *tinymor;
  };
  for (const auto& [started, tinymor] : {Row{"tinymor", "tinymor"},
                                         {"build/tinymor", "build/tinymor"},
                                         {"./tinymor-viz", "./tinymor"},
                                         {"/opt/my programs/tinymor", "\"/opt/my programs/tinymor\""},
                                         {nullptr, "tinymor"}}) {
    INFO((started ? started : "nothing"));
    set_program(started);
    CHECK(program() == tinymor);
  }
  set_program("../build/tinymor");
  CHECK(program("tinymor-viz") == "../build/tinymor-viz");
  set_program(nullptr);
}
