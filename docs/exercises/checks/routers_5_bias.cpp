#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_bias() {
  struct Case {
    std::vector<std::vector<double>> probabilities;
    std::vector<double> biases;
    std::vector<int64_t> depths;
    std::vector<double> weights, after;
    const char* hint;
  };
  const double rate = 0.125;
  for (const Case& wanted :
       std::vector<Case>{{{{0.75, 0.25}, {0.625, 0.375}},
                          {0, 0},
                          {1, 1},
                          {0.75, 0.625},
                          {-0.125, 0.125},
                          "both choose depth 1: its load is above the mean, the other's below"},
                         {{{0.4, 0.6}},
                          {0.1, -0.2},
                          {1},
                          {0.4},
                          {-0.025, -0.075},
                          "0.4 + 0.1 beats 0.6 - 0.2; the weight is the probability without the bias"},
                         {{{0.5, 0.5}}, {0, 0}, {1}, {0.5}, {-0.125, 0.125}, "of equal ones the shallowest"},
                         {{{0.75, 0.25}, {0.25, 0.75}},
                          {0.25, 0.25},
                          {1, 2},
                          {0.75, 0.75},
                          {0.25, 0.25},
                          "both loads are the mean: no bias moves"},
                         {{{0.5, 0.25, 0.25}, {0.5, 0.25, 0.25}, {0.25, 0.5, 0.25}},
                          {0, 0, 0},
                          {1, 1, 2},
                          {0.5, 0.5, 0.5},
                          {-0.125, 0, 0.125},
                          "loads 2, 1 and 0 of 3: the second is just the mean"}}) {
    std::string text;
    for (const std::vector<double>& token : wanted.probabilities) text += fmt::format("({}) ", fmt::join(token, ", "));
    const std::string what =
        fmt::format("probabilities {}with the biases {} and a rate of {}", text, fmt::join(wanted.biases, ", "), rate);
    trying(what);
    std::vector<double> biases = wanted.biases;
    const Balanced given = choose_and_balance(wanted.probabilities, rate, biases);
    if (given.depths != wanted.depths)
      return not_yet(
          fmt::format("{}: the depths should be {}, you gave {}", what, shown(wanted.depths), shown(given.depths)),
          wanted.hint);
    for (size_t t = 0; t < wanted.weights.size(); ++t)
      if (given.weights.size() != wanted.weights.size() || !(std::abs(given.weights[t] - wanted.weights[t]) < 1e-12))
        return not_yet(fmt::format("{}: the weight of token {} should be {}, you gave {}", what, t, wanted.weights[t],
                                   t < given.weights.size() ? fmt::format("{}", given.weights[t]) : "none"),
                       wanted.hint);
    for (size_t i = 0; i < wanted.after.size(); ++i)
      if (biases.size() != wanted.after.size() || !(std::abs(biases[i] - wanted.after[i]) < 1e-12))
        return not_yet(fmt::format("{}: afterwards bias {} should be {}, you gave {}", what, i, wanted.after[i],
                                   i < biases.size() ? fmt::format("{}", biases[i]) : "none"),
                       wanted.hint);
  }
  return done();
}

const AddExercise add(
    {7, "routers_5_bias", "Balance without a loss",
     "choose with the bias, count the loads, then move each bias by bias_rate against the side of the mean",
     check_bias});

}  // namespace
}  // namespace tinymor
