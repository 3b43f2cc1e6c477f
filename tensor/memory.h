#pragma once
// Where tensors get their bytes. A training step asks for the same sizes again and again, so freed blocks are kept and
// handed out again instead of going back to the system.

#include <cstdint>

namespace tinymor {

/// `bytes` uninitialised bytes at a 64-byte boundary. Throws Error when there is no memory.
void* allocate_bytes(int64_t bytes);
/// Gives a block of allocate_bytes back; `bytes` as asked for.
void free_bytes(void* block, int64_t bytes);

/// Bytes asked for and not given back.
int64_t live_bytes();

}  // namespace tinymor
