#include "visualizer/panels/loop_told.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "visualizer/panels/loop_words.h"
#include "visualizer/panels/panel.h"

namespace tinymor {

namespace {

int forced_token(const AppState& state) {
  if (state.tried.depth == 0) return -1;
  return state.tried.token >= 0 ? state.tried.token : every_token;
}

Told told_of_image(const SeenImage& seen, const Source& source, const AppState& state) {
  Told told;
  told.image = seen;
  told.training = true;
  if (const ImageTrace* changed = changed_image(source, state)) {
    static_cast<ImageTrace&>(told.image) = *changed;
    told.changed = true;
    told.forced = forced_token(state);
  }
  told.text = view_of(told.image, source.geometry());
  told.story = LoopStory(told.text, source.geometry(), 0, told.text.size());
  return told;
}

}  // namespace

Told told_of(const Source& source, const AppState& state) {
  if (const SeenImage* seen = state.told_image(source)) return told_of_image(*seen, source, state);
  Told told;
  told.training = state.rule == RuleView::training;
  if (state.shown.index < 0) return told;
  const Trace* changed = changed_trace(source, state, Subject::watched);
  told.text = text_in_force(source, state, Subject::watched);
  told.bar = bar_in_force(source, state, Subject::watched);
  told.changed = changed != nullptr;
  if (changed) told.forced = forced_token(state);
  const Trace& causal = source.history().snapshots[size_t(state.shown.index)].threshold;
  told.guesses = guesses_of(changed ? *changed : causal, told.text.size());
  const auto token = pinned_in(state, Subject::watched, told.text.size());
  const auto [from, to] = token ? sentence_around(told.text, *token) : first_sentence(told.text);
  told.story = LoopStory(told.text, source.geometry(), from, to);
  return told;
}

std::string last_pass_text(const Source& source, const AppState& state, const Told& told) {
  constexpr double noticed = 0.01;  // nats: the perplexity changes by 1 %
  const bool images = state.shown.of_images();
  if (told.changed || (told.training && !images) || !told.story.machine().loops()) return "";
  const LensView lens = images ? lens_of(source.history().images[size_t(state.shown.images)]) : state.shown.lens;
  const size_t all = lens.nll.size();
  if (all < 2) return "";
  const double fewer = lens.mean(all - 2), whole = lens.mean(all - 1);
  if (!std::isfinite(fewer - whole)) return "";
  const char* what = "hardly helps";
  if (fewer - whole >= noticed) what = "helps";
  if (whole - fewer >= noticed) what = "does harm";
  return fmt::format("Here the last pass {}: loss {:.3f} nats on {} with at most {} pass{}, {:.3f} {}.", what, fewer,
                     images ? "these images" : "the whole text", all - 1, all == 2 ? "" : "es", whole,
                     told.story.machine().gate ? "as routed" : fmt::format("with all {}", all));
}

LoopPicture picture_of(const Told& told, const AppState& state, std::vector<Box> words) {
  const int event = std::clamp(state.story.event, 0, told.story.events() - 1);
  LoopPicture picture{told.text, told.story, event, state.story.moved(), told.training, told.bar, std::move(words)};
  picture.of_image = state.shown.of_images();
  picture.forced = told.forced;
  picture.guesses = told.guesses;
  picture.glow = state.glow;
  return picture;
}

}  // namespace tinymor
