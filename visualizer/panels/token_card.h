#pragma once
// The card of one token: what every recursion's router thought of it, and what the model lost on it.

#include <string>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// Draws the card into the current window.
void draw_token_card(const AppState& state, TokenRef token);
/// The same as lines of text.
std::string token_card_text(const AppState& state, TokenRef token);
/// What the marked part of the text has cost, beside the whole; empty when none is marked.
std::string span_text(const AppState& state);
/// Shows the card beside the mouse for the hovered token.
void draw_hover_card(const AppState& state);
/// The pinned token's card, or the marked part of the text, as a band above `bottom`; returns where it begins. Lets go
/// of a token that is no more.
float draw_inspector(AppState& state, ImVec2 window, float bottom);

}  // namespace tinymor
