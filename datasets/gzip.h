#pragma once
// Files as data sets are distributed: compressed by gzip.

#include <cstdint>
#include <string>
#include <string_view>

namespace tinymor {

/// Whether `bytes` begin like a gzip file.
bool is_gzip(std::string_view bytes);

/// What was compressed. Throws InputError, beginning with `name`, when `bytes` are damaged or hold more than
/// `max_bytes`; no more memory than that is taken.
std::string gunzip(std::string_view bytes, const std::string& name, uint64_t max_bytes);

}  // namespace tinymor
