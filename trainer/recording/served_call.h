#pragma once
// What a scheduler does, as recordings and the window have it.

#include <optional>

#include "mor/scheduler.h"
#include "trainer/recording/events.h"

namespace tinymor {

/// The call of the block that the last tick made, its step left 0. Nothing when no token was under way.
std::optional<ServedCall> call_of(const Scheduler& scheduler);

}  // namespace tinymor
