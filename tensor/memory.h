#pragma once
// Where tensors get their bytes. A training step asks for the same sizes again and again, so freed blocks stay here and
// are handed out again: the first step asks the system for memory, the later ones do not. Docs: docs/02-tensors.md

#include <cstdint>

namespace tinymor {

/// `bytes` uninitialised bytes at a 64-byte boundary, with a head of as many more in front that are not counted. Throws
/// Error when there is no memory.
void* allocate_bytes(int64_t bytes, int64_t head = 0);
/// Gives a block of allocate_bytes back; `bytes` and `head` as asked for.
void free_bytes(void* block, int64_t bytes, int64_t head = 0);

struct MemoryStats {
  int64_t live_bytes = 0;       ///< Asked for and not given back.
  int64_t live_blocks = 0;      ///< The number of tensors with storage of their own.
  int64_t peak_bytes = 0;       ///< The largest value of live_bytes so far.
  int64_t system_requests = 0;  ///< How often the system was asked for more.
};
MemoryStats memory_stats();

}  // namespace tinymor
