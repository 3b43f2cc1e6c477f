#pragma once
// What can be asked of the window but not set: what is seen, and what came of what a person did. Lessons ask for them
// in their tasks, and say by them what must be true of the run for a card to be.

#include <vector>

#include "visualizer/state/setting_table.h"

namespace tinymor {

std::vector<SettingEntry> facts();

}  // namespace tinymor
