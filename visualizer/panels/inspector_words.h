#pragma once
// What the inspector says of a token: what each router decided about it, as formulas with its numbers put in.

#include <optional>
#include <string>
#include <vector>

#include "visualizer/runs/source.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// The token under the mouse, else the pinned one, else the deepest of the watched text's first sentence.
std::optional<TokenRef> inspected_token(const AppState& state);
/// Whether the training rule is what is shown of it.
bool shows_training(const AppState& state, TokenRef token);

struct TokenLine {
  std::string text;
  bool main = true;    ///< Or an explanation of the line before.
  bool taken = false;  ///< The router let the token into a recursion.
};
/// What it is, its depth, the decisions about it as formulas, and its losses.
std::vector<TokenLine> token_lines(const Source& source, const AppState& state, TokenRef token);
/// Where the marked part of the watched text is, its mean depth and loss; empty where none is marked.
std::vector<TokenLine> span_lines(const AppState& state);
/// The same, or the token's depth, scores and loss, in one line.
std::string inspected_in_short(const AppState& state);

}  // namespace tinymor
