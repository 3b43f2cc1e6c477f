#pragma once
// The observers of a run. What takes a while to make for them is made in another thread while training goes on, or,
// where there are no threads, in a piece of its own.

#include <chrono>
#include <future>
#include <mutex>
#include <utility>
#include <vector>

#include "tensor/threads.h"
#include "trainer/recording/events.h"

namespace tinymor {

class Observers {
 public:
  /// The observer must live as long as it is told things.
  void add(Observer& observer) { all_.push_back(&observer); }

  void tell(const Event& event) {
    const std::lock_guard lock(telling_);
    for (Observer* observer : all_) observer->on(event);
  }

  /// Tells the event that `make()` gives, once a thread that works alone is done with it, or in advance(); what it
  /// looks at must not change. Waits until what was to be told later before is told.
  template <class Make>
  void tell_later(Make make) {
    finish();
    const bool beside = has_threads();
    later_ = std::async(beside ? std::launch::async : std::launch::deferred, [this, beside, make = std::move(make)] {
      if (beside) work_alone();
      tell(make());
    });
  }
  /// Where there are no threads: makes and tells what was to be told later. False where there is nothing to do.
  bool advance() {
    const bool waits = later_.valid() && later_.wait_for(std::chrono::seconds(0)) == std::future_status::deferred;
    if (waits) later_.get();
    return waits;
  }
  /// Waits until everything is told. Throws what making or telling threw.
  void finish() {
    if (later_.valid()) later_.get();
  }
  /// The same after another error, which is the one to report.
  void give_up() {
    if (later_.valid()) later_.wait();
    later_ = {};
  }

 private:
  std::vector<Observer*> all_;
  std::mutex telling_;
  std::future<void> later_;  // waits when it is destroyed, which therefore comes first
};

}  // namespace tinymor
