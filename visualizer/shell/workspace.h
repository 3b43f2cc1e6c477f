#pragma once
// The middle of the window: the panels of a page, and the gaps between them.

#include <optional>
#include <vector>

#include "visualizer/shell/export.h"
#include "visualizer/state/layout.h"

namespace tinymor {

/// The pages that the window has now, with their panels in `area`. Their names do not depend on the area.
std::vector<Page> current_pages(const Source& source, const AppState& state, const Box& area = {});
/// The page that is shown, or the panel that fills the window as a page of its own.
Page current_page(const Source& source, const AppState& state, const Box& area = {});
/// How many ways to show the rules there are on it, the first ones of RuleView: with their difference only where a
/// panel draws that. Elsewhere the causal rule is shown in its place.
int rule_choices(const Source& source, const AppState& state);
/// Turns to a page, away from a panel that fills the window.
void turn_to_page(AppState& state, const std::string& name);

/// Draws the page that is turned to, or the panel that fills the window. Returns the picture of a panel that is to be
/// saved once the frame is rendered.
std::optional<PictureRequest> draw_workspace(const Source& source, AppState& state, ui::Registry& registry,
                                             const Panels& panels, const Box& area);

}  // namespace tinymor
