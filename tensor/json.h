#pragma once
// JSON from files that may be hostile.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tinymor {

/// Parses `text`. Throws InputError, naming `name`, for anything that is not JSON, for a key that stands twice in one
/// object, and for objects and arrays nested deeper than `max_depth`.
nlohmann::json parse_json(std::string_view text, const std::string& name, int max_depth = 8);

}  // namespace tinymor
