#pragma once
// How many tokens per second many texts are written with: a MoR model against its twins, by sequence and by depth, once
// with the same number of slots and once with the same memory for keys and values, which a smaller cache fills with
// more texts (paper 3.3, App. E).

#include <cstdint>
#include <string>
#include <vector>

#include "mor/scheduler.h"

namespace tinymor {

/// Texts to decode: how many, how many at a time, and how many tokens each is long on average.
struct ServeLoad {
  int64_t texts = 64, slots = 32, mean_tokens = 64;
  double gather = SchedulerOptions::kByDepth;  ///< In the rows by depth.
  int64_t rounds = 3;                          ///< Times that everything is measured, in turn; the medians count.
  WeightFormat weights = WeightFormat::f32;
  uint64_t seed = 1;
};

struct ServeRow {
  std::string model, batching;
  int64_t slots = 0, cache_bytes = 0;  ///< cache_bytes 0: no limit
  double tokens_per_s = 0;
  double ratio = 0;               ///< of tokens_per_s, to the vanilla model by sequence of the same round and limit
  double predicted = 0;           ///< tokens per second that the machine's operations and memory allow (machine.h)
  double rows_per_call = 0;       ///< tokens that a call of the block takes, on average
  double calls_per_token = 0;     ///< calls of the block that a token goes through, on average
  double rows_per_coda = 0;       ///< tokens that a call of the prelude, coda and head takes, on average
  double p50_ms = 0, p95_ms = 0;  ///< from one token of a text to its next: half of them, and 95 %, took no longer
};

/// Every row: vanilla, recursive and `config` itself, by sequence and by depth; with `load.slots`, then with four times
/// as many and a cache that is as large as the vanilla model's for `load.slots` texts of mean length. Texts begin with
/// one token and go on for a normally distributed number (deviation a quarter of the mean, as paper App. E leaves it
/// open), each the likeliest, with weights as they are drawn: no token of such a model is likely, and to rank them all
/// would take longer than it does with a trained one.
///
/// `predicted` counts the products alone: those of the block with the rows of a call, and those of the other layers and
/// the head with theirs.
std::vector<ServeRow> bench_serve(const ModelConfig& config, const ServeLoad& load);

}  // namespace tinymor
