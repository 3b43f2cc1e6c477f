#pragma once
// Where the story of the page "Loop" is: after which event, how long ago that began, and whether it goes on by itself.

#include <algorithm>

namespace tinymor {

struct StoryPlay {
  int event = 0;
  bool playing = false;
  bool typing = false;  ///< The text is the person's own, which is being typed.

  /// The number of the last event, which the picture knows.
  int last() const { return last_; }
  void set_last(int last) {
    last_ = last;
    event = std::min(event, last);
    playing = playing && (event < last || moving());
  }
  /// To an event; what moves begins to move now.
  void go(int number) {
    const int wanted = std::clamp(number, 0, last_);
    if (wanted != event) seconds_ = 0;
    event = wanted;
  }
  /// To an event, by hand: it rests there.
  void step(int number) {
    playing = false;
    go(number);
  }
  /// Plays, from the beginning when it is at the end; or pauses.
  void toggle() {
    playing = !playing;
    if (playing) go(event >= last_ ? 0 : event + 1);
  }
  /// Once per frame. Moves are fast and followed by a rest in which the picture can be read.
  void advance(double seconds) {
    seconds_ += seconds;
    if (playing && seconds_ >= move + rest) go(event + 1);
  }
  /// 0 to 1: how much of the event's movement is done, fast in the middle.
  float moved() const {
    const double part = std::clamp(seconds_ / move, 0.0, 1.0);
    return float(part * part * (3 - 2 * part));
  }
  bool moving() const { return seconds_ < move; }

 private:
  static constexpr double move = 0.4, rest = 1.4;
  double seconds_ = move;
  int last_ = 1000;  // until a picture says so
};

}  // namespace tinymor
