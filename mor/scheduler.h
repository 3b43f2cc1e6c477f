#pragma once
// Decoding many texts at once, batched by depth (paper 3.3, App. E).
//
// Texts that go through the model side by side would wait for the one among their tokens that recurs most often. But
// the block has the same weights in every recursion, so tokens in different recursions can go through it together: a
// token that leaves makes its place free at once, its text draws the next token, and that one comes in with the very
// next call of the block. The batch stays full, and a text whose tokens need less depth is done sooner.
//
// What comes out is what a Generator (mor/generate.h) makes of each text alone. For a model without routing the two
// kinds of batching are one.

#include <cstdint>
#include <deque>
#include <list>
#include <vector>

#include "mor/generate.h"

namespace tinymor {

/// Whether a text's next token may come in at once, or only when all tokens that are inside have left.
enum class Batching { by_depth, by_sequence };

class Scheduler {
 public:
  /// At most `slots` texts are under way at a time; `max_depth` caps the recursions per token, 0: no cap. The model
  /// must outlive the scheduler.
  Scheduler(const Model& model, int64_t slots, int64_t max_depth = 0, Batching batching = Batching::by_depth);

  /// What a text may want of its own.
  struct Wishes {
    int64_t max_depth = 0;     ///< caps the recursions per token; 0: as the scheduler does
    bool keep_logits = false;  ///< Text::logits is wanted
  };
  /// Queues a prompt that `n` tokens are to follow, and returns its number, from 0. Throws InputError when the prompt
  /// is empty or what is run, all but the last token, is longer than the model's max_seq_len.
  int64_t submit(std::vector<int32_t> prompt, int64_t n, const SampleOptions& options);
  int64_t submit(std::vector<int32_t> prompt, int64_t n, const SampleOptions& options, const Wishes& wishes);
  /// One call of the block. False when every text is done.
  bool tick();
  /// Ends a text: no token of it is drawn any more, and its place is free as soon as those inside have left.
  void cancel(int64_t number);
  /// Frees the memory of a text that is done; it has no text() any more.
  void forget(int64_t number);

  struct Text {
    std::vector<int32_t> ids;          ///< prompt and what was drawn so far
    std::vector<int32_t> depths = {};  ///< recursions at each position that was run: when done, all but the last
    int64_t left = 0;                  ///< tokens still to be drawn
    bool waiting = true;               ///< for a place
    std::vector<Real> logits = {};     ///< [V] what the last token was drawn from, where that is wanted
  };
  const Text& text(int64_t number) const { return job(number).text; }

  struct Counts {
    int64_t block_calls = 0;
    int64_t block_rows = 0;  ///< tokens that went through the block, summed over its calls
    int64_t drawn = 0;       ///< tokens that were drawn
  };
  const Counts& counts() const { return counts_; }
  /// Texts, done or not, that are not forgotten, or hold a place still.
  int64_t held() const { return int64_t(jobs_.size()); }
  /// Bytes of the keys and values of all texts that are under way.
  int64_t cache_bytes() const { return cache_.bytes(); }

 private:
  struct Job {
    Text text;
    SampleOptions options;
    Wishes wishes;
    int64_t running;    // how many of the last ids are, or are to be, on their way through the model
    int64_t drawn = 0;  // tokens so far
    Lane lane = {.layer = 0, .sequence = -1};  // where in the cache, while under way
    Variable states = {};                      // [running,d] while they wait for the coda
    bool forgotten = false;
  };
  /// Texts whose tokens came in together, and so are in the same recursion.
  struct Cohort {
    std::vector<Job*> jobs;  // null when its tokens have left
    std::vector<Lane> lanes;
    Rows rows;  // as they came in
    Recurrence recurrence;
  };

  const Job& job(int64_t number) const { return jobs_[size_t(number - first_)]; }
  Job& job(int64_t number) { return jobs_[size_t(number - first_)]; }
  static Rows rows_of(const std::vector<Job*>& jobs);
  /// Frees the place of a text that is done.
  void release(Job& job);
  /// Drops the texts in front that are forgotten and hold no place.
  void drop_forgotten();
  /// Lets the routers choose, and notes as `out_` the texts all of whose tokens have had enough.
  void leave();
  /// The rest of the model for these, and their next tokens. Returns the texts that go on.
  std::vector<Job*> draw(const std::vector<Job*>& jobs);
  /// Brings these in, and texts from the queue while there are places.
  void enter(std::vector<Job*> jobs);
  /// Brings in some whose recursions have the same cap.
  void enter(const std::vector<Job*>& jobs, int64_t max_depth);
  /// Runs the block once, on everything that is inside.
  void run_block();

  const Model& model_;
  ForwardOptions options_;
  Batching batching_;
  KvCache cache_;
  std::vector<int64_t> idle_;  // sequences of the cache that no text uses
  std::deque<Job> jobs_;
  int64_t first_ = 0;   // the number of jobs_.front()
  int64_t queued_ = 0;  // the first number that has not come in yet
  std::list<Cohort> cohorts_;
  std::vector<Job*> out_;
  Counts counts_;
};

}  // namespace tinymor
