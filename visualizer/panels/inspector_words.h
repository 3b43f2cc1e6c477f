#pragma once
// What the inspector says of a token: what each router decided about it, as formulas with its numbers put in.

#include <optional>
#include <string>
#include <vector>

#include "visualizer/panels/token_line.h"
#include "visualizer/runs/source.h"

namespace tinymor {

/// The token under the mouse, else the pinned one, else the deepest of the watched text's first sentence.
std::optional<TokenRef> inspected_token(const AppState& state);
/// Whether the training rule is what is shown of it.
bool shows_training(const AppState& state, TokenRef token);

/// What it is, its depth, the decisions about it as formulas, and its losses.
std::vector<TokenLine> token_lines(const Source& source, const AppState& state, TokenRef token);

/// The patch under the mouse, else the chosen one of the image that is told of, else its deepest.
std::optional<PatchRef> inspected_patch(const Source& source, const AppState& state);
/// "row 3, column 4".
std::string patch_name(const Source& source, const AppState& state, PatchRef patch);
/// The image of the patch, with what an experiment in force made of it.
SeenImage inspected_image(const Source& source, const AppState& state, PatchRef patch);
/// The same as token_lines of a patch, and what the model takes its image for.
std::vector<TokenLine> patch_lines(const Source& source, const AppState& state, PatchRef patch);

/// Where the marked part of the watched text is, its mean depth and loss; empty where none is marked.
std::vector<TokenLine> span_lines(const Source& source, const AppState& state);
/// The same, or the token's depth, scores and loss, in one line.
std::string inspected_in_short(const Source& source, const AppState& state);

}  // namespace tinymor
