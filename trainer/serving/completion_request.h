#pragma once
// What a client asks for: the body of POST /v1/completions, read and checked. It comes from anywhere, so everything in
// it may be wrong.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mor/generate.h"
#include "tensor/error.h"

namespace tinymor {

/// A request is wrong, and `param`, where that can be told, is what is wrong in it.
struct RequestError : InputError {
  RequestError(const std::string& message, std::string param) : InputError(message), param(std::move(param)) {}
  std::string param;
};

/// The most that one request may ask for.
inline constexpr int64_t kMostPrompts = 64, kMostAnswers = 16, kMostStops = 16, kLongestStop = 256, kMostLogprobs = 20;

/// What is left out is as `tinymor generate` has it, but for max_tokens, which is 16 in OpenAI's protocol.
struct CompletionRequest {
  std::vector<std::string> prompts;
  int64_t max_tokens = 16;
  SampleOptions sampling = {};
  int64_t max_depth = 0;  ///< the most recursions per token; 0: as many as the model has
  int64_t n = 1;          ///< answers for each prompt; the i-th, from 0, is drawn with seed + i
  std::vector<std::string> stop = {};
  std::optional<int64_t> logprobs = {};  ///< how many likely tokens are named beside each one drawn
  bool stream = false, include_usage = false, echo = false;

  int64_t texts() const { return int64_t(prompts.size()) * n; }
};

/// Reads a body. Throws RequestError for what is not JSON, unknown names, and values of a wrong type or size.
CompletionRequest parse_completion_request(std::string_view body);

}  // namespace tinymor
