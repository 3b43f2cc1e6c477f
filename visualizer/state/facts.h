#pragma once
// What can be asked of the window but not set: what is visible, and what followed from a person's actions. Lessons use
// facts in their tasks, and to say what must be true of the run for a card.

#include <vector>

#include "visualizer/state/settings.h"

namespace tinymor {

std::vector<Setting> facts();

}  // namespace tinymor
