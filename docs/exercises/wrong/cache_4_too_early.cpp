// Takes a page as soon as the last one is full.
// It is told: text a after 2 entries should have the pages [3] and had room, yours has [3,1]
#define append_entry cache_4_too_early
#define address_of cache_4_too_early_1
#define give_back cache_4_too_early_2
#include "../checks/cache_4_addresses.cpp"

namespace tinymor {

bool append_entry(PagedText& text, std::vector<int64_t>& free, int64_t size) {
  if (text.pages.empty() || (text.entries + 1) % size == 0) {
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
