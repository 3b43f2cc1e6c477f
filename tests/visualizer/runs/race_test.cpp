#include "visualizer/runs/race.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "support/catch.h"
#include "support/runs.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "visualizer/scripted.h"

using namespace tinymor;

namespace {

/// Runners that only count their steps; what each has done is looked at before every step.
struct Track {
  explicit Track(std::vector<int64_t> all)
      : steps(all), done(all.size()), turns(std::move(all)), controls(done.size()) {}

  void run(size_t i, int64_t most) {
    wait(i);
    while (done[i] < most && !controls[i].stopping()) {
      for (size_t j = 0; j < steps.size(); ++j)
        if (done[j] < limit[j] && share(j) < share(i)) ++out_of_turn;
      running += 1;
      most_at_once = std::max<int>(most_at_once, running);
      std::this_thread::yield();
      running -= 1;
      ++done[i];
      turns.note(i, done[i]);
      wait(i);
    }
    limit[i] = 0;
    turns.leave(i);
  }
  void wait(size_t i) {
    while (!turns.has_turn(i) && !controls[i].stopping()) std::this_thread::yield();
  }
  double share(size_t i) const { return double(done[i]) / double(steps[i]); }

  std::vector<int64_t> steps;
  std::vector<std::atomic<int64_t>> done;
  std::array<std::atomic<int64_t>, 3> limit{1000, 1000, 1000};
  std::atomic<int> out_of_turn{0}, running{0}, most_at_once{0};
  Turns turns;
  std::vector<Control> controls;
};

}  // namespace

TEST_CASE("runners take turns: the step belongs to the one that has done the smallest share") {
  Track track({60, 20, 45});
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 3; ++i) threads.emplace_back([&, i] { track.run(i, track.steps[i]); });
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < 3; ++i) CHECK(track.done[i] == track.steps[i]);
  CHECK(track.out_of_turn == 0);
  CHECK(track.most_at_once == 1);
}

TEST_CASE("a runner that ends early is waited for by nobody, and one that is stopped waits for nobody") {
  Track track({1000, 50, 100000});
  std::thread early([&] { track.run(0, 5); }), whole([&] { track.run(1, 50); });
  std::thread stopped([&] { track.run(2, 100000); });
  early.join();
  whole.join();
  CHECK(track.done[1] == 50);
  track.controls[2].stop();
  stopped.join();
}

TEST_CASE("a race trains a MoR and its twins on one text, each with the steps of equal FLOPs") {
  const TemporaryFolder folder;
  Sources race = start_race(tiny_text_run(folder.path(), 12), folder.path() / "race", [] {});
  REQUIRE(race.size() == 3);
  for (const auto& source : race) {
    REQUIRE(wait_for(*source, [&] { return source->status() == RunStatus::finished; }));
    source->poll();
    CHECK(source->history().last_step() == source->config().train.steps);
  }
  CHECK(race[0]->config().train.steps == 12);
  CHECK(race[1]->config().train.steps < 12);
  CHECK(race[1]->config().model.routing == Routing::none);
  CHECK(race[2]->config().model.n_recursions == race[0]->config().model.n_recursions);
  for (const char* name : {"mor", "vanilla", "recursive"})
    CHECK(std::filesystem::exists(folder.path() / "race" / name / "recording.mortrace"));
  Config images = tiny_text_run(folder.path(), 12);
  images.data.source = "digits";
  CHECK_THROWS_AS(start_race(images, folder.path() / "other", [] {}), InputError);
}

TEST_CASE("where one of a race cannot start, the others run") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder.path() / "race/vanilla");
  write_file_atomically(folder.path() / "race/vanilla/in the way", "x");
  Sources race = start_race(tiny_text_run(folder.path(), 12), folder.path() / "race", [] {});
  CHECK(wait_for(*race[1], [&] { return race[1]->status() == RunStatus::failed; }));
  CHECK(wait_for(*race[0], [&] { return race[0]->status() == RunStatus::finished; }));
  CHECK(wait_for(*race[2], [&] { return race[2]->status() == RunStatus::finished; }));
}
