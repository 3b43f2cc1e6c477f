#include "trainer/recording/observers.h"

#include <atomic>
#include <stdexcept>
#include <thread>

#include "support/catch.h"

using namespace tinymor;

namespace {

struct Listener : Observer {
  std::vector<std::string> heard;
  std::atomic<int> inside{0};
  bool alone = true;  // no call while another one was going on
  void hear(const std::string& what) {
    alone &= ++inside == 1;
    heard.push_back(what);
    std::this_thread::yield();
    --inside;
  }
  void on(const Event& event) override {
    tinymor::hear(
        event, [&](const StepMetrics& m) { hear("step " + std::to_string(m.step)); },
        [&](const Snapshot& s) { hear("snapshot " + std::to_string(s.step)); });
  }
};

Snapshot at_step(int64_t step) {
  Snapshot snapshot;
  snapshot.step = step;
  return snapshot;
}

}  // namespace

TEST_CASE("what takes a while to make is told once it is there, and holds no one up") {
  Observers observers;
  Listener first, second;
  observers.add(first);
  observers.add(second);
  std::promise<void> go;
  observers.tell_later([&] {
    go.get_future().wait();
    return at_step(1);
  });
  observers.tell(StepMetrics{.step = 2});
  CHECK(first.heard == std::vector<std::string>{"step 2"});
  go.set_value();
  observers.finish();
  CHECK(first.heard == std::vector<std::string>{"step 2", "snapshot 1"});
  CHECK(second.heard == first.heard);
}

TEST_CASE("observers hear one thing after the other, and what is told later in order") {
  Observers observers;
  Listener listener;
  observers.add(listener);
  for (int64_t step = 1; step <= 200; ++step) {
    observers.tell_later([=] { return at_step(step); });
    for (int i = 0; i < 5; ++i) observers.tell(StepMetrics{.step = step});
  }
  observers.finish();
  CHECK(listener.alone);
  std::vector<std::string> snapshots, expected;
  for (const std::string& what : listener.heard)
    if (what.starts_with("snapshot")) snapshots.push_back(what);
  for (int step = 1; step <= 200; ++step) expected.push_back("snapshot " + std::to_string(step));
  CHECK(snapshots == expected);
  CHECK(listener.heard.size() == 1200);
}

TEST_CASE("what fails later is thrown at the next occasion, once") {
  Observers observers;
  observers.tell_later([]() -> Snapshot { throw std::runtime_error("no room"); });
  CHECK_THROWS_WITH(observers.tell_later([] { return at_step(1); }), "no room");
  CHECK_NOTHROW(observers.finish());
}
