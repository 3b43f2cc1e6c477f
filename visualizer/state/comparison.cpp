#include "visualizer/state/comparison.h"

#include <algorithm>

#include "visualizer/state/app_state.h"

namespace tinymor {

void Comparison::open(const Source& run) {
  if (place_of(run) == opened.size()) opened.push_back(&run);
}

void Comparison::close(const Source& run) {
  std::replace(opened.begin(), opened.end(), &run, static_cast<const Source*>(nullptr));
}

size_t Comparison::place_of(const Source& run) const {
  return size_t(std::find(opened.begin(), opened.end(), &run) - opened.begin());
}

void Comparison::compare_with(Source* run) {
  other = run;
  shown = {};
  playback = {};
}

int Comparison::number() const {
  return other ? int(std::find(rivals.begin(), rivals.end(), other) - rivals.begin()) + 1 : 0;
}

Source* Comparison::next() const {
  const auto after = size_t(number());
  return after < rivals.size() ? rivals[after] : nullptr;
}

void Comparison::follow(const Source& a, int64_t step, CurveAxis axis) {
  const Source& b = compared_with(a, *this);
  const RunHistory& history = b.history();
  const int count = history.snapshot_count();
  if (other && linked) {
    const double place = AxisMap(a, axis).at(step);
    playback.jump(history.snapshot_at(AxisMap(b, axis).step(place)), count);
  } else if (playback.mode() == Playback::Mode::following) {
    playback.jump(0, count);
  }
  playback.advance(0, count);
  shown.update(b, playback.index());
  columns.follow(shown.causal.ids);
}

const Source& compared_with(const Source& source, const Comparison& comparison) {
  return comparison.other ? *comparison.other : source;
}

void mark_compared(const Source& source, AppState& state, double place) {
  const Source& run = compared_with(source, state.compare);
  const RunHistory& history = run.history();
  const int64_t step = AxisMap(run, state.curve_axis).step(place);
  state.compare.playback.jump(history.snapshot_at(step), history.snapshot_count());
  if (state.compare.other) state.compare.linked = false;
  state.mark_compared = true;
}

}  // namespace tinymor
