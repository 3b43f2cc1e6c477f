#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_pages() {
  struct Case {
    std::vector<int64_t> depths;
    int64_t block, page, pages;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{{1, 1}, 1, 4, 1, "two entries fit one page"},
                         {{1, 1, 1, 1, 1}, 1, 4, 2, "the fifth entry begins a second page"},
                         {{1, 2, 1, 2, 1}, 1, 4, 3, "2 pages in the first recursion, 1 in the second"},
                         {{1, 2, 1, 2, 1}, 2, 4, 6, "each layer of the block has its own"},
                         {{3}, 1, 32, 3, "a page for each recursion, however empty"},
                         {{}, 2, 4, 0, "no tokens, no pages"}}) {
    trying(fmt::format("depths {}, a block of {}, pages of {}", shown(wanted.depths), wanted.block, wanted.page));
    const int64_t given = pages_of(wanted.depths, wanted.block, wanted.page);
    if (given != wanted.pages)
      return not_yet(fmt::format("depths {}, a block of {}, pages of {}: should be {} pages, you gave {}",
                                 shown(wanted.depths), wanted.block, wanted.page, wanted.pages, given),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({9, "batching_3_pages", "The pages of a text",
                       "for each recursion count the tokens that take it and divide by the page, rounding up",
                       check_pages});

}  // namespace
}  // namespace tinymor
