// Takes memory without end.
// It is told: it wanted more than 2 GB of memory, trying depths [2], a block of 1
#define cache_entries cache_1_memory
#include <memory>

#include "../checks/cache_1_entries.cpp"

namespace tinymor {

int64_t cache_entries(const std::vector<int64_t>&, int64_t, bool) {
  std::vector<std::unique_ptr<char[]>> all;
  while (all.size() < 1000) all.emplace_back(new char[size_t(1) << 30]);
  return int64_t(all.size());
}

}  // namespace tinymor
