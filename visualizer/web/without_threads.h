#pragma once
// What SentencePiece is compiled with for a page that cannot start threads: what it would give to a thread, it does
// itself.

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

namespace std {

struct done_at_once {
  using id = thread::id;

  template <class Work>
  explicit done_at_once(Work&& work) {
    std::forward<Work>(work)();
  }
  bool joinable() const { return false; }
  void join() {}
};

}  // namespace std

#define thread done_at_once
