#pragma once
// The card of one token: how every recursion's router scored it, and the loss of the predictions at it.

#include <string>

#include "visualizer/state/app_state.h"

namespace tinymor {

/// The card as lines of text.
std::string token_card_text(const AppState& state, TokenRef token);
/// The depth and loss of the marked part of the text beside those of the whole; empty when no part is marked.
std::string span_text(const AppState& state);
/// Shows the card beside the mouse for the hovered token.
void draw_hover_card(const AppState& state);
/// The pinned token's card, or the marked part of the text, as a band above `bottom`; returns where the band begins.
/// Unpins a token that is gone.
float draw_inspector(AppState& state, ImVec2 window, float bottom);

}  // namespace tinymor
