#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_layer_map() {
  using S = SharingExercise;
  struct Case {
    S sharing;
    const char* name;
    int64_t layers, recursions;
    std::vector<int64_t> sets;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {S::cycle, "cycle", 9, 3, {0, 1, 2, 0, 1, 2, 0, 1, 2}, "the block has 9/3 layers: layer l uses l mod 3"},
           {S::cycle, "cycle", 6, 2, {0, 1, 2, 0, 1, 2}, "the block has 6/2 layers: l mod (layers / recursions)"},
           {S::sequence, "sequence", 9, 3, {0, 0, 0, 1, 1, 1, 2, 2, 2}, "each set is used `recursions` times in a row"},
           {S::sequence, "sequence", 6, 2, {0, 0, 1, 1, 2, 2}, "l / recursions, not l / block"},
           {S::middle_cycle,
            "middle_cycle",
            8,
            3,
            {0, 1, 2, 1, 2, 1, 2, 3},
            "the first and the last layer have sets of their own; between them 1 + (l-1) mod b with b = (8-2)/3"},
           {S::middle_sequence,
            "middle_sequence",
            8,
            3,
            {0, 1, 1, 1, 2, 2, 2, 3},
            "the first and the last layer have sets of their own; between them 1 + (l-1) / 3"},
           {S::middle_cycle, "middle_cycle", 5, 3, {0, 1, 1, 1, 2}, "a block of one layer: the last set is b + 1 = 2"},
           {S::middle_sequence, "middle_sequence", 6, 1, {0, 1, 2, 3, 4, 5}, "one recursion shares nothing"},
           {S::cycle, "cycle", 4, 1, {0, 1, 2, 3}, "one recursion shares nothing"}}) {
    trying(fmt::format("{} with {} layers and {} recursions", wanted.name, wanted.layers, wanted.recursions));
    const std::vector<int64_t> given = sets_of_layers(wanted.sharing, wanted.layers, wanted.recursions);
    if (given != wanted.sets)
      return not_yet(fmt::format("{} with {} layers and {} recursions should be {}, you gave {}", wanted.name,
                                 wanted.layers, wanted.recursions, shown(wanted.sets), shown(given)),
                     int64_t(given.size()) != wanted.layers ? "one number for each layer" : wanted.hint);
  }
  return done();
}

const AddExercise add({6, "sharing_1_layer_map", "Which layer uses which weights",
                       "the middle strategies are the other two, moved by one, between two layers of their own",
                       check_layer_map});

}  // namespace
}  // namespace tinymor
