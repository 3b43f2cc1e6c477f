#pragma once
// Writes down what a person does in the window, as a scene whose lines have a time: whatever setting changed, and what
// was asked of the run. Such a file plays itself when it is opened as a scene.

#include <filesystem>
#include <map>
#include <string>

#include "visualizer/state/settings.h"

namespace tinymor {

class SessionRecorder {
 public:
  /// Begins with the window as it is. Throws Error when the file cannot be written.
  void start(const std::filesystem::path& file, const AppState& state, const Source& source);
  void stop() { file_.clear(); }
  bool running() const { return !file_.empty(); }
  /// Once per frame, before wishes are carried out.
  void note(double seconds, const AppState& state, const Source& source);

 private:
  void write();

  std::filesystem::path file_;
  std::string text_;
  std::map<std::string, std::string> values_;  // of every setting, as last written
  double time_ = 0;
};

/// Does the lines of state.script that are due.
void play_script(double seconds, AppState& state, const Source& source);

}  // namespace tinymor
