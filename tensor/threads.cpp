#include "tensor/threads.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "tensor/error.h"

namespace tinymor {
namespace {

thread_local int own_index = 0;
/// Whether the calling code does its work alone: within a body, or for good.
thread_local bool alone = false;

/// How often a thread looks for what it waits for before it sleeps: some microseconds. Long enough to bridge the gap
/// between two operations, short enough not to hold a core that others need.
constexpr int kLooks = 1000;

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Returns once `value` is no longer `old`.
template <class T>
void wait_while(const std::atomic<T>& value, T old) {
  for (int i = 0; i < kLooks; ++i) {
    if (value.load() != old) return;
    pause();
  }
  while (value.load() == old) value.wait(old);
}

/// Every thread has a share of the pieces, always the same part of the whole, so that the numbers it wrote in one
/// operation are in its core's cache for the next. A thread that is done with its own share helps the others.
class Pool {
 public:
  explicit Pool(int threads) : shares_(threads) {
    for (int i = 1; i < threads; ++i)
      workers_.emplace_back([this, i] {
        own_index = i;
        work();
      });
  }
  ~Pool() {
    quit_ = true;
    job_ += 2;
    job_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  void run(int64_t pieces, FunctionRef<void(int64_t)> body) {
    body_ = &body;
    const int64_t threads = int64_t(shares_.size());
    for (int64_t t = 0; t < threads; ++t) {
      shares_[t].next = pieces * t / threads;
      shares_[t].end = pieces * (t + 1) / threads;
    }
    error_ = nullptr;
    ++job_;
    job_.notify_all();
    take_pieces();
    ++job_;
    for (int busy; (busy = busy_.load()) != 0;) wait_while(busy_, busy);
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void take_pieces() {
    try {
      for (size_t t = 0; t < shares_.size(); ++t) {
        Share& share = shares_[(own_index + t) % shares_.size()];
        for (int64_t i; (i = share.next.fetch_add(1)) < share.end;) (*body_)(i);
      }
    } catch (...) {
      for (Share& share : shares_) share.next = share.end;
      std::lock_guard lock(error_mutex_);
      if (!error_) error_ = std::current_exception();
    }
  }

  void work() {
    for (uint32_t seen = 0;;) {
      wait_while(job_, seen);
      if (quit_) return;
      seen = job_;
      if (seen % 2 == 0) continue;
      // The job may be closed by now, and the next one being prepared. Once this thread counts as busy, a job that is
      // still open stays until the thread is done.
      ++busy_;
      if (job_ == seen) take_pieces();
      if (--busy_ == 0) busy_.notify_one();
    }
  }

  struct alignas(64) Share {  // a cache line of its own
    std::atomic<int64_t> next{0};
    int64_t end = 0;
  };

  std::vector<Share> shares_;
  std::vector<std::thread> workers_;
  std::atomic<uint32_t> job_{0};  // odd while a job is open
  std::atomic<int> busy_{0};      // workers that may touch the job
  std::atomic<bool> quit_{false};
  const FunctionRef<void(int64_t)>* body_ = nullptr;
  std::mutex error_mutex_;
  std::exception_ptr error_;
};

std::unique_ptr<Pool>& pool() {
  static auto instance = std::make_unique<Pool>(has_threads() ? std::max(1u, std::thread::hardware_concurrency()) : 1);
  return instance;
}

std::mutex pool_in_use;

}  // namespace

bool has_threads() {
  static const bool has = [] {
    try {
      std::thread([] {}).join();
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }();
  return has;
}

int thread_count() {
  return pool()->threads();
}

void set_thread_count(int n) {
  check_input(n >= 1 && n <= 1024, "threads: {} is not a number of threads (use 1 to 1024)", n);
  if (n != thread_count()) pool() = std::make_unique<Pool>(n);
}

int thread_index() {
  return own_index;
}

void work_alone() {
  alone = true;
}

void parallel_for(int64_t pieces, FunctionRef<void(int64_t)> body) {
  // A try_lock by the thread that holds the mutex is undefined, hence the flag for calls from within a body.
  std::unique_lock use(pool_in_use, std::defer_lock);
  if (pieces <= 1 || alone || !use.try_lock()) {
    for (int64_t i = 0; i < pieces; ++i) body(i);
    return;
  }
  pool()->run(pieces, [&](int64_t i) {
    alone = true;
    struct Leave {
      ~Leave() { alone = false; }
    } leave;
    body(i);
  });
}

void parallel_ranges(int64_t n, int64_t grain, FunctionRef<void(int64_t, int64_t)> body) {
  parallel_for((n + grain - 1) / grain, [&](int64_t i) { body(i * grain, std::min(n, (i + 1) * grain)); });
}

}  // namespace tinymor
