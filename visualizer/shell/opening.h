#pragma once
// What can be looked at: a run, a recording or a model by its path or from the runs near the program, a lesson, a
// scene, or a new run on any text. A wish to open or to train becomes sources here.

#include <functional>
#include <string>
#include <vector>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// How sources are made, and what else the surroundings of the window can do; what is empty is not offered. The first
/// two throw InputError.
struct Opener {
  std::function<Sources(const std::string& path)> open;
  std::function<Sources(const TrainRequest& request)> train;
  /// Asks the person for files, which come as if they were dropped: where there are no paths to type.
  std::function<void()> pick = nullptr;
  /// Copies an address at which a scene opens.
  std::function<void(const std::string& scene)> link = nullptr;
};

/// What a path leads to, by its ending: anything to be shown is a run. A file with any other ending is a text.
enum class PathKind { run, lesson, scene, text };
PathKind kind_of(const std::string& path);

/// The folders in `folder` that are runs or hold some, newest first.
std::vector<std::string> find_runs(const std::string& folder);
/// What the dialog offers: what was opened last and still exists, then the runs that were found.
std::vector<std::string> offers(const OpenState& open);

/// Grants a wish to open or to train. A text, or a folder that is no run, becomes what a new run is to train on. The
/// result is empty where there is nothing new to show: for a lesson, for a scene of any run, and where the wish is
/// refused; then the dialog stays open, and state.refused and state.open.message say why. Throws InputError where
/// nothing can be opened or trained at all.
Sources fulfil(const Wish& wish, AppState& state, const Opener& opener);

/// Begins the scene that was opened in the frame before, if any. The dialog says why where that is impossible.
void begin_asked_scene(const Source& source, AppState& state);

}  // namespace tinymor
