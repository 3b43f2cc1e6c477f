#pragma once
// Where the window stands on the time line of snapshots. Three states, not two: following the newest snapshot, paused
// on one, or playing on. Any move by hand leaves Following, so that a live run never pulls the picture away from a
// person.

#include <optional>
#include <utility>

namespace tinymor {

class Playback {
 public:
  enum class Mode { following, paused, playing };

  Mode mode() const { return mode_; }
  bool playing() const { return mode_ == Mode::playing; }
  /// Index of the snapshot that is shown; -1 when there is none.
  int index() const { return index_; }
  /// Playing goes round from `last` to `first` instead of on to the end; none: not.
  std::optional<std::pair<int, int>> loop;
  double speed = 1;

  /// Once per frame, with the seconds since the last one and the number of snapshots there are.
  void advance(double seconds, int count);
  void jump(int index, int count);
  void step(int by, int count) { jump(index_ + by, count); }
  void follow() { mode_ = Mode::following; }
  /// What was shown has another index now, and so has what the loop was between.
  void renumber(int index) {
    index_ = index;
    loop.reset();
  }
  /// Playing, or from the start again when there is nothing left to play; or pausing.
  void toggle(int count);
  /// The next of 1x, 2x, ... 16x, 1/4x, 1/2x.
  void next_speed();

 private:
  Mode mode_ = Mode::following;
  int index_ = -1;
  double due_ = 0;  // snapshots owed since the last advance
};

}  // namespace tinymor
