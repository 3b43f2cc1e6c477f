#include "trainer/serving/completion_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tinymor {
namespace {

using nlohmann::ordered_json;

int64_t characters(const std::string& utf8) {
  return std::ranges::count_if(utf8, [](char byte) { return (byte & 0xC0) != 0x80; });
}

ordered_json finish_reason(Finish finish) {
  if (finish == Finish::not_yet) return nullptr;
  return finish == Finish::stop ? "stop" : "length";
}

}  // namespace

ordered_json AnswerWriter::whole(const std::vector<ChoiceNews>& news) {
  ordered_json document = object();
  for (size_t i = 0; i < news.size(); ++i) document["choices"].push_back(choice(i, news[i]));
  document["usage"] = usage_numbers();
  return document;
}

std::vector<ordered_json> AnswerWriter::chunks(const std::vector<ChoiceNews>& news) {
  std::vector<ordered_json> all;
  for (size_t i = 0; i < news.size(); ++i) {
    if (news[i].tokens.empty() && news[i].finish == Finish::not_yet) continue;
    all.push_back(object());
    all.back()["choices"].push_back(choice(i, news[i]));
  }
  return all;
}

ordered_json AnswerWriter::usage() const {
  ordered_json document = object();
  document["usage"] = usage_numbers();
  return document;
}

ordered_json AnswerWriter::object() const {
  return {{"id", head_.id},
          {"object", "text_completion"},
          {"created", head_.created},
          {"model", head_.model},
          {"choices", ordered_json::array()}};
}

ordered_json AnswerWriter::choice(size_t index, const ChoiceNews& news) {
  std::string text;
  ordered_json depths = ordered_json::array();
  for (const AnswerToken& token : news.tokens) {
    text += token.text;
    depths.push_back(token.depth);
  }
  ordered_json scores = completion_.request.logprobs ? logprobs(index, news) : ordered_json();
  offsets_[index] += characters(text);
  tokens_ += int64_t(news.tokens.size());
  return {{"text", text},
          {"index", index},
          {"logprobs", std::move(scores)},
          {"finish_reason", finish_reason(news.finish)},
          {"depths", std::move(depths)}};
}

ordered_json AnswerWriter::logprobs(size_t index, const ChoiceNews& news) {
  ordered_json tokens = ordered_json::array(), values = tokens, tops = tokens, offsets = tokens;
  int64_t offset = offsets_[index];
  for (const AnswerToken& token : news.tokens) {
    tokens.push_back(token.text);
    offsets.push_back(offset);
    offset += characters(token.text);
    values.push_back(token.scored ? ordered_json(token.score.logprob) : ordered_json());
    ordered_json top = ordered_json::object();
    for (const auto& [text, logprob] : token.score.top) top.emplace(text, logprob);
    tops.push_back(token.scored ? std::move(top) : ordered_json());
  }
  return {{"tokens", std::move(tokens)},
          {"token_logprobs", std::move(values)},
          {"top_logprobs", std::move(tops)},
          {"text_offset", std::move(offsets)}};
}

ordered_json AnswerWriter::usage_numbers() const {
  const CompletionRequest& request = completion_.request;
  const int64_t echoed = request.echo ? completion_.prompt_tokens * request.n : 0, written = tokens_ - echoed;
  return {{"prompt_tokens", completion_.prompt_tokens},
          {"completion_tokens", written},
          {"total_tokens", completion_.prompt_tokens + written}};
}

ordered_json error_json(const std::string& message, const std::string& type, const std::string& param) {
  return {{"error",
           {{"message", message}, {"type", type}, {"param", param.empty() ? ordered_json() : ordered_json(param)}}}};
}

}  // namespace tinymor
