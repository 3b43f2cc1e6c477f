// docs/19-what-the-paper-claims.md takes its numbers from other chapters: they are the same there.

#include <fmt/format.h>

#include "mor/counts.h"
#include "support/book.h"
#include "support/tiny_models.h"

using namespace tinymor;

namespace {

const char* const kFile = "docs/19-what-the-paper-claims.md";

/// A row of chapter 10's second table about a corpus.
std::vector<std::string> claim(const char* corpus, const std::string& what) {
  return row(part(book("docs/10-does-it-hold.md"), fmt::format("## {}", corpus), "\n## "), what);
}

/// "0.028 ± 0.013" as a cell has it, with its sign or without one.
std::string spread(const std::string& cell, bool sign) {
  const std::string both = unwrapped(cell);
  return sign || both[0] == '-' ? both : both.substr(1);
}

}  // namespace

TEST_CASE("chapter 19: its differences in loss are those of chapter 10") {
  const std::string text = book(kFile), said = unwrapped(text);
  struct Row {
    const char* here;
    const char* there;
  };
  for (const Row& each : {Row{"expert choice against vanilla", "MoR against vanilla, equal FLOPs (T3)"},
                          Row{"expert choice against recursive", "MoR against recursive, equal FLOPs (T3)"}}) {
    CAPTURE(each.here);
    const std::vector<std::string> cells = row(text, each.here);
    CHECK(unwrapped(cells[1]) == unwrapped(claim("Stories", each.there)[2]));
    CHECK(unwrapped(cells[2]) == unwrapped(claim("Puzzles", each.there)[2]));
    CHECK(number(cells[3]) == number(claim("Stories", each.there)[1]));
  }
  const std::string sharing = "recursive against vanilla, equal tokens (T10)";
  CHECK_THAT(said, ContainsSubstring("they cost " + spread(claim("Stories", sharing)[2], false)));
  CHECK_THAT(said, ContainsSubstring("told from luck, " + spread(claim("Puzzles", sharing)[2], true)));
  const std::string kinds = "expert against token choice, equal FLOPs (T3)";
  CHECK_THAT(said, ContainsSubstring("here token choice by " + spread(claim("Stories", kinds)[2], false)));
  const std::string learned = "learned against random router, equal tokens (T13)";
  CHECK_THAT(said,
             ContainsSubstring("by " + spread(claim("Stories", learned)[2], true).substr(1) + " here on stories"));
  CHECK_THAT(said, ContainsSubstring("by " + spread(claim("Puzzles", learned)[2], true).substr(1) + " on puzzles"));
  CHECK_THAT(said, ContainsSubstring(
                       fmt::format("Ours are {} and {}",
                                   spread(claim("Stories", "shared against own keys, expert choice (T15)")[2], false),
                                   spread(claim("Stories", "shared against own keys, token choice (T15)")[2], true))));
  const std::string stories = part(book("docs/10-does-it-hold.md"), "## Stories", "\n## ");
  const auto equal_flops = [&](const char* model) { return unwrapped(row(stories, model)[2]); };
  CHECK_THAT(said, ContainsSubstring(fmt::format("Token choice has {:.3f} for equal FLOPs on stories, and vanilla {}",
                                                 number(equal_flops("token choice")), equal_flops("vanilla"))));
  CHECK_THAT(said, ContainsSubstring(fmt::format("MoR has {:.3f} for equal FLOPs on stories and {:.3f}",
                                                 number(equal_flops("expert choice")),
                                                 number(row(stories, "expert choice")[1]))));
  const std::string depths = part(book("docs/10-does-it-hold.md"), "## Does depth", "\n## ");
  CHECK_THAT(said, ContainsSubstring("depth and loss is " + unwrapped(row(depths, "expert choice")[3])));
  CHECK_THAT(said, ContainsSubstring("Token choice has " + unwrapped(row(depths, "token choice")[3])));
}

TEST_CASE("chapter 19: what is counted, and its times, are those of the other chapters and of README") {
  const std::string said = unwrapped(book(kFile)), readme = book("README.md");
  ModelConfig paper = paper_360m();
  const auto layers = [](const ModelConfig& config) { return double(count_parameters(config).layers); };
  const double vanilla = layers(paper);
  paper.sharing = Sharing::middle_cycle;
  for (const auto& [n, share] : {std::pair{2, "0.53"}, std::pair{3, "0.375"}}) {
    paper.n_recursions = n;
    paper.router.capacity.clear();
    paper.resolve();
    CHECK(layers(paper) / vanilla == Approx(std::stod(share)).margin(5e-3));
    CHECK_THAT(said, ContainsSubstring(share));
  }
  CHECK(49152 * 960 == 47185920);
  for (const char* what : {"parameters outside of the embedding, MoR (T3)", "FLOPs per token, MoR (T3)",
                           "bytes of cache per token, MoR (T2, with the two unique layers)"}) {
    CAPTURE(what);
    CHECK_THAT(said, ContainsSubstring(fmt::format("{:.3f}", number(claim("Stories", what)[2]))));
  }
  for (const char* step : {"small", "big"}) {
    const double whole = number(row(readme, fmt::format("`{}`", step))[1]);
    const double mor = number(row(readme, fmt::format("`{}-mor`", step))[1]);
    CHECK_THAT(said, ContainsSubstring(fmt::format("{:.1f}", whole)));
    CHECK_THAT(said, ContainsSubstring(fmt::format("{:.1f}", mor)));
    CHECK_THAT(said, ContainsSubstring(fmt::format("{:.0f} % less", 100 * (1 - mor / whole))));
  }
  const std::string serving = book("docs/09-remembering-less.md");
  size_t at = 0;
  for (const char* ratio : {"1.49", "1.62", "2.60"}) {
    CAPTURE(ratio);
    at = serving.find("MoR        by depth", at);
    REQUIRE(at != std::string::npos);
    CHECK_THAT(serving.substr(at, 45), ContainsSubstring(ratio));
    CHECK_THAT(said, ContainsSubstring(fmt::format("| {} |", ratio)));
    ++at;
  }
  CHECK(34 / 22.0 == Approx(1.55).margin(5e-3));
  CHECK(2.7824 - 2.7511 == Approx(0.031).margin(5e-4));
  CHECK(2.7925 - 2.7824 == Approx(0.010).margin(5e-4));
}
