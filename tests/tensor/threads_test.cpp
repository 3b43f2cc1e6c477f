#include "tensor/threads.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "tensor/error.h"

using namespace tinymor;

namespace {

/// Uses n threads while it lives.
struct Threads {
  int before = thread_count();
  explicit Threads(int n) { set_thread_count(n); }
  ~Threads() { set_thread_count(before); }
};

}  // namespace

TEST_CASE("every piece runs exactly once, whatever the number of threads") {
  for (int n : {1, 2, 5}) {
    const Threads threads(n);
    for (int64_t pieces : {0, 1, 2, 100}) {
      std::vector<std::atomic<int>> runs(pieces);
      parallel_for(pieces, [&](int64_t i) { ++runs[i]; });
      for (const auto& count : runs) CHECK(count == 1);
    }
  }
}

TEST_CASE("parallel ranges cover everything without overlap") {
  std::vector<int> seen(103, 0);
  parallel_ranges(103, 10, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) ++seen[i];
  });
  for (int count : seen) CHECK(count == 1);
}

TEST_CASE("an exception in a piece reaches the caller, and the pool works on") {
  const Threads threads(3);
  CHECK_THROWS_WITH(parallel_for(50,
                                 [](int64_t i) {
                                   if (i == 7) throw Error("seven");
                                 }),
                    "seven");
  std::atomic<int> runs{0};
  parallel_for(50, [&](int64_t) { ++runs; });
  CHECK(runs == 50);
}

TEST_CASE("a call from within a piece, or from a second thread, runs alone instead of waiting for ever") {
  const Threads threads(2);
  std::atomic<int> runs{0};
  parallel_for(4, [&](int64_t) { parallel_for(4, [&](int64_t) { ++runs; }); });
  CHECK(runs == 16);
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) parallel_for(4, [&](int64_t) { ++runs; });
  });
  for (int i = 0; i < 100; ++i) parallel_for(4, [&](int64_t) { ++runs; });
  other.join();
  CHECK(runs == 816);
}

TEST_CASE("a thread that works alone does all pieces itself, in order") {
  const Threads threads(3);
  std::vector<int64_t> order;
  std::thread beside([&] {
    work_alone();
    parallel_for(1000, [&](int64_t i) { order.push_back(i); });
  });
  beside.join();
  REQUIRE(order.size() == 1000);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("a number of threads that makes no sense is refused") {
  CHECK_THROWS_AS(set_thread_count(0), InputError);
  CHECK_THROWS_AS(set_thread_count(100000), InputError);
}
