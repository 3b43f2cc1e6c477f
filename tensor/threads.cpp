#include "tensor/threads.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tensor/error.h"

namespace tinymor {
namespace {

/// Pieces handed out by one atomic counter to whoever is awake.
class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this] { work(); });
  }
  ~Pool() {
    {
      std::lock_guard lock(mutex_);
      quit_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  void run(int64_t pieces, const std::function<void(int64_t)>& body) {
    {
      std::lock_guard lock(mutex_);
      body_ = &body;
      pieces_ = pieces;
      next_ = 0;
      error_ = nullptr;
      ++job_;
    }
    wake_.notify_all();
    take_pieces(body, pieces);
    std::unique_lock lock(mutex_);
    body_ = nullptr;  // a worker that wakes up late finds nothing
    idle_.wait(lock, [this] { return busy_ == 0; });
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void take_pieces(const std::function<void(int64_t)>& body, int64_t pieces) {
    try {
      for (int64_t i; (i = next_.fetch_add(1)) < pieces;) body(i);
    } catch (...) {
      next_ = pieces;
      std::lock_guard lock(mutex_);
      if (!error_) error_ = std::current_exception();
    }
  }

  void work() {
    std::unique_lock lock(mutex_);
    uint64_t seen = 0;
    for (;;) {
      wake_.wait(lock, [&] { return quit_ || job_ != seen; });
      if (quit_) return;
      seen = job_;
      if (!body_) continue;
      const auto& body = *body_;
      const int64_t pieces = pieces_;
      ++busy_;
      lock.unlock();
      take_pieces(body, pieces);
      lock.lock();
      if (--busy_ == 0) idle_.notify_one();
    }
  }

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  const std::function<void(int64_t)>* body_ = nullptr;
  int64_t pieces_ = 0;
  std::atomic<int64_t> next_{0};
  int busy_ = 0;
  uint64_t job_ = 0;
  bool quit_ = false;
  std::exception_ptr error_;
};

std::unique_ptr<Pool>& pool() {
  static auto instance = std::make_unique<Pool>(std::max(1u, std::thread::hardware_concurrency()));
  return instance;
}

std::mutex pool_in_use;

}  // namespace

int thread_count() {
  return pool()->threads();
}

void set_thread_count(int n) {
  check_input(n >= 1 && n <= 1024, "threads: {} is not a number of threads (use 1 to 1024)", n);
  if (n != thread_count()) pool() = std::make_unique<Pool>(n);
}

void parallel_for(int64_t pieces, const std::function<void(int64_t)>& body) {
  // A try_lock by the thread that holds the mutex is undefined, hence the flag for calls from within a body.
  thread_local bool inside = false;
  std::unique_lock use(pool_in_use, std::defer_lock);
  if (pieces <= 1 || inside || !use.try_lock()) {
    for (int64_t i = 0; i < pieces; ++i) body(i);
    return;
  }
  pool()->run(pieces, [&](int64_t i) {
    inside = true;
    struct Leave {
      ~Leave() { inside = false; }
    } leave;
    body(i);
  });
}

void parallel_ranges(int64_t n, int64_t grain, const std::function<void(int64_t, int64_t)>& body) {
  parallel_for((n + grain - 1) / grain, [&](int64_t i) { body(i * grain, std::min(n, (i + 1) * grain)); });
}

}  // namespace tinymor
