#pragma once
// A list in random order.

#include <cstdint>
#include <utility>

#include "tensor/random.h"

namespace tinymor {

/// Fisher and Yates: every order is equally likely.
template <class List>
void shuffle(List& list, Random& random) {
  for (size_t left = list.size(); left > 1; --left)
    std::swap(list[left - 1], list[size_t(random.below(int64_t(left)))]);
}

}  // namespace tinymor
