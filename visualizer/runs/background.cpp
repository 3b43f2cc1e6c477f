#include "visualizer/runs/background.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tensor/threads.h"

namespace tinymor {
namespace {

using Seconds = std::chrono::duration<double>;

/// What has no thread of its own.
std::vector<Background*>& without_thread() {
  static std::vector<Background*> all;
  return all;
}

}  // namespace

Background::Background(Advance advance) : advance_(std::move(advance)) {
  if (has_threads())
    thread_.emplace([this] { go_on(); });
  else
    without_thread().push_back(this);
}

Background::~Background() {
  std::erase(without_thread(), this);
  {
    const std::lock_guard lock(mutex_);
    quit_ = true;
  }
  changed_.notify_all();
  if (thread_) thread_->join();
}

void Background::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void Background::finish() {
  if (thread_) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return resting_ && !woken_; });
  } else {
    while (woken_ || rest_ < until_woken) do_piece();
  }
}

void Background::go_on() {
  std::unique_lock lock(mutex_);
  while (!quit_) {
    woken_ = false;
    lock.unlock();
    const double rest = advance_();
    lock.lock();
    const auto called = [this] { return woken_ || quit_; };
    if (rest == until_woken) {
      resting_ = true;
      changed_.notify_all();
      changed_.wait(lock, called);
      resting_ = false;
    } else if (rest > at_once) {
      changed_.wait_for(lock, Seconds(rest), called);
    }
  }
}

void Background::do_piece() {
  woken_ = false;
  rest_ = advance_();
  since_ = Clock::now();
}

double Background::work(double seconds) {
  const auto begun = Clock::now();
  for (;;) {
    std::vector<Background*>& all = without_thread();
    const auto now = Clock::now();
    const auto left = [now](const Background& work) {
      return work.woken_ ? at_once : work.rest_ - Seconds(now - work.since_).count();
    };
    // Of two that have something to do, the one whose turn is longer ago.
    const auto next = std::min_element(all.begin(), all.end(), [&](const Background* a, const Background* b) {
      return std::pair(std::max(at_once, left(*a)), a->since_) < std::pair(std::max(at_once, left(*b)), b->since_);
    });
    if (next == all.end()) return until_woken;
    if (left(**next) > 0) return left(**next);
    if (Seconds(now - begun).count() >= seconds) return at_once;
    (*next)->do_piece();
  }
}

}  // namespace tinymor
