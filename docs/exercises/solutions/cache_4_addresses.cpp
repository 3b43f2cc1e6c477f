// A division and a remainder; which page it is, is looked up.
#include "exercises.h"

namespace tinymor {

bool append_entry(PagedText& text, std::vector<int64_t>& free, int64_t size) {
  if (text.entries % size == 0) {
    if (free.empty()) return false;
    text.pages.push_back(free.back());
    free.pop_back();
  }
  ++text.entries;
  return true;
}

int64_t address_of(const PagedText& text, int64_t size, int64_t width, int64_t i, int64_t c) {
  return (text.pages[size_t(i / size)] * width + c) * size + i % size;
}

void give_back(PagedText& text, std::vector<int64_t>& free) {
  free.insert(free.end(), text.pages.begin(), text.pages.end());
  text = {};
}

}  // namespace tinymor
