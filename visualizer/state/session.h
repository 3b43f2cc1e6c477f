#pragma once
// Writes down what a person does in the window as a scene whose lines have times: each setting that changed, and each
// wish. The file plays the session again when it is opened as a scene.

#include <filesystem>
#include <map>
#include <string>

#include "visualizer/state/settings.h"

namespace tinymor {

class SessionRecorder {
 public:
  /// Begins a new file, exports/session-N.scene, with the window as it is, or ends the one that is being written. The
  /// status line says which, or why it is impossible.
  void toggle(AppState& state, const Source& source);
  /// Begins with the window as it is. Throws Error when the file cannot be written.
  void start(const std::filesystem::path& file, const AppState& state, const Source& source);
  /// Once per frame, before wishes are granted.
  void note(double seconds, const AppState& state, const Source& source);
  bool running() const { return !file_.empty(); }

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
