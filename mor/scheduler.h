#pragma once
// Decoding many texts at once, batched by depth (paper 3.3, App. E).
//
// Texts that go through the model side by side would wait for the one among their tokens that recurs most often. But
// the block has the same weights in every recursion, so tokens in different recursions can go through it together: a
// token that leaves makes its place free at once, its text draws the next token, and that one comes in with the very
// next call of the block. The batch stays full, and a text whose tokens need less depth is done sooner.
//
// Prompts come in pieces, so that a long one does not make the others wait; texts with the same prompt share what the
// cache has of it. When the cache is full, the text that came
// last gives its part back and is fed again later. What comes out is what a Generator (mor/generate.h) makes of each
// text alone, to the bit when the model is packed (Model::pack). For a model without routing the two kinds of batching
// are one.

#include <cstdint>
#include <list>
#include <map>
#include <vector>

#include "mor/generate.h"

namespace tinymor {

struct SchedulerOptions {
  static constexpr double kByDepth = 0, kBySequence = 1;

  int64_t slots = 16;  ///< Texts that are under way at a time, at most.
  /// The prelude, coda and head run when the tokens of this share of the texts under way have left the block, on all of
  /// them in one call. By depth none waits; by sequence each waits for the deepest. In between, these layers have more
  /// rows in a call, and the block fewer.
  double gather = kByDepth;
  int64_t cache_bytes = 0;     ///< Of keys and values, at most; 0: no limit.
  int64_t prompt_tokens = 64;  ///< Tokens of a prompt that come in at a time, at most.
  CacheFormat cache_format = CacheFormat::f32;
};

class Scheduler {
 public:
  /// The model must outlive the scheduler. Throws InputError when the cache has no room for any text.
  Scheduler(const Model& model, const SchedulerOptions& options);

  /// What a text may want of its own.
  struct Wishes {
    int64_t max_depth = 0;     ///< Caps the recursions per token; 0: no cap.
    bool keep_logits = false;  ///< Text::logits is wanted.
    int64_t like = -1;         ///< An earlier text with the same prompt and cap, to share its part of the cache.
  };
  /// Queues a prompt that `n` tokens are to follow, and returns its number, from 0. Throws InputError when the prompt
  /// is empty, or when what is run, all but the last token, is longer than `longest`.
  int64_t submit(std::vector<int32_t> prompt, int64_t n, const SampleOptions& options, const Wishes& wishes);
  int64_t submit(std::vector<int32_t> prompt, int64_t n, const SampleOptions& options) {
    return submit(std::move(prompt), n, options, {});
  }
  /// One call of the block. False when every text is done.
  bool tick();
  /// Ends a text early: no token of it is drawn any more. What is done stays.
  void cancel(int64_t number);
  /// Ends a text and frees its memory. Its number means nothing from then on.
  void forget(int64_t number);

  struct Text {
    std::vector<int32_t> ids;          ///< prompt and what was drawn so far
    std::vector<int32_t> depths = {};  ///< recursions at each position that was run: when done, all but the last
    int64_t left = 0;                  ///< tokens still to be drawn
    bool waiting = true;               ///< for a slot
    std::vector<Real> logits = {};     ///< [V] what the last token was drawn from, where that is wanted
  };
  /// Tokens of a text that are run, at most: as many as the model takes and the cache holds.
  int64_t longest() const { return longest_; }
  const Text& text(int64_t number) const { return jobs_.at(number).text; }

  struct Counts {
    int64_t block_calls = 0;
    int64_t block_rows = 0;   ///< tokens that went through the block, summed over its calls
    int64_t coda_calls = 0;   ///< calls of the coda and head
    int64_t drawn = 0;        ///< tokens that were drawn
    int64_t preemptions = 0;  ///< times that a text gave its part of the cache back
    int64_t peak_pages = 0;   ///< of the cache, in use or promised
    int64_t shared = 0;       ///< tokens of prompts that were not run because another text had
  };
  const Counts& counts() const { return counts_; }
  int64_t page_bytes() const { return cache_.page_bytes(); }
  /// Bytes of the keys and values of all texts that are under way.
  int64_t cache_bytes() const { return cache_.bytes(); }
  /// Texts, done or not, that are not forgotten, or hold a slot still.
  int64_t held() const { return int64_t(jobs_.size()); }
  int64_t slots() const { return slots_; }
  /// Texts that have a slot.
  int64_t under_way() const { return slots_ - int64_t(idle_.size()); }

