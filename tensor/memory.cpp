#include "tensor/memory.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "tensor/error.h"

namespace tinymor {
namespace {

// Under AddressSanitizer every block comes from the system, so that a use past its end or after its life is seen.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kKeepBlocks = false;
#else
constexpr bool kKeepBlocks = true;
#endif

struct Pool {
  std::mutex mutex;
  std::map<int64_t, std::vector<void*>> free_blocks;  // by size
  int64_t live = 0;
};

/// Never destroyed: tensors with static lifetime may outlive any other static object.
Pool& pool() {
  static Pool* instance = new Pool;
  return *instance;
}

/// Sizes are rounded up to eighths of a power of two, so that slightly different requests share blocks.
int64_t size_class(int64_t bytes) {
  const int64_t grain = std::max<int64_t>(64, int64_t(std::bit_floor(uint64_t(bytes))) / 8);
  return (bytes + grain - 1) / grain * grain;
}

}  // namespace

void* allocate_bytes(int64_t bytes) {
  const int64_t size = size_class(std::max<int64_t>(bytes, 1));
  std::lock_guard lock(pool().mutex);
  std::vector<void*>& blocks = pool().free_blocks[size];
  void* block = nullptr;
  if (!blocks.empty()) {
    block = blocks.back();
    blocks.pop_back();
  } else {
    block = std::aligned_alloc(64, size);
    check(block != nullptr, "[memory] {} bytes are not to be had (use a smaller model or batch)", size);
  }
  pool().live += bytes;
  return block;
}

void free_bytes(void* block, int64_t bytes) {
  std::lock_guard lock(pool().mutex);
  pool().live -= bytes;
  if (kKeepBlocks) {
    pool().free_blocks[size_class(std::max<int64_t>(bytes, 1))].push_back(block);
  } else {
    std::free(block);
  }
}

int64_t live_bytes() {
  std::lock_guard lock(pool().mutex);
  return pool().live;
}

}  // namespace tinymor
