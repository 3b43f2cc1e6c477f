// The numbers of docs/10-does-it-hold.md. Its tables of measured ones are `tinymor bench claims`'; here are computed
// again what is exact, and what tables and sentences say that follows from another table.

#include "datasets/corpus.h"
#include "datasets/tokenizer.h"
#include "mor/counts.h"
#include "mor/twins.h"
#include "support/book.h"
#include "trainer/experiments/claims.h"

using namespace tinymor;

namespace {

const char* const kFile = "docs/10-does-it-hold.md";

std::string section(const std::string& corpus) {
  return part(book(kFile), corpus == "stories" ? "## Stories" : "## Puzzles", "\n## ");
}

/// What the first table of a corpus says of every model, as the outcome of a single seed.
std::vector<VariantOutcomes> printed_outcomes(const std::string& corpus) {
  const std::string text = section(corpus);
  std::vector<VariantOutcomes> all;
  for (const Variant& variant : variants()) {
    const std::vector<std::string> cells = row(text, variant.name);
    all.push_back({variant.name, claims_config(corpus, variant)});
    all.back().equal_tokens = {{.loss = number(cells[1])}};
    all.back().equal_flops = {{.loss = number(cells[2])}};
  }
  return all;
}

ModelConfig model_of(const char* name) {
  for (const Variant& variant : variants())
    if (variant.name == name) return claims_config("stories", variant).model;
  throw Error(name);
}

}  // namespace

TEST_CASE("chapter 10: sizes, steps and the meaning of equal FLOPs are those of `tinymor bench claims`") {
  const std::string text = unwrapped(book(kFile));
  for (const Variant& variant : variants()) {
    const Config config = claims_config("stories", variant);
    CHECK_THAT(text, ContainsSubstring(fmt::format("{} wide", config.model.d_model)));
    CHECK(config.model.n_layers == 8);
    CHECK_THAT(text, ContainsSubstring(fmt::format("texts of {} characters in batches of {}", config.model.max_seq_len,
                                                   config.train.batch_size)));
    CHECK_THAT(text, ContainsSubstring(fmt::format("The bundled stories, {} steps", config.train.steps)));
    CHECK_THAT(text, ContainsSubstring(fmt::format("{} steps.", claims_config("puzzles", variant).train.steps)));
  }
  int64_t all_steps = 0;
  for (const char* corpus : {"stories", "puzzles"})
    for (const Variant& variant : variants()) {
      const Config config = claims_config(corpus, variant);
      const int64_t steps = config.train.steps, more = steps_of_equal_flops(model_of("vanilla"), config.model, steps);
      all_steps += 3 * (steps + (more == steps ? 0 : more));  // three seeds
    }
  CHECK_THAT(text, ContainsSubstring("trains for 250 thousand steps"));
  CHECK(double(all_steps) == Approx(250e3).epsilon(0.02));
  const ModelConfig vanilla = model_of("vanilla"), mor = model_of("expert choice");
  CHECK_THAT(text, ContainsSubstring(fmt::format("expert choice gets {} % more",
                                                 steps_of_equal_flops(vanilla, mor, 1000) / 10 - 100)));
  ModelConfig with = mor;
  with.vocab_size = train_char_tokenizer(load_corpus("stories"))->vocab_size();
  const ParameterCounts counts = count_parameters(with);
  CHECK(double(counts.embedding + counts.layers + counts.routers) == Approx(200e3).epsilon(0.02));
}

TEST_CASE("chapter 10: the second table of each corpus follows from the first, and has the paper's numbers") {
  for (const char* corpus : {"stories", "puzzles"}) {
    const std::string text = section(corpus);
    const std::vector<Claim> claims = compare_with_paper(printed_outcomes(corpus));
    CHECK(claims.size() == 12);
    for (const Claim& claim : claims) {
      CAPTURE(corpus, claim.what);
      const std::vector<std::string> cells = row(text, claim.what);
      CHECK(number(cells[1]) == Approx(claim.paper).margin(5.01e-4));
      // Counts are exact to the last digit; differences are those of two means that were rounded, too.
      const bool counted = claim.unit != "nats";
      CHECK(number(cells[2]) == Approx(claim.here.mean).margin(counted ? 5.01e-4 : 1.51e-3));
      if (counted) CHECK(deviation(cells[2]) == 0);
    }
  }
}

TEST_CASE("chapter 10: its words about the losses on stories agree with the tables") {
  const std::string text = unwrapped(section("stories"));
  const auto loss = [&](const char* model) { return number(row(section("stories"), model)[1]); };
  CHECK_THAT(text, ContainsSubstring(fmt::format("Half the parameters cost {:.2f} nats here, dropping a third of the "
                                                 "work another {:.2f}",
                                                 loss("recursive") - loss("vanilla"),
                                                 loss("expert choice") - loss("recursive"))));
  const auto equal_flops = [&](const char* model) { return number(row(section("stories"), model)[2]); };
  CHECK(equal_flops("expert choice") < equal_flops("recursive"));
  CHECK(equal_flops("expert choice") > equal_flops("vanilla"));
  CHECK(equal_flops("token choice") < equal_flops("expert choice"));
}

TEST_CASE(
    "chapter 10: differences vary from seed to seed as chapter 11 says, which calls anything within twice that luck") {
  double largest = 0;
  for (const char* corpus : {"stories", "puzzles"})
    for (const Claim& claim : compare_with_paper(printed_outcomes(corpus)))
      largest = std::max(largest, deviation(row(section(corpus), claim.what)[2]));
  const std::string tour = unwrapped(book("docs/11-a-tour-of-the-app.md"));
  CHECK_THAT(tour, ContainsSubstring(fmt::format("such differences vary by {:.2f} from seed to seed", largest)));
  CHECK_THAT(tour, ContainsSubstring(fmt::format("closer together than {:.2f} nats", 2 * largest)));
}

TEST_CASE("chapter 10: its words about depths agree with their table") {
  const std::string text = part(book(kFile), "## Does depth", "\n## "), said = unwrapped(text);
  const auto cells = [&](const std::string& model) { return row(text, model); };
  const std::vector<std::string> expert = cells("expert choice"), token = cells("token choice");
  CHECK_THAT(said, ContainsSubstring(fmt::format("the answers get {:.2f} recursions on average and the easy characters "
                                                 "{:.2f}, but the three seeds differ by {:.2f}",
                                                 number(expert[1]), number(expert[2]), deviation(expert[1]))));
  CHECK_THAT(said, ContainsSubstring(fmt::format("ρ is {:.2f} ± {:.2f}", number(expert[3]), deviation(expert[3]))));
  CHECK_THAT(said, ContainsSubstring(fmt::format("a random router has ± {:.2f}",
                                                 deviation(cells("expert choice, random router")[3]))));
  CHECK_THAT(said, ContainsSubstring(fmt::format("answers leave after {:.2f} recursions, ρ = {:.2f}", number(token[1]),
                                                 number(token[3]))));
  CHECK_THAT(said, ContainsSubstring("A random router gives 2.0, 2.0 and 0."));
  for (const char* model : {"expert choice, random router", "token choice, random router"}) {
    CHECK(number(cells(model)[1]) == Approx(2).margin(0.06));
    CHECK(number(cells(model)[2]) == Approx(2).margin(0.06));
    CHECK(number(cells(model)[3]) == Approx(0).margin(0.06));
  }
}
