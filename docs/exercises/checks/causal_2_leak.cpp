#include <algorithm>
#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

using Choice = std::vector<int64_t>;

/// Those with a score of 0 or more.
Choice by_sign(const std::vector<double>& scores) {
  Choice places;
  for (size_t i = 0; i < scores.size(); ++i)
    if (scores[i] >= 0) places.push_back(int64_t(i));
  return places;
}

/// The best half.
Choice best_half(const std::vector<double>& scores) {
  Choice places(scores.size());
  for (size_t i = 0; i < places.size(); ++i) places[i] = int64_t(i);
  std::stable_sort(places.begin(), places.end(), [&](int64_t a, int64_t b) { return scores[a] > scores[b]; });
  places.resize(places.size() / 2);
  std::sort(places.begin(), places.end());
  return places;
}

/// Those that are larger than all before them.
Choice records(const std::vector<double>& scores) {
  Choice places;
  for (size_t i = 0; i < scores.size(); ++i)
    if (i == 0 || scores[i] > *std::max_element(scores.begin(), scores.begin() + int64_t(i)))
      places.push_back(int64_t(i));
  return places;
}

/// Those above the mean of all.
Choice above_mean(const std::vector<double>& scores) {
  double mean = 0;
  for (double z : scores) mean += z / double(scores.size());
  Choice places;
  for (size_t i = 0; i < scores.size(); ++i)
    if (scores[i] > mean) places.push_back(int64_t(i));
  return places;
}

/// Those that are nearly as large as the last one, or as small.
Choice near_the_last(const std::vector<double>& scores) {
  Choice places;
  for (size_t i = 0; i < scores.size(); ++i)
    if (std::abs(scores[i] - scores.back()) < 1.5) places.push_back(int64_t(i));
  return places;
}

/// Those with a score of 0 or more, the best first.
Choice best_first(const std::vector<double>& scores) {
  Choice places = by_sign(scores);
  std::stable_sort(places.begin(), places.end(), [&](int64_t a, int64_t b) { return scores[a] > scores[b]; });
  return places;
}

Finding check_leak() {
  struct Case {
    const char* name;
    Choice (*choose)(const std::vector<double>&);
    std::vector<double> scores;
    int64_t leak;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {"scores of 0 or more",
            by_sign,
            {1, -1, 2, 3},
            -1,
            "each goes by its own score; the last place does not count"},
           {"the best half", best_half, {-1, 4, 2, 1}, 2, "with a very large last score place 2 is not taken any more"},
           {"the best half", best_half, {1, 4, 2, 5}, 2, "with a very small last score place 2 is taken as well"},
           {"scores above the mean",
            above_mean,
            {3, -1, 2, 0},
            0,
            "compare who is taken, place by place from the first"},
           {"scores larger than all before", records, {1, 3, 2, 5}, -1, "looking back is allowed"},
           {"scores near the last one",
            near_the_last,
            {5, 1, 7, 2},
            1,
            "neither a very large nor a very small last score takes place 1: compare both with the scores as they are"},
           {"scores of 0 or more, the best first",
            best_first,
            {1, -1, 2, 3},
            -1,
            "the same places in another order are not a leak: ask of each place whether it is taken"}}) {
    trying(fmt::format("{} of {}", wanted.name, fmt::join(wanted.scores, ", ")));
    const int64_t given = first_leak(wanted.choose, wanted.scores);
    if (given != wanted.leak)
      return not_yet(fmt::format("{} of {}: should be {}, you gave {}", wanted.name, fmt::join(wanted.scores, ", "),
                                 wanted.leak, given),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({8, "causal_2_leak", "A detector of leaks",
                       "choose with three last scores and compare the places before the last", check_leak});

}  // namespace
}  // namespace tinymor
