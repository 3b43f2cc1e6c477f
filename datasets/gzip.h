#pragma once
// Unpacks files that are compressed by gzip, as data sets often are.

#include <cstdint>
#include <string>
#include <string_view>

namespace tinymor {

/// Whether `bytes` begin like a gzip file.
bool is_gzip(std::string_view bytes);

/// The bytes that were compressed. Throws InputError, beginning with `name`, when `bytes` are damaged or hold more than
/// `max_bytes`; no more memory than that is taken.
std::string gunzip(std::string_view bytes, const std::string& name, uint64_t max_bytes);

}  // namespace tinymor
