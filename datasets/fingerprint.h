#pragma once
// Whether data is still what it was: a number that tells two texts, or two sets of images, apart.

#include <cstdint>
#include <string_view>

namespace tinymor {

/// The 64-bit FNV-1a hash of `bytes`, going on from that of bytes before them.
inline uint64_t fingerprint(std::string_view bytes, uint64_t before = 0xcbf29ce484222325) {
  for (const char byte : bytes) before = (before ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return before;
}

}  // namespace tinymor
