#pragma once
// The window's position on the time line of snapshots. There are three states: following the newest snapshot, paused on
// one, or playing. A person who moves it ends `following`, so that a live run never pulls the picture away from
// them.

#include <optional>
#include <utility>

namespace tinymor {

class Playback {
 public:
  enum class Mode { following, paused, playing };

  Mode mode() const { return mode_; }
  bool playing() const { return mode_ == Mode::playing; }
  /// Index of the snapshot that is shown; -1 without any.
  int index() const { return index_; }
  /// First and last: playing jumps from the last back to the first. Nothing: it plays to the end.
  std::optional<std::pair<int, int>> loop;
  double speed = 1;

  /// Once per frame, with the seconds since the last one and the number of snapshots.
  void advance(double seconds, int count);
  void jump(int index, int count);
  void step(int by, int count) { jump(index_ + by, count); }
  void follow() { mode_ = Mode::following; }
  /// The snapshot that is shown has another index now. The loop is lost: its indices have changed, too.
  void renumber(int index) {
    index_ = index;
    loop.reset();
  }
  /// Plays, from the start when it is at the end; or pauses.
  void toggle(int count);
  /// The next of 1x, 2x, ... 16x, 1/4x, 1/2x.
  void next_speed();

 private:
  Mode mode_ = Mode::following;
  int index_ = -1;
  double due_ = 0;  // snapshots owed since the last advance
};

}  // namespace tinymor
