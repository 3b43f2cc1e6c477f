#pragma once
// A race as a scoreboard, large enough for the last row: who leads at the same steps, for the same compute and in the
// same time, and by how much.

#include <string>
#include <vector>

#include "visualizer/draw/canvas.h"
#include "visualizer/state/app_state.h"
#include "visualizer/views/standing.h"

namespace tinymor {

/// The runs that race: of those that are drawn the ones on the same data, in the order they were opened.
std::vector<const Source*> racers(const Source& source, const AppState& state);

/// "for the same compute (11.4T FLOPs): mor leads by 0.052 nats; mor 0.500, vanilla 0.552".
std::string standing_line(const Standing& standing, const std::vector<const Source*>& runs);

/// What holds for all of it.
inline constexpr const char* scoreboard_caption =
    "held-out loss by the causal rule, one seed each: closer than 0.04 nats may be luck";

void draw_scoreboard(Canvas& canvas, const Box& box, const std::vector<const Source*>& runs,
                     const Comparison& comparison);

}  // namespace tinymor
