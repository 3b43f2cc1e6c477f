#pragma once
// JSON read from files that may be hostile, and JSON written for other programs.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tinymor {

/// Parses `text`. Throws InputError, naming `name`, for anything that is not JSON, for a key that occurs twice in one
/// object, and for objects and arrays nested deeper than `max_depth`.
nlohmann::json parse_json(std::string_view text, const std::string& name, int max_depth = 8);

/// `json` as text, on one line, or indented by `indent` blanks. Always valid UTF-8: bytes that are not become U+FFFD.
/// Every control character is escaped, U+007F..U+009F too, so that a terminal only shows what is printed.
std::string json_text(const nlohmann::ordered_json& json, int indent = -1);

}  // namespace tinymor
