#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_rope() {
  struct Case {
    std::vector<double> head;
    int64_t position;
    double theta;
    std::vector<double> wanted;
    const char* hint;
  };
  const double c1 = std::cos(1), s1 = std::sin(1), c3 = std::cos(3), s3 = std::sin(3);
  for (const Case& wanted : std::vector<Case>{
           {{5, 7}, 0, 10000, {5, 7}, "at position 0 every angle is 0, and nothing is turned"},
           {{1, 0}, 1, 10000, {c1, s1}, "one pair, turned by 1 radian: (cos 1, sin 1)"},
           {{0, 1},
            1,
            10000,
            {-s1, c1},
            "(u, v) becomes (u cos a - v sin a, v cos a + u sin a), with the old u in both"},
           {{1, 0, 0, 0}, 3, 10000, {c3, 0, s3, 0}, "in a head of 4, number 0 goes with number 2, not with number 1"},
           {{0, 1, 0, 1},
            2,
            10000,
            {0, std::cos(0.02) - std::sin(0.02), 0, std::cos(0.02) + std::sin(0.02)},
            "pair 1 of a head of 4 turns by position * theta^(-2/4), 0.01 for each position"},
           {{1, 1, 1, 1, 1, 1},
            1,
            1000,
            {c1 - s1, std::cos(0.1) - std::sin(0.1), std::cos(0.01) - std::sin(0.01), c1 + s1,
             std::cos(0.1) + std::sin(0.1), std::cos(0.01) + std::sin(0.01)},
            "three pairs here, and theta is 1000: the angles are 1, 0.1 and 0.01"}}) {
    const std::string setting =
        fmt::format("({}) at position {} with theta {}", fmt::join(wanted.head, ", "), wanted.position, wanted.theta);
    trying(setting);
    const std::vector<double> given = turned(wanted.head, wanted.position, wanted.theta);
    if (given.size() != wanted.head.size())
      return not_yet(fmt::format("{}: should have {} numbers, you gave {}", setting, wanted.head.size(), given.size()),
                     "the result is as wide as the head");
    for (size_t i = 0; i < given.size(); ++i)
      if (!(std::abs(given[i] - wanted.wanted[i]) < 1e-9))
        return not_yet(
            fmt::format("{}: number {} should be {:.6f}, you gave {:.6f}", setting, i, wanted.wanted[i], given[i]),
            wanted.hint);
  }
  return done();
}

const AddExercise add({5, "attention_1_rope", "Turning a head to its position",
                       "for each pair i: one angle, one cosine, one sine, and the two numbers i and i + D/2",
                       check_rope});

}  // namespace
}  // namespace tinymor
