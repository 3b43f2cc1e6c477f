#include <algorithm>
#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

using Numbers = std::vector<double>;

Numbers in_two_passes(const Numbers& query, const std::vector<Numbers>& keys, const std::vector<Numbers>& values) {
  Numbers scores, mean(values[0].size(), 0);
  for (const Numbers& key : keys) {
    double score = 0;
    for (size_t i = 0; i < query.size(); ++i) score += query[i] * key[i];
    scores.push_back(score / std::sqrt(double(query.size())));
  }
  const double largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (double& score : scores) sum += score = std::exp(score - largest);
  for (size_t s = 0; s < keys.size(); ++s)
    for (size_t i = 0; i < mean.size(); ++i) mean[i] += scores[s] / sum * values[s][i];
  return mean;
}

Finding check_attend() {
  struct Case {
    Numbers query;
    std::vector<Numbers> keys, values;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {{1}, {{1}}, {{5, 7}}, "one entry: its weight is 1, whatever the score"},
           {{0}, {{1}, {2}}, {{2}, {4}}, "equal scores: the plain mean"},
           {{1}, {{2}, {1}}, {{2}, {4}}, "the first score stays the largest"},
           {{1}, {{1}, {2}}, {{2}, {4}}, "a new largest: both sums shrink by e^(old largest - new largest)"},
           {{1, 1, 1, 1}, {{1, 0, 0, 1}, {0, 0, 0, 0}}, {{1, 0, 3}, {0, 1, 3}}, "divide by the root of the width, 2"},
           {{1}, {{1000}, {1001}}, {{2}, {4}}, "e^1000 overflows: take the exponential of differences only"},
           {{1},
            {{-1000}, {-1001}, {-999}},
            {{2}, {4}, {0}},
            "e^-1000 is 0: begin with the first score, not with 0"}}) {
    trying(fmt::format("query ({}), {} entries", fmt::join(wanted.query, ", "), wanted.keys.size()));
    size_t given_out = 0;
    const Numbers given = attend(wanted.query, [&](Numbers& key, Numbers& value) {
      if (given_out == wanted.keys.size()) return false;
      key = wanted.keys[given_out];
      value = wanted.values[given_out++];
      return true;
    });
    const Numbers right = in_two_passes(wanted.query, wanted.keys, wanted.values);
    bool agrees = given.size() == right.size();
    for (size_t i = 0; agrees && i < right.size(); ++i) agrees = std::abs(given[i] - right[i]) < 1e-9;
    if (agrees) continue;
    std::string entries;
    for (size_t s = 0; s < wanted.keys.size(); ++s)
      entries += fmt::format(" ({}) with ({})", fmt::join(wanted.keys[s], ", "), fmt::join(wanted.values[s], ", "));
    return not_yet(fmt::format("query ({}), keys and values{}: should be ({:.6f}), you gave ({:.6f})",
                               fmt::join(wanted.query, ", "), entries, fmt::join(right, ", "), fmt::join(given, ", ")),
                   wanted.hint);
  }
  return done();
}

const AddExercise add({9, "cache_3_attend", "Attention of one query over a cache",
                       "the online softmax of chapter 4, with a vector beside the sum", check_attend});

}  // namespace
}  // namespace tinymor
