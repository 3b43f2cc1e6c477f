#include "trainer/serving/metrics.h"

#include <fmt/format.h>

#include <string_view>

namespace tinymor {
namespace {

std::string head(const std::string& name, std::string_view type, std::string_view help) {
  return fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

}  // namespace

void Histogram::add(double seconds) {
  for (size_t i = 0; i < kBounds.size(); ++i) counts_[i] += seconds <= kBounds[i];
  ++all_;
  sum_ += seconds;
}

std::string Histogram::text(const std::string& name, const std::string& help) const {
  std::string text = head(name, "histogram", help);
  for (size_t i = 0; i < kBounds.size(); ++i)
    text += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", name, kBounds[i], counts_[i]);
  return text + fmt::format("{0}_bucket{{le=\"+Inf\"}} {1}\n{0}_sum {2}\n{0}_count {1}\n", name, all_, sum_);
}

std::string metrics_text(const Metrics& m, const std::map<int, int64_t>& responses) {
  std::string text;
  const auto add = [&](const std::string& name, std::string_view type, auto value, std::string_view help) {
    text += head(name, type, help) + fmt::format("{} {}\n", name, value);
  };
  text += head("tinymor_http_responses_total", "counter", "Responses by HTTP status.");
  for (const auto& [status, count] : responses)
    text += fmt::format("tinymor_http_responses_total{{status=\"{}\"}} {}\n", status, count);
  text += head("tinymor_requests_total", "counter", "Completions by how they ended.");
  text += fmt::format("tinymor_requests_total{{end=\"answered\"}} {}\n", m.answered);
  text += fmt::format("tinymor_requests_total{{end=\"cancelled\"}} {}\n", m.cancelled);
  text += fmt::format("tinymor_requests_total{{end=\"failed\"}} {}\n", m.failed);
  add("tinymor_prompt_tokens_total", "counter", m.prompt_tokens, "Tokens of prompts.");
  add("tinymor_completion_tokens_total", "counter", m.completion_tokens, "Tokens that were written.");
  add("tinymor_queue_texts", "gauge", m.waiting, "Texts that wait for a slot.");
  add("tinymor_slots", "gauge", m.slots, "Texts that can be under way at a time.");
  add("tinymor_slots_used", "gauge", m.under_way, "Texts that are under way.");
  add("tinymor_block_calls_total", "counter", m.block_calls, "Calls of the shared block.");
  add("tinymor_block_tokens_total", "counter", m.block_tokens, "Tokens that went through it, summed over its calls.");
  add("tinymor_block_tokens_per_call", "gauge",
      m.block_calls > 0 ? double(m.block_tokens) / double(m.block_calls) : 0.0, "Tokens per call of the block.");
  add("tinymor_preemptions_total", "counter", m.preemptions, "Times that a text gave its slot and its cache back.");
  add("tinymor_cache_bytes", "gauge", m.cache_bytes, "Keys and values of the texts that are under way.");
  text += m.request_seconds.text("tinymor_request_seconds", "From a request to the end of its answer.");
  return text +
         m.first_token_seconds.text("tinymor_first_token_seconds", "From a request to the first token of a text.");
}

}  // namespace tinymor