  // For those who look on, after a tick; it costs nothing while nobody asks.

  /// A text that has a slot, and its tokens that are on their way through the model.
  struct Seat {
    int64_t slot = 0, text = 0;
    int64_t first = 0, tokens = 0;      ///< Their positions; no tokens: it waits for others or for room in the cache.
    int64_t recursion = 0, inside = 0;  ///< From 0, and how many of them the last call of the block took.
    bool fed = false;                   ///< They are part of a prompt, or fed again; else one that was drawn.
  };
  /// By slot.
  std::vector<Seat> seats() const;
  /// The texts that wait for a slot; the first comes next.
  std::vector<int64_t> queue() const;

 private:
  struct Job {
    int64_t number;
    Text text;
    SampleOptions options;
    Wishes wishes;
    int64_t drawn = 0;                         // tokens so far
    int64_t fed = 0;                           // of its ids, how many the cache holds
    int64_t running = 0;                       // how many after those are on their way through the model
    int64_t pages = 0;                         // of the cache that it has or was promised
    Lane lane = {.layer = 0, .sequence = -1};  // where in the cache; sequence -1: it has no slot
    Variable states = {};                      // [running,d] while they wait for the coda
    bool forgotten = false;

    bool has_slot() const { return lane.sequence >= 0; }
    int64_t unfed() const { return int64_t(text.ids.size()) - fed; }
    /// Tokens of its prompt but the last, from which it draws.
    int64_t before_draws() const { return int64_t(text.ids.size()) - drawn - 1; }
  };
  /// Texts whose tokens came in together, and so are in the same recursion.
  struct Cohort {
    std::vector<Job*> jobs;  // null when its tokens have left
    std::vector<Lane> lanes;
    Rows rows;  // as they came in
    Recurrence recurrence;
  };

  static Rows rows_of(const std::vector<Job*>& jobs);
  /// Lets the routers choose, and notes as `out_` the texts all of whose tokens have had enough.
  void leave();
  /// The rest of the model for these, and their next tokens. Those that go on wait.
  void draw(const std::vector<Job*>& jobs);
  static void draw_token(Job& job, std::span<const Real> logits);
  /// Brings in those that wait, in the order in which they came, as far as there is room.
  void enter();
  /// Pages that a text is likely to have at its end, from what those that ended had of the most they could have, and
  /// before one has, from the capacities.
  double expected_pages(const Job& job) const;
  /// Whether all that are under way and this one are likely to get through together. Where texts begin as soon as there
  /// is a page, they soon take pages from each other, and what they had is computed again.
  bool may_begin(const Job& job) const;
  /// Gives a text a slot and promises it room in the cache for its next piece, where there is some or a later text
  /// gives way.
  bool has_room(Job& job);
  /// The text whose prompt in the cache this one, which has no slot, is to share; null: there is none any more.
  const Job* like(const Job& job) const;
  /// Gives a text a slot, and what it can share.
  void take_slot(Job& job);
  /// Takes slot and cache from the text that came last, if that was after this one.
  bool later_gives_way(const Job& job);
  /// The prelude for texts with the same cap, which become a cohort.
  void start(const std::vector<Job*>& jobs);
  /// Gives back a text's slot and what the cache holds of it.
  void release(Job& job);
  /// Runs the block once, on everything that is inside; where each recursion has a block of its own, each of them once.
  void run_blocks();
  /// Runs it once on these, which are inside recursions with the same weights.
  void run_block(const std::vector<Cohort*>& cohorts);

  const Model& model_;
  int64_t slots_, page_limit_, prompt_tokens_, longest_;
  double gather_;
  KvCache cache_;
  std::vector<int64_t> idle_;  // sequences of the cache that no text uses
  int64_t submitted_ = 0, promised_ = 0;
  double expected_share_;
  int64_t ended_pages_ = 0, ended_most_ = 0;  // of texts that ended: the pages they had, and the most they could have
  std::map<int64_t, Job> jobs_;
  std::map<int64_t, Job*> waiting_;  // not inside, and not done; by number
  std::list<Cohort> cohorts_;
  std::vector<Job*> out_;
  Counts counts_;
};

}  // namespace tinymor
