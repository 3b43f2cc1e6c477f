// The numbers of docs/13-from-scores-to-text.md, computed again. If you change one, change the other. What the bundled
// run writes is printed by the commands beside it.

#include <cmath>
#include <map>

#include "mor/sampling.h"
#include "support/catch.h"
#include "support/close.h"

using namespace tinymor;

namespace {

using Ids = std::vector<int32_t>;

const std::vector<Real> kLogits{3, 2, 1.5, 0, -1, -2};
const Ids kText{0, 4};

/// That the tokens which may come are `ids`, with the probabilities that the book prints.
void check_distribution(const SampleOptions& options, const Ids& ids, const std::vector<double>& probabilities,
                        const std::vector<Real>& logits = kLogits) {
  CAPTURE(options.temperature, options.top_k, options.top_p, options.min_p, options.repetition_penalty);
  Ids given;
  std::vector<Real> likely;
  for (const Candidate& candidate : distribution(logits, options, kText)) {
    given.push_back(candidate.id);
    likely.push_back(candidate.probability);
  }
  CHECK(given == ids);
  check_printed(Tensor({int64_t(likely.size())}, likely), probabilities);
}

}  // namespace

TEST_CASE("chapter 13: the six logits have its probabilities at every temperature") {
  const Ids all{0, 1, 2, 3, 4, 5};
  check_distribution({.temperature = 1}, all, {0.6003, 0.2208, 0.1339, 0.0299, 0.0110, 0.0040});
  check_distribution({.temperature = 0.5}, all, {0.8418, 0.1139, 0.0419, 0.0021, 0.0003, 0.0000});
  check_distribution({.temperature = 2}, all, {0.3969, 0.2407, 0.1875, 0.0886, 0.0537, 0.0326});
  check_distribution({.temperature = 0}, {0}, {1});
  const std::vector<double> powers{20.0855, 7.3891, 4.4817, 1, 0.3679, 0.1353},
      weights{1, 0.3679, 0.2231, 0.0498, 0.0183, 0.0067};
  double sum = 0, total = 0;
  for (size_t i = 0; i < 6; ++i) {
    CHECK(std::exp(double(kLogits[i])) == Approx(powers[i]).margin(half_a_digit));
    CHECK(std::exp(double(kLogits[i]) - 3) == Approx(weights[i]).margin(half_a_digit));
    sum += std::exp(double(kLogits[i]));
    total += std::exp(double(kLogits[i]) - 3);
  }
  CHECK(sum == Approx(33.4595).margin(half_a_digit));
  CHECK(total == Approx(1.6659).margin(half_a_digit));
  CHECK(0.6003 / 0.2208 == Approx(std::exp(1.0)).margin(1e-3));
  CHECK(0.8418 / 0.1139 == Approx(std::exp(2.0)).margin(1e-2));
}

TEST_CASE("chapter 13: each cut-off leaves the tokens that it says") {
  const Ids three{0, 1, 2};
  const std::vector<double> best{0.6285, 0.2312, 0.1402};
  check_distribution({.temperature = 1, .top_k = 3}, three, best);
  check_distribution({.temperature = 1, .top_p = 0.9}, three, best);
  check_distribution({.temperature = 1, .top_p = 0.8}, {0, 1}, {0.7311, 0.2689});
  check_distribution({.temperature = 1, .min_p = 0.1}, three, best);
  CHECK(0.6003 + 0.2208 == Approx(0.8211));
  CHECK(distribution(kLogits, {.temperature = 2, .top_k = 3}).size() == 3);
  CHECK(distribution(kLogits, {.temperature = 2, .top_p = 0.9}).size() == 4);
  CHECK(distribution(kLogits, {.temperature = 2, .min_p = 0.1}).size() == 5);
  CHECK(std::exp(-4 / 2.0) == Approx(0.1353).margin(half_a_digit));
  CHECK(std::exp(-5 / 2.0) == Approx(0.0821).margin(half_a_digit));
}

TEST_CASE("chapter 13: the penalty changes the logits of the text, and depends on where their zero is") {
  const Ids all{0, 1, 2, 3, 4, 5};
  const SampleOptions penalised{.temperature = 1, .repetition_penalty = 1.5};
  const std::vector<double> probabilities{0.3584, 0.3584, 0.2174, 0.0485, 0.0108, 0.0066};
  check_distribution(penalised, all, probabilities);
  check_distribution({.temperature = 1}, all, probabilities, {2, 2, 1.5, 0, -1.5, -2});
  const std::vector<Real> lower{-1, -2, -2.5, -4, -5, -6};
  check_distribution({.temperature = 1}, all, {0.6003, 0.2208, 0.1339, 0.0299, 0.0110, 0.0040}, lower);
  check_distribution(penalised, {0, 1, 2, 3, 5, 4}, {0.4831, 0.2930, 0.1777, 0.0397, 0.0054, 0.0012}, lower);
}

