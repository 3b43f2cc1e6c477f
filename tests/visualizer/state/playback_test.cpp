#include "visualizer/state/playback.h"

#include "support/catch.h"

using namespace tinymor;
using Mode = Playback::Mode;

TEST_CASE("following shows each new snapshot") {
  Playback playback;
  playback.advance(0.1, 0);
  CHECK(playback.index() == -1);
  playback.advance(0.1, 3);
  CHECK(playback.index() == 2);
  playback.advance(0.1, 4);
  CHECK(playback.index() == 3);
}

TEST_CASE("a move by hand ends following, and then new snapshots move nothing") {
  Playback playback;
  playback.advance(0.1, 5);
  playback.step(-1, 5);
  CHECK(playback.mode() == Mode::paused);
  playback.advance(0.1, 9);
  CHECK(playback.index() == 3);
  playback.follow();
  playback.advance(0.1, 9);
  CHECK(playback.index() == 8);
}

TEST_CASE("playing walks to the end and stops there, and starts again from the end") {
  Playback playback;
  playback.advance(0.1, 4);
  playback.toggle(4);
  CHECK(playback.mode() == Mode::playing);
  CHECK(playback.index() == 0);
  for (int i = 0; i < 20; ++i) playback.advance(0.25, 4);
  CHECK(playback.index() == 3);
  CHECK(playback.mode() == Mode::paused);
}

TEST_CASE("jumps outside the time line end at its ends") {
  Playback playback;
  playback.jump(99, 4);
  CHECK(playback.index() == 3);
  playback.jump(-99, 4);
  CHECK(playback.index() == 0);
  playback.jump(2, 0);
  CHECK(playback.index() == -1);
}

TEST_CASE("the snapshot that is shown exists, even when others are removed") {
  Playback playback;
  playback.jump(9, 10);
  playback.advance(0.1, 3);
  CHECK(playback.index() == 2);
}

TEST_CASE("the speed goes through a quarter to sixteen times, and round again") {
  Playback playback;
  CHECK(playback.speed == 1);
  for (double speed : {2.0, 4.0, 8.0, 16.0, 0.25, 0.5, 1.0}) {
    playback.next_speed();
    CHECK(playback.speed == speed);
  }
}

TEST_CASE("a loop repeats until it is removed") {
  Playback playback;
  playback.loop = {2, 4};
  playback.jump(3, 10);
  playback.toggle(10);
  std::vector<int> seen;
  for (int i = 0; i < 5; ++i) playback.advance(0.25, 10), seen.push_back(playback.index());
  CHECK(seen == std::vector<int>{4, 2, 3, 4, 2});
  CHECK(playback.mode() == Playback::Mode::playing);
  playback.loop.reset();
  for (int i = 0; i < 10; ++i) playback.advance(0.25, 10);
  CHECK(playback.index() == 9);
  CHECK(playback.mode() == Playback::Mode::paused);
}
