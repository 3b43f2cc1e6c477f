#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_parameters() {
  using S = SharingExercise;
  struct Case {
    const char* what;
    ModelSizes model;
    int64_t parameters;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{
           {"width 64, 4 heads with 2 key heads, d_ff 192, 8 layers of their own, 256 tokens",
            {64, 4, 2, 192, 8, 256, false, S::cycle, 1, true, 0},
            410688,
            "one set: 8192 + 4096 + 36864 + 128 = 49280; two key heads of width 16 make k_proj 32 rows high"},
           {"the same as middle_cycle with 3 recursions",
            {64, 4, 2, 192, 8, 256, true, S::middle_cycle, 3, true, 0},
            213568,
            "four sets: the first, the last, and a block of (8 - 2) / 3"},
           {"9 layers as a cycle with 3 recursions",
            {64, 4, 2, 192, 9, 256, true, S::cycle, 3, true, 0},
            164288,
            "three sets"},
           {"9 layers as a sequence with 3 recursions",
            {64, 4, 2, 192, 9, 256, true, S::sequence, 3, true, 0},
            164288,
            "as many sets as the cycle: only their order differs"},
           {"11 layers as middle_sequence with 3 recursions",
            {64, 4, 2, 192, 11, 256, true, S::middle_sequence, 3, true, 0},
            262848,
            "five sets"},
           {"8 layers as middle_cycle with a head of its own",
            {64, 4, 2, 192, 8, 256, true, S::middle_cycle, 3, false, 0},
            229952,
            "a head is as large as the embedding"},
           {"8 layers as middle_cycle with low-rank terms of rank 4",
            {64, 4, 4, 192, 8, 256, true, S::middle_cycle, 3, true, 4},
            213568 + 4 * 4096 + 6 * 4 * (11 * 64 + 3 * 192),
            "six uses, each with rank (11 d + 3 d_ff) numbers when there are as many key heads as heads"},
           {"8 layers of their own, which share nothing and so have no low-rank terms",
            {64, 4, 2, 192, 8, 256, false, S::cycle, 1, true, 4},
            410688,
            "the terms are for uses of shared sets"}}) {
    trying(wanted.what);
    const int64_t given = parameters_of(wanted.model);
    if (given != wanted.parameters)
      return not_yet(fmt::format("{}: the parameters should be {}, you gave {}", wanted.what, wanted.parameters, given),
                     wanted.hint);
  }
  return done();
}

const AddExercise add(
    {6, "sharing_4_parameters", "Counting parameters",
     "sets times (projections + network + two norms), a final norm, and the embedding; a head only when it is not tied",
     check_parameters});

}  // namespace
}  // namespace tinymor
