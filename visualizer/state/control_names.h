#pragma once
// Every control and panel that has a name: what a lesson may highlight, a scene may hide and a test presses.

#include <string>
#include <string_view>
#include <vector>

namespace tinymor {

/// In alphabetical order. N is a number, NAME the name of something (a value, a curve). What the compare panel draws
/// twice has the prefix a. or b.
const std::vector<std::string>& control_names();

/// Throws InputError, with the nearest name, for an unknown one.
void check_control(std::string_view name);

}  // namespace tinymor
