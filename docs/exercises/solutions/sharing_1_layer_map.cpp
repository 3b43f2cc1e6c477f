// The middle strategies are the other two, moved by one, between a first and a last layer of their own.
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> sets_of_layers(SharingExercise sharing, int64_t layers, int64_t recursions) {
  const bool middle = sharing == SharingExercise::middle_cycle || sharing == SharingExercise::middle_sequence;
  const bool cycle = sharing == SharingExercise::cycle || sharing == SharingExercise::middle_cycle;
  const int64_t shared = middle ? layers - 2 : layers, block = shared / recursions;
  std::vector<int64_t> sets;
  for (int64_t l = 0; l < shared; ++l) sets.push_back((cycle ? l % block : l / recursions) + (middle ? 1 : 0));
  if (middle) {
    sets.insert(sets.begin(), 0);
    sets.push_back(block + 1);
  }
  return sets;
}

}  // namespace tinymor
