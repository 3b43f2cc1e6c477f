#pragma once
// The texts that were written, as a tree: a part of the Generate panel. The text that there is now has its full
// colours, its other branches are paler.

#include <optional>
#include <string>

#include "visualizer/draw/canvas.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// Whether there is more than the text that there is now.
bool has_branches(const Source& source);

/// Draws the tree into the current window. Panels point at tokens of the text that there is now, as in draw_text.
/// Returns the branch, from 0, to go back to: one that was clicked, or, by a key, gen.branch.N, which is where it ends.
/// With `reveal` the window scrolls to the end of the text.
std::optional<int> draw_branches(Canvas& canvas, AppState& state, const Source& source, bool reveal);

/// The tree in lines, with ">" before what leads to the end of the text, and the number of each branch, from 1, where
/// it ends.
std::string branches_text(const Source& source);

}  // namespace tinymor
