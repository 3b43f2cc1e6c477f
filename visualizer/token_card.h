#pragma once
// The card of one token: what every recursion's router thought of it, and what the model lost on it.

#include <string>

#include "visualizer/app_state.h"

namespace tinymor {

/// Draws the card into the current window (a tooltip or a pinned card).
void draw_token_card(const AppState& state, TokenRef token);
/// The same as lines of text.
std::string token_card_text(const AppState& state, TokenRef token);
/// Shows the card beside the mouse for the hovered token, and beside the token for the pinned one. Tagged
/// "card.pinned".
void draw_cards(AppState& state);

}  // namespace tinymor
