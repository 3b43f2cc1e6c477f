#include "visualizer/state/own_input.h"

#include <algorithm>

namespace tinymor {

void show_recorded(const Source& source, AppState& state) {
  state.story.typing = false;
  const RunHistory& history = source.history();
  if (history.of_images()) {
    state.given.reset();
    return state.playback.jump(std::max(0, history.recorded_images()), int(history.images.size()));
  }
  if (source.steerable()) state.wishes.push_back({Wish::watch_held_out});
  if (history.snapshots.empty() || source.steerable()) return;
  const std::vector<Snapshot>& all = history.snapshots;
  const auto same = std::find_if(all.rbegin(), all.rend(), [&](const Snapshot& each) {
    return each.threshold.tokens == all.front().threshold.tokens;
  });
  state.playback.jump(int(all.rend() - same) - 1, int(all.size()));
}

void show_drawing(const Source& source, AppState& state) {
  if (const SeenImage* seen = state.told_image(source); seen && state.own_image.empty())
    state.own_image = Sketch::of(seen->pixels);
  state.story.typing = true;
  state.story.step(state.story.last());
}

}  // namespace tinymor