TEST_CASE("chapter 13: all options in their order leave two tokens of six, and in another order would leave three") {
  SampleOptions options{.temperature = 0.8, .repetition_penalty = 1.5};
  const Ids all{0, 1, 2, 3, 4, 5};
  check_distribution(options, all, {0.3793, 0.3793, 0.2030, 0.0311, 0.0048, 0.0026});
  options.min_p = 0.05;
  check_distribution(options, {0, 1, 2, 3}, {0.3821, 0.3821, 0.2045, 0.0314});
  SampleOptions without_top_k = options;
  without_top_k.top_p = 0.78;
  CHECK(distribution(kLogits, without_top_k, kText).size() == 3);
  options.top_k = 3;
  check_distribution(options, {0, 1, 2}, {0.3944, 0.3944, 0.2111});
  options.top_p = 0.78;
  check_distribution(options, {0, 1}, {0.5, 0.5});
  CHECK(0.3944 + 0.3944 == Approx(0.7888));
  CHECK(0.3821 + 0.3821 == Approx(0.7642));
  CHECK(sample(kLogits, options, 0.6, kText) == 1);
  CHECK(std::exp((0 - 2) / 0.8) == Approx(0.0821).margin(half_a_digit));
  CHECK(std::exp((-1.5 - 2) / 0.8) == Approx(0.0126).margin(half_a_digit));
}

TEST_CASE("chapter 13: a draw ends at the token that its walk says") {
  const SampleOptions plain{.temperature = 1};
  CHECK(0.7 - 0.6003 == Approx(0.0997));
  CHECK(sample(kLogits, plain, 0.7) == 1);
  CHECK(sample(kLogits, plain, 0.3) == 0);
  CHECK(sample(kLogits, plain, 0.9) == 2);
  CHECK(sample(kLogits, plain, 0.999) == 5);
  // The ends of their pieces, to four digits.
  const std::vector<double> ends{0.6003, 0.8211, 0.9551, 0.9850, 0.9960};
  for (size_t i = 0; i < ends.size(); ++i) {
    CHECK(sample(kLogits, plain, ends[i] - 1e-4) == int32_t(i));
    CHECK(sample(kLogits, plain, ends[i] + 1e-4) == int32_t(i + 1));
  }
}

TEST_CASE("chapter 13: seed 1 draws the numbers that it prints, and of a thousand tokens as many as it says") {
  const std::vector<double> draws{0.411, 0.672, 0.390, 0.776};
  const Ids tokens{0, 1, 0, 1};
  const SampleOptions plain{.temperature = 1};
  for (size_t n = 0; n < draws.size(); ++n) {
    const double draw = sampling_draw(1, int64_t(n));
    CHECK(draw == Approx(draws[n]).margin(10 * half_a_digit));
    CHECK(sample(kLogits, plain, draw) == tokens[n]);
  }
  CHECK(sampling_draw(2, 0) == Approx(0.213).margin(10 * half_a_digit));
  std::map<int32_t, int> counts;
  for (int64_t n = 0; n < 1000; ++n) ++counts[sample(kLogits, plain, sampling_draw(1, n))];
  CHECK(counts == std::map<int32_t, int>{{0, 604}, {1, 222}, {2, 132}, {3, 30}, {4, 10}, {5, 2}});
}

TEST_CASE("chapter 13: only the tokens above a floor are sorted, three of six for most draws") {
  double three = 0, total = 0;
  for (size_t i = 0; i < 6; ++i) {
    const double weight = std::exp(double(kLogits[i]) - 3);
    CHECK((weight >= 1 / 16.0) == (i < 3));
    CHECK(weight >= 1 / 256.0);
    if (i < 3) three += weight;
    total += weight;
  }
  CHECK(1 / 16.0 == 0.0625);
  CHECK(three == Approx(1.5910).margin(half_a_digit));
  CHECK(three / total == Approx(0.9551).margin(half_a_digit));
  CHECK(std::log2(32000.0) == Approx(15).margin(0.05));
  CHECK(32000 * 15 == 480000);
}

TEST_CASE("chapter 13: the answers to its exercises are right") {
  CHECK(distribution(kLogits, {.temperature = 1, .top_p = 0.5}).size() == 1);
  const auto tempered = distribution(kLogits, {.temperature = 1.5});
  CHECK(tempered[0].probability / tempered[2].probability == Approx(std::exp(1.0)));
  CHECK(distribution(kLogits, {.temperature = 1, .min_p = 1}).size() == 1);
  CHECK(distribution(std::vector<Real>{1, 3, 3}, {.temperature = 1, .min_p = 1}).size() == 2);
  CHECK(distribution(kLogits, {.temperature = 1, .top_p = 0.999}).size() == 6);
  CHECK(std::exp(1.0) == Approx(2.718).margin(5e-4));
  CHECK(std::exp(2.0) == Approx(7.39).margin(5e-3));
}
