#pragma once
// Cached decoding of one text, token by token, under the causal (threshold) rule.

#include <cstdint>
#include <span>
#include <vector>

#include "mor/kv_cache.h"
#include "mor/model.h"
#include "mor/sampling.h"

namespace tinymor {

/// A token that was generated, and the work done at its position to predict the one after it.
struct GeneratedToken {
  int32_t id = 0;
  int32_t depth = 0;                 ///< Recursions spent at its position.
  std::vector<float> router_logits;  ///< The score each recursion gave it, as far as it got; empty without routing.
};

class Generator {
 public:
  /// `max_depth` caps the recursions per token; 0: no cap. The model must outlive the generator.
  Generator(const Model& model, SampleOptions options, int64_t max_depth = 0, CacheFormat format = CacheFormat::f32);

  /// Starts again with a text of at least one token, the last `drawn` of which were drawn before: the next draw is the
  /// one that follows theirs. When it is longer than the model's max_seq_len only its end is used. Returns the tokens
  /// (those used) with their depths.
  std::vector<GeneratedToken> prompt(std::span<const int32_t> ids, int64_t drawn = 0);

  /// Draws the next token and runs it through the model. When the model's max_seq_len is reached, the later half of the
  /// text is run again as a new prompt, so that generation can go on for ever.
  GeneratedToken next();

  /// Other options from the next token on.
  void set_options(SampleOptions options, int64_t max_depth);

  /// [V] what the next token is drawn from; empty before a prompt.
  std::span<const Real> logits() const { return logits_.defined() ? logits_.values() : std::span<const Real>(); }
  const KvCache& cache() const { return cache_; }
  /// How many tokens, at the end of the text, the cache holds; some recursions may hold fewer.
  int64_t held() const { return int64_t(text_.size()); }

 private:
  std::vector<GeneratedToken> restart(std::span<const int32_t> ids);
  std::vector<GeneratedToken> run(std::span<const int32_t> ids);

  const Model& model_;
  SampleOptions options_;
  int64_t max_depth_;
  KvCache cache_;
  std::vector<int32_t> text_;  // what the cache holds
  Tensor logits_;              // [1,V] at the last position
  int64_t drawn_ = 0;
};

}  // namespace tinymor
