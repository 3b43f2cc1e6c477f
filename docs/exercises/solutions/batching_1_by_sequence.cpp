// Each place in the texts takes as many calls as the deepest token there.
#include "exercises.h"

namespace tinymor {

int64_t calls_by_sequence(const std::vector<std::vector<int64_t>>& depths) {
  int64_t calls = 0;
  for (size_t t = 0;; ++t) {
    int64_t deepest = 0;
    for (const std::vector<int64_t>& text : depths)
      if (t < text.size()) deepest = std::max(deepest, text[t]);
    if (deepest == 0) return calls;
    calls += deepest;
  }
}

}  // namespace tinymor
