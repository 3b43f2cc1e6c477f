#include "visualizer/runs/exchange.h"

#include <thread>
#include <vector>

#include "support/catch.h"
#include "visualizer/runs/live_source.h"

using namespace tinymor;

TEST_CASE("the reader of an exchange sees the newest value, whole, and never an older one after a newer one") {
  NewestExchange<std::vector<int>> exchange;
  constexpr int last = 20000;
  std::thread writer([&] {
    for (int i = 1; i <= last; ++i) {
      exchange.back().assign(64, i);
      exchange.publish();
    }
  });
  int newest = 0, torn = 0, backwards = 0;
  while (newest < last) {
    if (!exchange.fetch()) continue;
    const std::vector<int>& value = exchange.front();
    for (int x : value) torn += x != value.front();
    backwards += value.front() <= newest;
    newest = value.front();
  }
  writer.join();
  CHECK(torn == 0);
  CHECK(backwards == 0);
  CHECK_FALSE(exchange.fetch());
}

TEST_CASE("a ring delivers in order and counts exactly what it drops") {
  Ring<int> ring(4);
  for (int i = 0; i < 10; ++i) ring.push(i);
  CHECK(ring.dropped() == 6);
  for (int i = 0; i < 4; ++i) CHECK(ring.pop() == i);
  CHECK_FALSE(ring.pop());
  ring.push(77);
  CHECK(ring.pop() == 77);
}

TEST_CASE("between two threads a ring loses nothing that it did not count") {
  Ring<int> ring(64);
  constexpr int sent = 200000;
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 0; i < sent; ++i) ring.push(i);
    done = true;
  });
  int received = 0, last = -1;
  bool ordered = true;
  for (;;) {
    const bool finished = done;
    while (auto item = ring.pop()) {
      ordered &= *item > last;
      last = *item;
      ++received;
    }
    if (finished) break;
  }
  writer.join();
  CHECK(ordered);
  CHECK(uint64_t(received) + ring.dropped() == sent);
}

TEST_CASE("a live feed counts the steps that a busy window missed, and wakes it at most twenty times a second") {
  int wakes = 0;
  LiveFeed feed([&] { ++wakes; }, 100);
  for (int i = 1; i <= 250; ++i) feed.on(StepMetrics{i});
  RunHistory history;
  CHECK(feed.drain(history));
  CHECK(history.steps.size() == 100);
  CHECK(feed.dropped() == 150);
  CHECK(wakes == 1);
  CHECK_FALSE(feed.drain(history));
}

TEST_CASE("the memory of a long live run is bounded: old records become sparse, the newest stay") {
  LiveFeed feed([] {});
  RunHistory history;
  StepMetrics metrics;
  ScoreHistogram scores;
  for (int64_t step = 1; step <= 200000; ++step) {
    metrics.step = scores.step = step;
    feed.on(metrics);
    feed.on(scores);
    if (step % 1000 == 0) feed.drain(history);
  }
  CHECK(history.steps.size() <= 40000);
  CHECK(history.scores.size() <= 8000);
  REQUIRE(history.steps.size() > 20000);
  CHECK(history.steps.front().step == 1);
  for (size_t i = 1; i < history.steps.size(); ++i) CHECK(history.steps[i].step > history.steps[i - 1].step);
  CHECK(history.steps.back().step == 200000);
  CHECK(history.steps[history.steps.size() - 100].step == 199901);
}
