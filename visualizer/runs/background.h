#pragma once
// Work that goes on beside the window, a piece at a time: a micro-batch, a token. It has a thread of its own. Where a
// program cannot start threads, as in most pages of a browser, the window does pieces of it between two frames.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>

namespace tinymor {

class Background {
 public:
  /// What a piece may return: the seconds until there is more to do.
  static constexpr double at_once = 0, until_woken = std::numeric_limits<double>::infinity();
  using Advance = std::function<double()>;

  /// `advance` does a piece; it throws nothing.
  explicit Background(Advance advance);
  /// Ends after the piece that is being done.
  ~Background();
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  /// There may be something to do now.
  void wake();
  /// Returns once there is nothing to do until it is woken.
  void finish();

  /// Where there are no threads: does pieces of all such work, one after another, until there are none or `seconds` are
  /// over. Returns the seconds until there is more to do.
  static double work(double seconds);

 private:
  using Clock = std::chrono::steady_clock;
  void go_on();
  void do_piece();

  const Advance advance_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = true, resting_ = false, quit_ = false;  // guarded by mutex_
  double rest_ = at_once;  // what the newest piece returned; without threads, like the next
  Clock::time_point since_ = Clock::now();
  std::optional<std::thread> thread_;
};

}  // namespace tinymor
