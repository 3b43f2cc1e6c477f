#pragma once
// The window's state as text: "rule causal", "step 200", "pin probe 12". Whatever a person can set has a name here and
// a value that can be read back. A scene is a file of such lines that a teacher prepares, a lesson's step does and asks
// for them, and a recorded session is their changes over time.

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "visualizer/state/app_state.h"

namespace tinymor {

struct Setting {
  const char* name;
  std::string values;    ///< What may come after the name, for messages.
  bool is_fact = false;  ///< Can be asked for, not set: what came of what a person did.
};
const std::vector<Setting>& all_settings();

/// The value of a setting as apply takes it. Throws InputError for a name that there is not.
std::string setting(const AppState& state, const Source& source, std::string_view name);

/// Does one line: a setting's name and its value. `do` and the words of a wish make one. Throws InputError
/// that says what would be right; the state is as before then.
void apply(AppState& state, const Source& source, std::string_view line);

/// A scene, the lines of the file `name`; blank ones and those that begin with # are passed over. What stands below a
/// line `at SECONDS` is done so long after the scene began. Paths of files count from its folder. Throws InputError
/// that names file and line.
void apply_scene(AppState& state, const Source& source, const std::string& text, const std::string& name);
/// The run that a scene is made for, by its line "open PATH", as it counts from here; empty: any.
std::string run_of_scene(const std::string& text, const std::filesystem::path& file);

/// Throws InputError for a name that there is not.
void check_setting(std::string_view name);
/// Puts a setting back to what it is in a fresh window.
void reset_setting(AppState& state, const Source& source, std::string_view name);

/// Whether a setting is as in a fresh window.
bool is_fresh(const AppState& state, const Source& source, std::string_view name);

/// Every setting that is not as in a fresh window, a line each.
std::string scene_of(const AppState& state, const Source& source);

/// `text` without blanks around it.
std::string_view trimmed(std::string_view text);
/// Calls `take` with each line that is not blank and does not begin with #; what it throws as InputError is thrown on
/// with `name` and the number of the line.
void for_each_line(const std::string& text, const std::string& name, const std::function<void(std::string_view)>& take);

}  // namespace tinymor
