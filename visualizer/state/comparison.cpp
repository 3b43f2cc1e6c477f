#include "visualizer/state/comparison.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "visualizer/state/app_state.h"

namespace tinymor {

void Comparison::open(const Source& run) {
  if (place_of(run) < opened.size()) return;
  opened.push_back(&run);
  draw(run);
}

void Comparison::close(const Source& run) {
  std::replace(opened.begin(), opened.end(), &run, static_cast<const Source*>(nullptr));
  leave_out(run);
}

size_t Comparison::place_of(const Source& run) const {
  return size_t(std::find(opened.begin(), opened.end(), &run) - opened.begin());
}

bool Comparison::draws(const Source& run) const {
  return std::find(drawn.begin(), drawn.end(), &run) != drawn.end();
}

size_t Comparison::drawn_count() const {
  return drawn.size() - size_t(std::count(drawn.begin(), drawn.end(), nullptr));
}

std::vector<Source*> Comparison::drawn_rivals() const {
  std::vector<Source*> out;
  std::copy_if(rivals.begin(), rivals.end(), std::back_inserter(out), [this](Source* run) { return draws(*run); });
  return out;
}

bool Comparison::draw(const Source& run) {
  if (draws(run)) return true;
  for (size_t i = 1; i <= drawn.size(); ++i) {
    const size_t place = (taken_ + i) % drawn.size();
    if (drawn[place]) continue;
    drawn[place] = &run;
    taken_ = place;
    return true;
  }
  return false;
}

void Comparison::leave_out(const Source& run) {
  std::replace(drawn.begin(), drawn.end(), &run, static_cast<const Source*>(nullptr));
  if (other == &run) compare_with(nullptr);
}

void Comparison::draw_only(const Source& a, const std::vector<Source*>& runs) {
  const auto of_a = std::find(drawn.begin(), drawn.end(), &a);
  taken_ = of_a == drawn.end() ? 0 : size_t(of_a - drawn.begin());
  drawn = {};
  drawn[taken_] = &a;
  for (Source* run : runs) draw(*run);
  if (other && !draws(*other)) compare_with(runs.empty() ? nullptr : runs.front());
}

void Comparison::draw_best(const Source& a) {
  std::vector<std::pair<double, Source*>> by_loss;
  for (Source* run : rivals) {
    const double loss = other_data(a, *run) ? std::nan("") : facts_of(*run).loss;
    by_loss.emplace_back(std::isfinite(loss) ? loss : std::numeric_limits<double>::infinity(), run);
  }
  std::stable_sort(by_loss.begin(), by_loss.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  by_loss.resize(std::min(by_loss.size(), most_drawn - 1));
  std::vector<Source*> best;  // in the order in which they were opened
  for (Source* run : rivals)
    if (std::any_of(by_loss.begin(), by_loss.end(), [&](const auto& each) { return each.second == run; }))
      best.push_back(run);
  draw_only(a, best);
  chosen = false;
}

void Comparison::compare_with(Source* run) {
  other = run;
  shown = {};
  playback = {};
  if (!run || draw(*run)) return;
  std::vector<Source*> others = drawn_rivals();
  leave_out(*others.back());
  draw(*run);
}

int Comparison::number() const {
  return other ? int(std::find(rivals.begin(), rivals.end(), other) - rivals.begin()) + 1 : 0;
}

Source* Comparison::next() const {
  const std::vector<Source*> others = drawn_rivals();
  const auto at = std::find(others.begin(), others.end(), other);
  if (!other) return others.empty() ? nullptr : others.front();
  return at == others.end() || at + 1 == others.end() ? nullptr : *(at + 1);
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
