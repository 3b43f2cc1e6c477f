// Exercise 1 of chapter 6: which layer uses which weights.
//
//     cycle, 6 layers, 2 recursions:            0 1 2 0 1 2
//     sequence, 6 layers, 2 recursions:         0 0 1 1 2 2
//     middle_cycle, 6 layers, 2 recursions:     0 1 2 1 2 3
//     middle_sequence, 6 layers, 2 recursions:  0 1 1 2 2 3
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> sets_of_layers(SharingExercise sharing, int64_t layers, int64_t recursions) {
  return {};
}

}  // namespace tinymor
