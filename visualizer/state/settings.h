#pragma once
// The window's state as text: "rule causal", "step 200", "pin probe 12". Everything that a person can set has a name
// and a value that can be read back. A scene is a file of such lines that a teacher prepares, a lesson's step does and
// asks for them, and a recorded session is their changes over time.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// How one setting is read and set. A new setting is a line in setting_table.cpp.
struct Setting {
  const char* name;
  std::string values;  ///< What may come after the name, for messages.
  std::function<std::string(const AppState&, const Source&)> get;
  /// False when the text is not a value of it; the state is not changed then. Null for a fact, which can be asked for
  /// but not set.
  std::function<bool(AppState&, const Source&, const std::string&)> set = nullptr;
  /// A value as `get` writes it, nothing for what is no value. Null where that depends on the run.
  std::function<std::optional<std::string>(const std::string&)> spelled = nullptr;

  bool is_fact() const { return !set; }
};
const std::vector<Setting>& all_settings();

/// The value of a setting as apply takes it. Throws InputError for an unknown name.
std::string setting(const AppState& state, const Source& source, std::string_view name);

/// Does one line: a setting's name and its value, or `do` and the words of a wish. Throws InputError that says what
/// would be right; then the state has not changed.
void apply(AppState& state, const Source& source, std::string_view line);

/// No scene is longer, in bytes.
constexpr size_t longest_scene = 1 << 20;
/// Does a scene, the lines of the file `name`; blank lines and lines that begin with # are skipped. The lines below a
/// line `at SECONDS` are done at that time after the scene began. Paths are relative to its folder. Throws InputError
/// that names file and line.
void apply_scene(AppState& state, const Source& source, const std::string& text, const std::string& name);
/// The text of a scene's file. Throws Error.
std::string read_scene(const std::filesystem::path& file);
/// The path of the run that a scene is made for, by its line "open PATH"; empty: any run.
std::string run_of_scene(const std::string& text, const std::filesystem::path& file);

/// Throws InputError for an unknown name.
void check_setting(std::string_view name);
/// Throws InputError for a line that `apply` would refuse for any run.
void check_line(std::string_view line);
/// The value of a setting, given in one of the ways in which it may be written, as `setting` gives it. Throws
/// InputError where no run has that value.
std::string spelled(std::string_view name, const std::string& value);
/// Gives a setting its value in a fresh window.
void reset_setting(AppState& state, const Source& source, std::string_view name);

/// Whether a setting is as in a fresh window.
bool is_fresh(const AppState& state, const Source& source, std::string_view name);

/// Every setting that is not as in a fresh window, one per line.
std::string scene_of(const AppState& state, const Source& source);

/// `text` without blanks around it.
std::string_view trimmed(std::string_view text);
/// Calls `take` with each line that is not blank and does not begin with #. An InputError that it throws gets `name`
/// and the number of the line in front.
void for_each_line(const std::string& text, const std::string& name, const std::function<void(std::string_view)>& take);

}  // namespace tinymor
