// What README.md and the chapters say of their measured tables, computed from those tables. The tables themselves are
// printed by the commands beside them.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "mor/counts.h"
#include "mor/twins.h"
#include "support/book.h"
#include "trainer/config.h"

using namespace tinymor;

TEST_CASE("README: sharing and routing cost what the last row of its table says, in chapter 6 too") {
  const std::string readme = book("README.md");
  const std::vector<std::string> last = row(readme, "1500");
  const double vanilla = number(last[1]), recursive = number(last[2]), mor = number(last[4]);
  const std::string sharing = fmt::format("half the parameters cost {:.3f} nats", recursive - vanilla);
  CHECK_THAT(readme, ContainsSubstring(sharing));
  CHECK_THAT(readme, ContainsSubstring(fmt::format("costs another {:.3f}", mor - recursive)));
  CHECK_THAT(book("docs/06-one-block-used-again.md"), ContainsSubstring(sharing));
}

TEST_CASE("README: the ratios of its tables of speed are those of the numbers beside them") {
  const std::string readme = book("README.md");
  for (const char* step : {"`baby`", "`small`", "`small-mor`", "`big`", "`big-mor`"}) {
    CAPTURE(step);
    const std::vector<std::string> cells = row(readme, step);
    CHECK(number(cells[2]) / number(cells[1]) == Approx(number(cells[3])).margin(0.0051));
  }
  for (const char* size : {"128", "256", "512", "1024"}) {
    CAPTURE(size);
    const std::vector<std::string> cells = row(readme, size);
    CHECK(number(cells[1]) / number(cells[2]) == Approx(number(cells[3])).margin(0.0051));
  }
  const std::string beside = readme.substr(readme.find("| step of, 2 threads"));
  for (const char* step : {"`baby`", "`small`"}) {
    CAPTURE(step);
    const std::vector<std::string> cells = row(beside, step);
    CHECK(number(cells[2]) / number(cells[1]) == Approx(number(cells[3])).margin(0.0051));
  }
}

TEST_CASE("chapter 9: the ratios of `bench serve` are about those of its tokens, and of the layers that are computed") {
  const std::string chapter = book("docs/09-remembering-less.md");
  int ratios = 0;
  for (const char* limit : {"\n32 slots\n", " MB of cache, 128 slots\n"}) {
    const size_t table = chapter.find(limit);
    REQUIRE(table != std::string::npos);
    const auto row = [&](const std::string& name) {
      const size_t at = chapter.find("\n" + name, table);
      REQUIRE(at != std::string::npos);
      return chapter.substr(at + 1 + name.size(), 40);
    };
    const double vanilla = number(row("vanilla    by sequence"));
    for (const char* name : {"vanilla    by depth", "recursive  by sequence", "recursive  by depth",
                             "MoR        by sequence", "MoR        by depth"}) {
      std::istringstream numbers(row(name));
      double tokens = 0, ratio = 0;
      numbers >> tokens >> ratio;
      // The median of ratios is not quite the ratio of medians.
      CHECK(std::abs(ratio / (tokens / vanilla) - 1) < 0.15);
      ++ratios;
    }
  }
  CHECK(ratios == 10);
  CHECK_THAT(chapter, ContainsSubstring(fmt::format("a ratio of {:.2f}", 34 / (2 + 8 * 2.5))));
}

TEST_CASE("chapter 9: the table over sizes has every size, and the ratios of its tokens") {
  const std::string chapter = book("docs/09-remembering-less.md");
  int lines = 0;
  for (const char* width : {"128", "256", "384", "512"})
    for (const char* weights : {"f32", "int8"})
      for (const char* slots : {"1", "4", "16", "64"}) {
        const std::string begin = fmt::format("\n| {} | {} | {} |", width, weights, slots);
        CAPTURE(begin);
        const size_t at = chapter.find(begin);
        REQUIRE(at != std::string::npos);
        std::istringstream cells(chapter.substr(at + begin.size(), 80));
        double vanilla, bound, mor, mor_bound, ratio;
        char bar;
        cells >> vanilla >> bar >> bound >> bar >> mor >> bar >> mor_bound >> bar >> ratio;
        CHECK(ratio == Approx(mor / vanilla).margin(0.021));
        ++lines;
      }
  CHECK(lines == 32);
}

TEST_CASE("README: the twins have the parameters that it says, with as many characters as an English text has") {
  const std::string readme = unwrapped(book("README.md"));
  for (const int64_t characters : {60, 75}) {
    Config config = Config::defaults();
    config.model.vocab_size = characters;
    validate(config);
    const auto millions = [](const ModelConfig& model) {
      const ParameterCounts counts = count_parameters(model);
      return fmt::format("({:.2f} M", double(counts.embedding + counts.layers) / 1e6);
    };
    CHECK_THAT(readme, ContainsSubstring("eight layers of its own " + millions(vanilla_twin(config.model))));
    CHECK_THAT(readme,
               ContainsSubstring("two of its four layers three times " + millions(recursive_twin(config.model))));
  }
}

TEST_CASE("README: its example is part of the XOR example, which has thirty lines") {
  const std::string example = book("docs/examples/xor/xor.cpp"), code = part(book("README.md"), "```cpp\n", "```");
  CHECK_THAT(example, ContainsSubstring(code.substr(code.find('\n') + 1)));
  CHECK(std::abs(std::count(example.begin(), example.end(), '\n') - 33) <= 2);
}

TEST_CASE("README: there are as many lessons as it says") {
  int lessons = 0;
  for (const auto& file : std::filesystem::directory_iterator(std::string(TINYMOR_TREE) + "/visualizer/lessons"))
    lessons += file.path().extension() == ".lesson";
  CHECK(lessons == 14);
  CHECK_THAT(book("README.md"), ContainsSubstring("fourteen lessons"));
}

TEST_CASE("the book: every key that it sets with --set exists and takes that value") {
  std::string text = book("README.md");
  for (const auto& file : std::filesystem::directory_iterator(std::string(TINYMOR_TREE) + "/docs"))
    if (file.path().extension() == ".md") text += "\n" + read_file(file.path(), 1 << 20);
  std::istringstream words(text);
  int found = 0;
  for (std::string word; words >> word;) {
    if (!word.ends_with("--set") || !(words >> word)) continue;
    word.resize(std::min(word.find_first_of("`|;\""), word.size()));
    if (word.find('=') == std::string::npos || word.ends_with("KEY=VALUE")) continue;
    Config config;
    CAPTURE(word);
    CHECK_NOTHROW(set_config_key(config, word));
    ++found;
  }
  CHECK(found > 5);
}
