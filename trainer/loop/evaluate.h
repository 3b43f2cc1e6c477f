#pragma once
// How well a model predicts text that it was not trained on, and what its routers make of it.

#include <cstdint>
#include <functional>
#include <vector>

#include "datasets/batches.h"
#include "datasets/tokenizer.h"
#include "mor/kv_cache.h"
#include "mor/model.h"

namespace tinymor {

struct Evaluation {
  int64_t tokens = 0;   ///< predictions judged
  int64_t unknown = 0;  ///< predictions left out, of what the tokenizer does not know
  double loss = 0;      ///< mean over them, nats
  double perplexity = 0;
  double mean_depth = 0;
  double sampling_accuracy = 1;  ///< see RouterMetrics, like the last two
  /// Share of the positions 0..T-1 at which no text had a token that took every recursion (paper App. G.2); 0 without
  /// routing.
  double dead_positions = 0;
  double max_violation = 0;
  double load_entropy = 0;
};

/// Sees some windows at a time: their ids [n,T], what the model did with them, and the loss of every prediction [n*T].
using SeeWindows = std::function<void(const IntTensor& ids, const ForwardResult& result, const Tensor& nll)>;

struct EvaluateOptions {
  int64_t max_windows = 0;               ///< as many, evenly spread; 0: all
  int64_t max_depth = 0;                 ///< caps the recursions per token; 0: no cap
  CacheFormat cache = CacheFormat::f32;  ///< keys and values are rounded as a cache of that format rounds them
  SeeWindows see = {};                   ///< is shown all windows on the way
};

/// Bytes of text that a prediction of `windows` stands for, on average over as many of them, evenly spread; 0: all.
double bytes_per_prediction(const Windows& windows, const Tokenizer& tokenizer, int64_t max_windows = 0);
/// A loss in nats per prediction as bits per byte of text: the same unit for every tokenizer.
double bits_per_byte(double loss, double bytes_per_prediction);

/// Held-out windows that a run looks at while it trains, at most; `tinymor eval` uses all.
constexpr int64_t kEvalWindows = 64;

/// Judges `model` on a text under a rule, by all predictions but those of targets -1. Documents that are kept apart are
/// sequences of their own: by the top-k rule, a recursion takes its share of the tokens of each. Throws InputError when
/// there is nothing to judge by.
Evaluation evaluate(const Model& model, const Windows& windows, Rule rule, const EvaluateOptions& options = {});

/// The same in pieces, for a program that has other things to do in between.
class Evaluator {
 public:
  /// Model and windows must outlive it.
  Evaluator(const Model& model, const Windows& windows, Rule rule, const EvaluateOptions& options = {});
  /// Judges some more windows; false once it has judged all.
  bool advance();
  /// Once all are judged.
  Evaluation result() const;

 private:
  void take(const Batch& batch, const Rows& rows, const ForwardResult& result, const Tensor& nll);

  const Model& model_;
  const Windows& windows_;
  Rule rule_;
  EvaluateOptions options_;
  std::vector<int64_t> which_;  // windows
  size_t judged_ = 0;           // of them
  Evaluation sum_;
  RouterMetrics routing_{.sampling_accuracy = 0};
  int64_t positions_ = 0;
  std::vector<bool> reached_;  // by position
};

}  // namespace tinymor
