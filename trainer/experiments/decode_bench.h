#pragma once
// How fast one text is written, token after token, and what bounds it: every token reads all weights once, so that the
// time is at least the time that memory takes to hand them over.

#include <cstdint>

#include "mor/model.h"

namespace tinymor {

struct DecodeBench {
  double ms_per_token;  ///< the median of all tokens
  double tokens_per_s;
  int64_t weight_bytes;  ///< that one token reads
  double gb_per_s;       ///< 10^9 bytes of weights per second
  double read_gb_per_s;  ///< at which this machine reads as many bytes, one after the other, and only adds them up
  double peak_rss_mb;
};
/// Writes `tokens` tokens after a first one, each the likeliest, with the weights of `model` in this format.
DecodeBench bench_decode(Model model, WeightFormat format, int64_t tokens);

}  // namespace tinymor
