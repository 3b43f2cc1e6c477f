#pragma once
// Where everything is in the machine of the page "Loop": its boxes, its gate, and the chips of the tokens at every
// event and on the way between two.

#include <vector>

#include "visualizer/draw/canvas.h"
#include "visualizer/draw/theme.h"
#include "visualizer/state/app_state.h"
#include "visualizer/views/loop_story.h"

namespace tinymor {

inline constexpr int every_token = -2;

/// What is drawn of a story.
struct LoopPicture {
  const TextView& text;
  const LoopStory& story;
  int event;
  float moved;                             ///< 0 to 1: how far the tokens have come from the event before.
  bool training;                           ///< The gate takes the best of the text instead of comparing with a bar.
  double bar;                              ///< The score from which on the gate lets a token go on.
  std::vector<Box> words;                  ///< [tokens] where the words or patches are, to which all return.
  bool of_image = false;                   ///< The tokens are patches of an image, not words.
  int forced = -1;                         ///< The token whose depth is forced; every_token; -1: none.
  std::vector<int32_t> guesses = {};       ///< [T] the likeliest next token of the text; empty: not known.
  std::vector<const Image*> patches = {};  ///< [tokens] of it, to be drawn.
  std::optional<Glow> glow = {};           ///< The number whose source is meant.
};

/// The letters of chips, the largest first, and how high a chip with them is.
inline constexpr ui::Font chip_fonts[] = {ui::Font::large, ui::Font::medium, ui::Font::body, ui::Font::small};
float chip_height(ui::Font font);

/// Where the boxes of a machine, its gate, those it judges and those that have left are.
struct MachineLayout {
  std::vector<Box> boxes;
  Box gate, judged, exit, cache;
  Box queue;  ///< Left of the boxes while the tokens wait; they take that room once the tokens are inside.
  float top;  ///< Of all of it.
};
MachineLayout layout_of(const LoopPicture& picture, const Box& area);

/// Whether a box has room for a second line below its title.
bool has_notes(const Box& box);
/// How far down the window the arrow that leads back is.
float arrow_height(const Box& block);
/// The places of all tokens of the story inside a box: those that have left leave gaps.
std::vector<Box> places_inside(const LoopPicture& picture, const MachineLayout& layout, int box);
/// The tokens that the gate judges at the event, the highest score first.
std::vector<int> judged_tokens(const LoopPicture& picture, int event);
/// The line of one judged token: its chip, and beside it the bar of its score.
struct JudgedPlace {
  Box chip, bar;
  bool number;  ///< There is room for one after the bar.
};
std::vector<JudgedPlace> judged_places(const Box& region, size_t count);
/// The place of every token of the story after the event of the picture, or on the way there.
std::vector<Box> places_of(const LoopPicture& picture, const MachineLayout& layout);

}  // namespace tinymor
