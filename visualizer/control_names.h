#pragma once
// Every control and panel that has a name: what a lesson may highlight, a scene may hide and a test presses.

#include <string>
#include <string_view>
#include <vector>

namespace tinymor {

/// In alphabetical order. N is a number, NAME a word of its own (a value, a line of a plot); what the compare panel
/// draws twice has the prefix a. or b. besides.
const std::vector<std::string>& control_names();

/// Throws InputError, with the nearest name, for one that there is not.
void check_control(std::string_view name);

}  // namespace tinymor
