#include "visualizer/state/playback.h"

#include <algorithm>
#include <cmath>

namespace tinymor {
namespace {
constexpr double snapshots_per_second = 4;
}

void Playback::advance(double seconds, int count) {
  if (mode_ == Mode::following || index_ >= count) index_ = count - 1;
  if (index_ < 0 && count > 0) index_ = 0;
  if (mode_ != Mode::playing) return;
  due_ += std::clamp(seconds, 0.0, 0.5) * snapshots_per_second * speed;
  const int whole = int(due_);
  due_ -= whole;
  index_ = std::min(index_ + whole, count - 1);
  if (loop && index_ > loop->second) index_ = std::min(loop->first, count - 1);
  if (!loop && index_ == count - 1) mode_ = Mode::paused;
}

void Playback::jump(int index, int count) {
  mode_ = Mode::paused;
  index_ = count > 0 ? std::clamp(index, 0, count - 1) : -1;
}

void Playback::toggle(int count) {
  if (mode_ == Mode::playing) {
    mode_ = Mode::paused;
    return;
  }
  if (loop && index_ > loop->second) index_ = loop->first;
  if (!loop && index_ >= count - 1) index_ = count > 0 ? 0 : -1;
  due_ = 0;
  mode_ = Mode::playing;
}

void Playback::next_speed() {
  speed = speed >= 16 ? 0.25 : speed * 2;
}

}  // namespace tinymor
