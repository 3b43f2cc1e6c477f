#pragma once
// The window's state as text: "rule causal", "step 200", "pin probe 12". Whatever a person can set has a name here and
// a value that can be read back. A scene is a file of such lines that a teacher prepares, a lesson's step does and asks
// for them, and a recorded session is their changes over time.

#include <string>
#include <string_view>
#include <vector>

#include "visualizer/app_state.h"

namespace tinymor {

struct Setting {
  const char* name;
  const char* values;  ///< What may stand after the name, for messages.
};
const std::vector<Setting>& all_settings();

/// The value of a setting as apply takes it. Throws InputError for a name that there is not.
std::string setting(const AppState& state, const Source& source, std::string_view name);

/// Does one line: a setting's name and its value. `do pause|resume|stop|generate|stop_generating` makes a wish. Throws
/// InputError that says what would be right; the state is as before then.
void apply(AppState& state, const Source& source, std::string_view line);

/// A file of lines; blank ones and those that begin with # are passed over. Throws InputError that names file and line.
void apply_scene(AppState& state, const Source& source, const std::string& text, const std::string& name);

/// Every setting that is not as in a fresh window, a line each.
std::string scene_of(const AppState& state, const Source& source);

}  // namespace tinymor
