#pragma once
// The machine of the page "Loop": the model as boxes, an arrow that leads back, a gate, and the tokens as chips on
// their way. A picture of one event of a story, or on the way to it from the event before.

#include <string>
#include <vector>

#include "visualizer/draw/canvas.h"
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
  std::vector<Box> words;                  ///< [tokens] where the waiting tokens are.
  bool of_image = false;                   ///< The tokens are patches of an image, not words.
  int forced = -1;                         ///< The token whose depth is forced; every_token; -1: none.
  std::vector<int32_t> guesses = {};       ///< [T] the likeliest next token of the text; empty: not known.
  std::vector<const Image*> patches = {};  ///< [tokens] of it, to be drawn.
};

/// Where the boxes of a machine, its gate, those it judges and those that have left are.
struct MachineLayout {
  std::vector<Box> boxes;
  Box gate, judged, exit, cache;
};
MachineLayout layout_of(const Machine& machine, const Box& area);

/// Draws the machine and the chips; returns where each token of the story is, an empty box for one that is a word of
/// the sentence now.
std::vector<Box> draw_machine(Canvas& canvas, const Box& area, const LoopPicture& picture);
/// A row of cells for each row of the cache, filled as far as the story has come; returns its height.
float draw_story_cache(Canvas& canvas, const Box& area, const LoopPicture& picture);

/// What happens at an event, as a sentence.
std::string event_text(const LoopPicture& picture);
/// "14 of 24 passes through the block", and the share of all.
std::string work_text(const LoopPicture& picture);

}  // namespace tinymor
