#pragma once
// Answers as OpenAI's protocol has them: {"id","object":"text_completion","created","model","choices","usage"}, and
// "depths", the recursions of each token, in every choice.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "trainer/serving/completion.h"

namespace tinymor {

/// What all answers to one request begin with.
struct AnswerHead {
  std::string id, model;
  int64_t created = 0;  ///< seconds since 1970
};

/// Writes the answers to one request, in one piece or, for a stream, in several.
class AnswerWriter {
 public:
  AnswerWriter(const Completion& completion, AnswerHead head)
      : completion_(completion), head_(std::move(head)), offsets_(size_t(completion.request.texts())) {}

  /// One object with a choice for each element of `news`, and the usage.
  nlohmann::ordered_json whole(const std::vector<ChoiceNews>& news);
  /// An object with one choice for each element of `news` that has any.
  std::vector<nlohmann::ordered_json> chunks(const std::vector<ChoiceNews>& news);
  /// An object without choices, but with the usage.
  nlohmann::ordered_json usage() const;

 private:
  nlohmann::ordered_json object() const;
  nlohmann::ordered_json choice(size_t index, const ChoiceNews& news);
  nlohmann::ordered_json logprobs(size_t index, const ChoiceNews& news);
  nlohmann::ordered_json usage_numbers() const;

  const Completion& completion_;
  AnswerHead head_;
  std::vector<int64_t> offsets_;  // characters of each answer so far
  int64_t tokens_ = 0;            // of all answers so far
};

/// {"error": {"message", "type", "param"}}; an empty `param` becomes null.
nlohmann::ordered_json error_json(const std::string& message, const std::string& type, const std::string& param = "");

}  // namespace tinymor
