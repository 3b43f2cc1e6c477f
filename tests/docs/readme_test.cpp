// What README.md and the chapters say of their measured tables, computed from those tables. The tables themselves are
// printed by the commands that stand beside them.

#include <cmath>
#include <sstream>

#include "support/catch.h"
#include "support/close.h"
#include "tensor/files.h"

using namespace tinymor;

namespace {

std::string book(const std::string& file) {
  return read_file(std::string(TINYMOR_TREE) + "/" + file, 1 << 20);
}

/// The cells of the row of a table that begins so.
std::vector<std::string> row(const std::string& text, const std::string& begin) {
  const size_t at = text.find("\n| " + begin + " |");
  REQUIRE(at != std::string::npos);
  std::istringstream line(text.substr(at + 2, text.find('\n', at + 1) - at - 2));
  std::vector<std::string> cells;
  for (std::string cell; std::getline(line, cell, '|');) cells.push_back(cell);
  return cells;
}

double number(const std::string& cell) {
  return std::stod(cell);
}

}  // namespace

TEST_CASE("README: what sharing and routing cost is what the last row of its table says, in chapter 6 too") {
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

TEST_CASE("chapter 9: the ratios of `bench serve` are those of its tokens, and of the layers that are computed") {
  const std::string chapter = book("docs/09-remembering-less.md");
  const auto tokens = [&](const std::string& name) {
    const size_t at = chapter.find("\n" + name);
    REQUIRE(at != std::string::npos);
    return number(chapter.substr(at + 1 + name.size()));
  };
  const double vanilla = tokens("vanilla, by sequence");
  for (const char* name : {"MoR, by sequence", "MoR, by depth"})
    CHECK_THAT(chapter, ContainsSubstring(fmt::format("tokens/s   {:.2f} x", tokens(name) / vanilla)));
  CHECK_THAT(chapter, ContainsSubstring(fmt::format("a ratio of {:.2f}", 34 / (2 + 8 * 2.5))));
}
