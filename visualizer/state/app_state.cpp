#include "visualizer/state/app_state.h"

namespace tinymor {

Experiment AppState::wanted() const {
  Experiment e = what_if;
  e.training_rule = rule == RuleView::training || shown.of_images();
  e.token = pinned && pinned->subject == Subject::watched && !everybody ? pinned->token : -1;
  if (e.token < 0 && !everybody) e.depth = 0;
  return e;
}

int AppState::told_image_number(const Source& source) const {
  if (!shown.of_images()) return -1;
  const int count = int(source.history().images[size_t(shown.images)].images.size());
  return std::clamp(patches_image, 0, std::max(0, count - 1));
}

const SeenImage* AppState::told_image(const Source& source) const {
  const int number = told_image_number(source);
  if (number < 0) return nullptr;
  const std::vector<SeenImage>& all = source.history().images[size_t(shown.images)].images;
  return all.empty() ? nullptr : &all[size_t(number)];
}

void AppState::count_by(Clock clock) {
  timeline.clock = clock;
  timeline.zoom = {};
  timeline.loop_from.reset();
  if (clock == Clock::text)
    cache_subject = Subject::generated;
  else
    writing = {};
}

int AppState::places(const Source& source) const {
  return timeline.clock == Clock::text ? int(source.generation().lengths().size()) : source.history().snapshot_count();
}

void AppState::toggle_pin(TokenRef token) {
  span.reset();
  if (pinned == token)
    pinned.reset();
  else
    pinned = token;
}

void AppState::renumber(const RunHistory& history) {
  if (std::exchange(thinnings, history.thinnings) >= history.thinnings) return;
  playback.renumber(history.snapshot_at(shown.step));
  if (!compare.other) compare.playback.renumber(history.snapshot_at(compare.shown.step));
}

void AppState::bring_up_to_date(const Source& source, double seconds) {
  playback.advance(seconds, source.history().snapshot_count());
  story.advance(seconds);
  const std::vector<int> lengths = source.generation().lengths();
  writing.advance(seconds, int(lengths.size()));
  shown.update(source, playback.index(), writing.index() < 0 ? INT_MAX : lengths[size_t(writing.index())]);
  columns.follow(shown.causal.ids);
  written.follow(shown.generated.ids);
}

}  // namespace tinymor
