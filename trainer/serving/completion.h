#pragma once
// One request under way: what the engine writes and the connection that asked reads.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "trainer/serving/choice_text.h"
#include "trainer/serving/completion_request.h"

namespace tinymor {

/// Why an answer ended: at a stop text or a token that ends texts, or because it has as many tokens as it was to have.
enum class Finish { not_yet, stop, length };

/// What has happened to one of the answers since the last look.
struct ChoiceNews {
  std::vector<AnswerToken> tokens = {};
  Finish finish = Finish::not_yet;
};

class Completion {
 public:
  /// `tokens`: how many all prompts have together.
  Completion(CompletionRequest asked, int64_t tokens)
      : request(std::move(asked)), prompt_tokens(tokens), news_(size_t(request.texts())) {}

  struct News {
    std::vector<ChoiceNews> choices;  ///< answer j to prompt i is i * n + j
    bool done = false;                ///< no more will come
    std::string failure = {};         ///< why it ended before its time; empty when it did not
  };
  /// Waits until something has happened, or the time is over, and takes it.
  News wait(std::chrono::milliseconds time);
  /// Nobody waits for it any more: the engine ends it soon.
  void cancel() { cancelled_ = true; }
  bool cancelled() const { return cancelled_; }
  /// How many texts are to come in before the first of these, and that one: 0 when it is under way.
  int64_t place() const { return place_; }

  // For the engine.

  void set_place(int64_t place) { place_ = place; }
  /// Whether that was the end of the last answer.
  bool add(size_t choice, ChoiceNews news);
  /// Whether it was under way until now.
  bool fail(const std::string& why);

  const CompletionRequest request;
  const int64_t prompt_tokens;
  const std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();

 private:
  std::atomic<bool> cancelled_ = false;
  std::atomic<int64_t> place_ = 0;
  std::mutex mutex_;
  std::condition_variable happened_;
  bool over() const { return finished_ == news_.size() || !failure_.empty(); }

  // Guarded by mutex_.
  std::vector<ChoiceNews> news_;
  size_t finished_ = 0;
  bool fresh_ = false;
  std::string failure_;
};

}  // namespace tinymor
