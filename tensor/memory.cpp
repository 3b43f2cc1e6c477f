#include "tensor/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory_resource>
#include <mutex>
#include <set>

#include "tensor/error.h"

namespace tinymor {
namespace {

// Under AddressSanitizer every block comes from the system, so that a use past its end or after its life is seen.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kKeepBlocks = false;
#else
constexpr bool kKeepBlocks = true;
#endif

constexpr int64_t kLine = 64;
/// The system is asked for at least this much at a time; memory that is never touched costs nothing.
constexpr int64_t kChunk = int64_t(64) << 20;
constexpr int64_t kHugePage = int64_t(2) << 20;

/// Free memory as ranges that are as long as possible: neighbours are joined. A request takes the smallest range that
/// holds it, so that the gradients of one phase can use the space of another's activations, whatever their sizes.
class Pool {
 public:
  void* take(int64_t size) {
    auto range = by_size_.lower_bound({size, nullptr});
    if (range == by_size_.end()) {
      const int64_t chunk = std::max(size, kChunk);
      insert(from_system(chunk), chunk);
      range = by_size_.lower_bound({size, nullptr});
    }
    const auto [length, block] = *range;
    by_size_.erase(range);
    by_place_.erase(block);
    if (length > size) insert(block + size, length - size);
    return block;
  }

  void give(void* memory, int64_t size) {
    char* block = static_cast<char*>(memory);
    auto next = by_place_.lower_bound(block);
    if (next != by_place_.end() && next->first == block + size) {
      size += next->second;
      next = remove(next);
    }
    if (next != by_place_.begin()) {
      const auto before = std::prev(next);
      if (before->first + before->second == block) {
        block = before->first;
        size += before->second;
        remove(before);
      }
    }
    insert(block, size);
  }

  char* from_system(int64_t size) {
    void* memory = std::aligned_alloc(size >= kChunk ? kHugePage : kLine, size);
    if (memory && size >= kChunk) madvise(memory, size_t(size), MADV_HUGEPAGE);
    check(memory != nullptr, "[memory] there is no room for {} bytes (use a smaller model or batch)", size);
    ++stats_.system_requests;
    return static_cast<char*>(memory);
  }

  static int64_t rounded(int64_t bytes) { return (std::max<int64_t>(bytes, 1) + kLine - 1) / kLine * kLine; }

  void count(int64_t bytes, int64_t blocks) {
    stats_.live_bytes += bytes;
    stats_.live_blocks += blocks;
    stats_.peak_bytes = std::max(stats_.peak_bytes, stats_.live_bytes);
  }

  std::mutex mutex;
  const MemoryStats& stats() const { return stats_; }

 private:
  void insert(char* block, int64_t size) {
    by_place_.emplace(block, size);
    by_size_.emplace(size, block);
  }
  using ByPlace = std::pmr::map<char*, int64_t>;
  ByPlace::iterator remove(ByPlace::iterator range) {
    by_size_.erase({range->second, range->first});
    return by_place_.erase(range);
  }

  // Nodes are made and given back with every tensor, so they are kept, too.
  std::pmr::unsynchronized_pool_resource nodes_;
  ByPlace by_place_{&nodes_};
  std::pmr::set<std::pair<int64_t, char*>> by_size_{&nodes_};
  MemoryStats stats_;
};

/// Never destroyed: tensors with static lifetime may outlive any other static object.
Pool& pool() {
  static Pool* instance = new Pool;
  return *instance;
}

}  // namespace

void* allocate_bytes(int64_t bytes, int64_t head) {
  std::lock_guard lock(pool().mutex);
  const int64_t size = Pool::rounded(head + bytes);
  void* block = kKeepBlocks ? pool().take(size) : pool().from_system(size);
  pool().count(bytes, 1);
  return block;
}

void free_bytes(void* block, int64_t bytes, int64_t head) {
  std::lock_guard lock(pool().mutex);
  pool().count(-bytes, -1);
  if (kKeepBlocks)
    pool().give(block, Pool::rounded(head + bytes));
  else
    std::free(block);
}

MemoryStats memory_stats() {
  std::lock_guard lock(pool().mutex);
  return pool().stats();
}

}  // namespace tinymor
