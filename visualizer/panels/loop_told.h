#pragma once
// What the page "Loop" tells: the text that is watched, with what an experiment changed, and the story of one sentence
// of it; or the patches of an image.

#include <string>
#include <vector>

#include "visualizer/panels/loop_machine.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

/// The text that is shown and its story.
struct Told {
  TextView text;
  LoopStory story;
  bool changed = false;  ///< What would be if the router had decided otherwise.
  bool training = false;
  double bar = 0.5;
  int forced = -1;               ///< The token whose depth is forced; -1: none.
  std::vector<int32_t> guesses;  ///< [T] the likeliest next token; empty: not known.
  SeenImage image;               ///< Of a run on images, with what an experiment changed.
};

Told told_of(const Source& source, const AppState& state);
/// Whether the last pass lowers the loss, with the numbers, as a sentence: of the whole text by the causal rule, or of
/// all images. Empty where the run does not say it of what is shown.
std::string last_pass_text(const Source& source, const AppState& state, const Told& told);
/// Its picture after the event that is shown; `words`: where its words or patches are.
LoopPicture picture_of(const Told& told, const AppState& state, std::vector<Box> words);

}  // namespace tinymor
