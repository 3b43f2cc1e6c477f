#pragma once
// What SentencePiece is compiled with for a page. A page may be unable to start threads, and it starts one even for the
// work of one: what it would give to a thread, it does itself. And the rules by which it could normalize texts, a MB of
// them, are left out: the tokenizers here have none.

#include <condition_variable>
#include <cstddef>
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

#define NORMALIZATION_RULE_H_
namespace sentencepiece {
namespace {
struct BinaryBlob {
  const char* name;
  size_t size;
  const char* data;
};
constexpr BinaryBlob kNormalizationRules_blob[1] = {};
constexpr size_t kNormalizationRules_size = 0;
}  // namespace
}  // namespace sentencepiece
