// Keeps the numbers of a key side by side.
// It is told: number 1 of entry 0 should be at 20, you gave 19
#define append_entry cache_4_row_by_row
#define address_of cache_4_row_by_row_1
#define give_back cache_4_row_by_row_2
#include "../checks/cache_4_addresses.cpp"

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
  return (text.pages[size_t(i / size)] * size + i % size) * width + c;
}

void give_back(PagedText& text, std::vector<int64_t>& free) {
  free.insert(free.end(), text.pages.begin(), text.pages.end());
  text = {};
}

}  // namespace tinymor
