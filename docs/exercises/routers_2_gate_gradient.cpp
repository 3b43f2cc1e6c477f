// Exercise 2 of chapter 7: the backward of the gate.
//
// x' = x + alpha sigmoid(z) y, and g is the gradient of x'. Each number of x and y has one use. z has as many uses as y
// has numbers: what arrives from them adds up. The slope of sigmoid(z) is sigmoid(z) (1 - sigmoid(z)).
#include "exercises.h"

namespace tinymor {

GateGrads gate_backward(double alpha, double z, const std::vector<double>& y, const std::vector<double>& g) {
  return {};
}

}  // namespace tinymor
