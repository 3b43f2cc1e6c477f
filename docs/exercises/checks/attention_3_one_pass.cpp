#include <algorithm>
#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

using Values = std::vector<std::vector<double>>;

std::vector<double> in_two_passes(const std::vector<double>& scores, const Values& values) {
  const double largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  std::vector<double> mix(values[0].size());
  for (size_t j = 0; j < scores.size(); ++j) {
    const double weight = std::exp(scores[j] - largest);
    sum += weight;
    for (size_t c = 0; c < mix.size(); ++c) mix[c] += weight * values[j][c];
  }
  for (double& number : mix) number /= sum;
  return mix;
}

Finding check_one_pass() {
  struct Case {
    std::vector<double> scores;
    Values values;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{3}, {{7, 8}}, "one key has the weight 1, whatever its score"},
           {{2, 2}, {{1, 10}, {3, 30}}, "equal scores: the mean of the values. Divide the mix by the sum at the end"},
           {{3, 1, 2}, {{1, 10}, {2, 20}, {4, 30}}, "here the first score stays the largest: weight e^(score - 3)"},
           {{1, 3, 2},
            {{1, 10}, {2, 20}, {4, 30}},
            "3 is a new largest: the sum and the mix so far must both be multiplied by e^(old largest - new largest)"},
           {{1000, 1001}, {{1}, {2}}, "e^1000 overflows: take the exponential of differences only"},
           {{-1000, -1001}, {{1}, {2}}, "e^-1000 is 0: begin with the first score as the largest, not with 0"},
           {{-1000, 0, 1000, 0}, {{1}, {2}, {3}, {4}}, "the largest changes twice here"}}) {
    const std::string list = fmt::format("{}", fmt::join(wanted.scores, ", "));
    trying("the scores " + list);
    size_t given_out = 0;
    const std::vector<double> given = one_pass_attention([&](double& score, std::vector<double>& value) {
      if (given_out == wanted.scores.size()) return false;
      score = wanted.scores[given_out];
      value = wanted.values[given_out++];
      return true;
    });
    const std::vector<double> right = in_two_passes(wanted.scores, wanted.values);
    if (given_out < wanted.scores.size())
      return not_yet(fmt::format("of the scores {} you took {}", list, given_out),
                     "while (next(score, value)) takes them all");
    if (given.size() != right.size())
      return not_yet(
          fmt::format("scores {}: the values have {} numbers, your result {}", list, right.size(), given.size()),
          "the result is as wide as a value");
    for (size_t c = 0; c < right.size(); ++c)
      if (!(std::abs(given[c] - right[c]) < 1e-9 * (1 + std::abs(right[c]))))
        return not_yet(
            fmt::format("scores {}: number {} should be {:.6f}, you gave {:.6f}", list, c, right[c], given[c]),
            wanted.hint);
  }
  return done();
}

const AddExercise add({5, "attention_3_one_pass", "Attention of one query in one pass",
                       "fast_3_online_softmax, with a mix of values that is treated just as the sum is",
                       check_one_pass});

}  // namespace
}  // namespace tinymor
