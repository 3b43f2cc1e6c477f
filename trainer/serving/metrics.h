#pragma once
// What a server has done and does, in the text format that Prometheus reads.

#include <array>
#include <cstdint>
#include <map>
#include <string>

namespace tinymor {

/// How many durations there were, up to each of some bounds.
class Histogram {
 public:
  void add(double seconds);
  /// Lines of the metric `name`.
  std::string text(const std::string& name, const std::string& help) const;

 private:
  static constexpr std::array<double, 10> kBounds = {0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};  // seconds
  std::array<int64_t, kBounds.size()> counts_ = {};  // up to each bound
  int64_t all_ = 0;
  double sum_ = 0;
};

struct Metrics {
  int64_t slots = 0, under_way = 0, waiting = 0;    ///< texts
  int64_t answered = 0, cancelled = 0, failed = 0;  ///< requests
  int64_t prompt_tokens = 0, completion_tokens = 0;
  int64_t block_calls = 0, block_tokens = 0, preemptions = 0;
  int64_t cache_bytes = 0;
  Histogram request_seconds, first_token_seconds;
};

/// `responses`: how many were sent with each HTTP status.
std::string metrics_text(const Metrics& metrics, const std::map<int, int64_t>& responses);

}  // namespace tinymor
