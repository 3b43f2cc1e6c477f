// Exercise 1 of chapter 5: turning a head to its position.
//
// Pair i of a head of width D is the numbers x[i] and x[i + D/2]. It is turned by the angle
//     a = position * theta^(-2i/D)
// which takes (u, v) to (u cos a - v sin a, v cos a + u sin a). std::pow, std::cos and std::sin are in <cmath>.
#include "exercises.h"

namespace tinymor {

std::vector<double> turned(const std::vector<double>& head, int64_t position, double theta) {
  return {};
}

}  // namespace tinymor
