#pragma once
// What the keys of a configuration mean, in a line each: the comments of config.toml.

#include <string_view>

namespace tinymor {

/// What `key`, one of those in trainer/config.h and mor/config.h, means, with its unit and range; empty for another
/// word. The names that a choice may have are not repeated here.
std::string_view config_note(std::string_view key);

}  // namespace tinymor
