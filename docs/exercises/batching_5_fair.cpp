// Exercise 10 of chapter 9, a harder one: rows that are shared fairly.
//
// A call of the block has room for so many rows. Texts want different numbers of them: one that writes wants one, one
// whose prompt is being read wants all of it. A division is fair when no text can get more unless another text, which
// has no more than it, gets less. So share equally; a text that wants less than its share gets what it wants, and what
// it leaves is shared equally among the others, again and again. Rows that are left over because they do not divide go
// to the earlier texts, one each.
#include "exercises.h"

namespace tinymor {

std::vector<int64_t> fair_rows(const std::vector<int64_t>& wanted, int64_t rows) {
  return {};
}

}  // namespace tinymor
