#pragma once
// Choosing what to look at while the window is open: a run, a recording or a model by its path or from the runs beside
// the program, or a new run on any text.

#include <functional>
#include <memory>
#include <string>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// How sources are made; what is empty is not offered. Both throw InputError.
struct Opener {
  std::function<Sources(const std::string& path)> open;
  std::function<Sources(const TrainRequest& request)> train;
};

/// The folders in `folder` that are runs or hold some, newest first.
std::vector<std::string> find_runs(const std::string& folder);

/// What the dialog offers: what was opened last and is still there, then the runs that were found.
std::vector<std::string> offers(const OpenState& open);

/// Does a wish to open or to train. A text becomes what a new run is to train on. What cannot be had leaves the dialog
/// open, where state.open.message says why; there is nothing to show then, and not with a lesson or a scene of any run.
Sources fulfil(const Wish& wish, AppState& state, const Opener& opener);

/// Opens the dialog where it is closed, and says there why what was chosen in it cannot be shown after all.
void say_in_dialog(AppState& state, const std::string& why);

/// Draws the dialog, which makes wishes.
void draw_open_dialog(AppState& state, const Opener& opener);

}  // namespace tinymor
