#include "visualizer/panels/loop_told.h"

#include <algorithm>
#include <utility>

#include "visualizer/panels/loop_words.h"
#include "visualizer/panels/panel.h"

namespace tinymor {

int told_image(const Source& source, const AppState& state) {
  const int count = int(source.history().images[size_t(state.shown.images)].images.size());
  return std::clamp(state.patches_image, 0, std::max(0, count - 1));
}

Told told_of(const Source& source, const AppState& state) {
  Told told;
  told.training = state.rule == RuleView::training;
  if (state.shown.images >= 0) {
    const ImageSnapshot& images = source.history().images[size_t(state.shown.images)];
    if (!images.images.empty())
      told.text = view_of(images.images[size_t(told_image(source, state))], source.geometry());
    told.training = true;
    told.story = LoopStory(told.text, source.geometry(), 0, told.text.size());
    return told;
  }
  if (state.shown.index < 0) return told;
  const Trace* changed = changed_trace(source, state, Subject::watched);
  told.text = text_in_force(source, state, Subject::watched);
  told.bar = bar_in_force(source, state, Subject::watched);
  told.changed = changed != nullptr;
  if (changed && state.tried.depth > 0) told.forced = state.tried.token >= 0 ? state.tried.token : every_token;
  const Trace& causal = source.history().snapshots[size_t(state.shown.index)].threshold;
  told.guesses = guesses_of(changed ? *changed : causal, told.text.size());
  const auto token = pinned_in(state, Subject::watched, told.text.size());
  const auto [from, to] = token ? sentence_around(told.text, *token) : first_sentence(told.text);
  told.story = LoopStory(told.text, source.geometry(), from, to);
  return told;
}

LoopPicture picture_of(const Told& told, const AppState& state, std::vector<Box> words) {
  const int event = std::clamp(state.story.event, 0, told.story.events() - 1);
  LoopPicture picture{told.text, told.story, event, state.story.moved(), told.training, told.bar, std::move(words)};
  picture.of_image = state.shown.images >= 0;
  picture.forced = told.forced;
  picture.guesses = told.guesses;
  picture.glow = state.glow;
  return picture;
}

}  // namespace tinymor
