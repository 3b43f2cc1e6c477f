#pragma once
// The one thread that computes for all clients: it takes requests from a queue of limited length, lets the scheduler
// (mor/scheduler.h) decode them side by side, and hands each its tokens.
//
// A token is handed on when it has been through the model itself, because only then is its depth known: one token later
// than it was drawn.

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mor/scheduler.h"
#include "trainer/loop/run_folder.h"
#include "trainer/serving/call_recorder.h"
#include "trainer/serving/completion.h"
#include "trainer/serving/metrics.h"

namespace tinymor {

/// The queue is full.
struct BusyError : Error {
  BusyError(const std::string& text, int64_t seconds) : Error(text), retry_after(seconds) {}
  int64_t retry_after;  ///< seconds after which it may have room
};
/// No requests are taken any more.
struct ClosedError : Error {
  using Error::Error;
};

class Engine {
 public:
  struct Limits {
    int64_t slots = 8;                           ///< texts under way at a time
    int64_t max_queue = 64;                      ///< texts that wait
    int64_t cache_bytes = 0;                     ///< for keys and values; 0: what the slots need
    double gather = SchedulerOptions::kByDepth;  ///< see mor/scheduler.h
    CacheFormat cache_format = CacheFormat::f32;
  };
  /// `recorder`, if any, is told of every call of the block; it must outlive the engine.
  Engine(LoadedModel loaded, const Limits& limits, CallRecorder* recorder = nullptr);
  /// Ends what is under way.
  ~Engine();

  /// Takes a request. Throws RequestError for what this model has no room for, BusyError and ClosedError.
  std::shared_ptr<Completion> submit(CompletionRequest request);
  /// From now on no request is taken; what is under way goes on.
  void close();
  /// Ends what is under way, and the thread: answers that are not complete fail.
  void stop();
  /// Whether nothing is under way, and the metrics say so.
  bool idle() const;

  Metrics metrics() const;
  const LoadedModel& loaded() const { return loaded_; }

 private:
  using Ids = std::vector<int32_t>;
  /// One text of the scheduler.
  struct Choice {
    std::shared_ptr<Completion> completion;
    size_t index;    // among the answers of the request
    int64_t number;  // in the scheduler
    int64_t prompt;  // its tokens
    ChoiceText text;
    int64_t added = 0;                   // tokens that `text` has got
    bool begun = false;                  // the prompt is through
    std::deque<TokenScore> scores = {};  // of the tokens after those
  };
  struct Waiting {
    std::shared_ptr<Completion> completion;
    std::vector<Ids> prompts;
  };

  /// With a new scheduler.
  void begin();
  void run();
  void admit(const Waiting& waiting);
  void end_cancelled();
  void deliver_all();
  /// What is new of a text goes to its client. Whether it is complete.
  bool deliver(Choice& choice);
  /// The prompt as tokens of the answer.
  std::vector<AnswerToken> echo(const Choice& choice) const;
  TokenScore score(std::span<const Real> logits, int32_t id, int64_t top) const;
  /// After an error: everything under way fails, and the engine begins again.
  void fail_all(const std::string& why);
  void note_progress();

  const LoadedModel loaded_;
  const Limits limits_;
  CallRecorder* const recorder_;
  int64_t longest_;  // tokens of a text
  std::optional<Scheduler> scheduler_;
  std::list<Choice> choices_;  // that are not complete, in the order in which they came
  Scheduler::Counts before_;   // of schedulers that failed

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  // Guarded by mutex_.
  std::deque<Waiting> inbox_;
  int64_t unfinished_ = 0;   // texts, in the inbox or under way
  double text_seconds_ = 0;  // what a text took lately, smoothed
  bool closed_ = false, stopped_ = false;
  Metrics metrics_;

  std::thread thread_;
};

}  // namespace tinymor
