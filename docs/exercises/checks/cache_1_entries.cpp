#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_entries() {
  struct Case {
    std::vector<int64_t> depths;
    int64_t block;
    bool shared;
    int64_t entries;
    const char* hint;
  };
  for (const Case& wanted : std::vector<Case>{{{2}, 1, false, 2, "one token, two recursions, one layer"},
                                              {{1, 3, 2, 3, 2, 1}, 1, false, 12, "6 + 4 + 2"},
                                              {{1, 3, 2, 3, 2, 1}, 2, false, 24, "each layer of the block has its own"},
                                              {{1, 3, 2, 3, 2, 1}, 2, true, 12, "shared: the first recursion only"},
                                              {{}, 2, false, 0, "no tokens, no entries"}}) {
    trying(fmt::format("depths {}, a block of {}", shown(wanted.depths), wanted.block));
    const int64_t given = cache_entries(wanted.depths, wanted.block, wanted.shared);
    if (given != wanted.entries)
      return not_yet(fmt::format("depths {}, a block of {}, {}: should be {}, you gave {}", shown(wanted.depths),
                                 wanted.block, wanted.shared ? "shared" : "recursion-wise", wanted.entries, given),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({9, "cache_1_entries", "The entries of a cache",
                       "add up the depths, or the tokens when shared, and multiply by the layers", check_entries});

}  // namespace
}  // namespace tinymor
