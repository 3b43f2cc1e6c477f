#include "visualizer/state/preferences.h"

#include <cstdlib>
#include <exception>

#include "tensor/files.h"
#include "visualizer/state/settings.h"

namespace tinymor {
namespace {

constexpr const char* remembered[] = {"zoom",   "theme",        "paper",        "axis",  "log",
                                      "smooth", "rest.plateau", "rest.battery", "splits"};

// What begins a line with the path of something that was opened, and one with the name of a lesson that was done.
constexpr std::string_view recent = "recent ", done = "done ";

}  // namespace

std::filesystem::path preferences_file() {
  const char *config = std::getenv("XDG_CONFIG_HOME"), *home = std::getenv("HOME");
  std::filesystem::path folder;
  if (config && *config)
    folder = config;
  else if (home && *home)
    folder = std::filesystem::path(home) / ".config";
  return folder.empty() ? folder : folder / "tinymor" / "window.scene";
}

void recall_preferences(AppState& state, const Source& source, const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return;
  try {
    for_each_line(read_file(file, 1 << 16), file.string(), [&](std::string_view line) {
      if (line.starts_with(recent)) state.open.recent.emplace_back(line.substr(recent.size()));
      if (line.starts_with(done)) state.lessons_done.emplace(line.substr(done.size()));
      for (const char* name : remembered)
        if (line.starts_with(std::string(name) + " ")) apply(state, source, line);
    });
  } catch (const std::exception&) {  // from another version, or damaged: the rest is as in a first window
  }
}

std::string preferences_of(const AppState& state, const Source& source) {
  std::string text;
  for (const char* name : remembered) text += std::string(name) + " " + setting(state, source, name) + "\n";
  for (const std::string& path : state.open.recent) text += std::string(recent) + path + "\n";
  for (const std::string& name : state.lessons_done) text += std::string(done) + name + "\n";
  return text;
}

void remember_preferences(const AppState& state, const Source& source, const std::filesystem::path& file) {
  if (file.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(file.parent_path(), ignored);
  try {
    write_file_atomically(file, preferences_of(state, source));
  } catch (const std::exception&) {
  }
}

}  // namespace tinymor
