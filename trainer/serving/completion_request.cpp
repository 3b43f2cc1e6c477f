#include "trainer/serving/completion_request.h"

#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "tensor/json.h"

namespace tinymor {
namespace {

using nlohmann::json;

/// Throws RequestError, naming what is wrong, unless `ok`.
template <class... Args>
void check_param(bool ok, const std::string& param, fmt::format_string<Args...> text, Args&&... args) {
  if (!ok) throw RequestError(param + ": " + fmt::format(text, std::forward<Args>(args)...), param);
}

bool boolean(const json& value, const std::string& name) {
  check_param(value.is_boolean(), name, "is not true or false");
  return value.get<bool>();
}

double number(const json& value, const std::string& name, double low, double high) {
  check_param(value.is_number(), name, "is not a number");
  const double number = value.get<double>();
  check_param(number >= low && number <= high, name, "{} is out of range (give {} to {})", number, low, high);
  return number;
}

int64_t whole(const json& value, const std::string& name, int64_t low, int64_t high) {
  check_param(value.is_number_integer(), name, "is not a whole number");
  const bool beyond = value.is_number_unsigned() && value.get<uint64_t>() > uint64_t(high);
  check_param(!beyond && value.get<int64_t>() >= low && value.get<int64_t>() <= high, name,
              "{} is out of range (give {} to {})", value.dump(), low, high);
  return value.get<int64_t>();
}

/// A text, or a list of up to `most` of them.
std::vector<std::string> texts(const json& value, const std::string& name, int64_t most) {
  if (value.is_string()) return {value.get<std::string>()};
  check_param(value.is_array(), name, "is not a text or a list of texts");
  check_param(int64_t(value.size()) <= most, name, "{} texts are too many (give up to {})", value.size(), most);
  std::vector<std::string> all;
  for (const json& text : value) {
    check_param(text.is_string(), name, "is not a text or a list of texts");
    all.push_back(text.get<std::string>());
  }
  return all;
}

constexpr int64_t kMost = std::numeric_limits<int32_t>::max();

using Set = std::function<void(CompletionRequest&, const json&, const std::string&)>;

/// A name of the protocol that is taken as long as its value changes nothing.
Set only(const json& without_effect) {
  return [without_effect](CompletionRequest&, const json& value, const std::string& name) {
    check_param(value == without_effect, name, "is not supported here (leave it out)");
  };
}

const std::map<std::string, Set>& setters() {
  using R = CompletionRequest;
  using Name = const std::string&;
  static const std::map<std::string, Set> all = {
      {"model", [](R&, const json& v, Name n) { check_param(v.is_string(), n, "is not a text"); }},
      {"user", [](R&, const json& v, Name n) { check_param(v.is_string(), n, "is not a text"); }},
      {"prompt",
       [](R& r, const json& v, Name n) {
         r.prompts = texts(v, n, kMostPrompts);
         check_param(!r.prompts.empty(), n, "is an empty list (give a text)");
       }},
      {"max_tokens", [](R& r, const json& v, Name n) { r.max_tokens = whole(v, n, 0, kMost); }},
      {"temperature", [](R& r, const json& v, Name n) { r.sampling.temperature = number(v, n, 0, 1000); }},
      {"top_p", [](R& r, const json& v, Name n) { r.sampling.top_p = number(v, n, 0, 1); }},
      {"top_k", [](R& r, const json& v, Name n) { r.sampling.top_k = whole(v, n, 0, kMost); }},
      {"min_p", [](R& r, const json& v, Name n) { r.sampling.min_p = number(v, n, 0, 1); }},
      {"seed",
       [](R& r, const json& v, Name n) {
         check_param(v.is_number_unsigned(), n, "is not a whole number from 0 on");
         r.sampling.seed = v.get<uint64_t>();
       }},
      {"max_depth", [](R& r, const json& v, Name n) { r.max_depth = whole(v, n, 1, kMost); }},
      {"n", [](R& r, const json& v, Name n) { r.n = whole(v, n, 1, kMostAnswers); }},
      {"stop",
       [](R& r, const json& v, Name n) {
         r.stop = texts(v, n, kMostStops);
         for (const std::string& stop : r.stop)
           check_param(!stop.empty() && int64_t(stop.size()) <= kLongestStop, n,
                       "has a text of {} bytes (give 1 to {})", stop.size(), kLongestStop);
       }},
      {"logprobs", [](R& r, const json& v, Name n) { r.logprobs = whole(v, n, 0, kMostLogprobs); }},
      {"stream", [](R& r, const json& v, Name n) { r.stream = boolean(v, n); }},
      {"stream_options",
       [](R& r, const json& v, Name n) {
         check_param(v.is_object() && v.size() == v.count("include_usage"), n, "may only hold include_usage");
         r.include_usage = v.contains("include_usage") && boolean(v["include_usage"], n + ".include_usage");
       }},
      {"echo", [](R& r, const json& v, Name n) { r.echo = boolean(v, n); }},
      {"best_of", only(1)},
      {"frequency_penalty", only(0)},
      {"presence_penalty", only(0)},
      {"logit_bias", only(json::object())},
      {"suffix", only("")}};
  return all;
}

json parse_body(std::string_view body) {
  try {
    return parse_json(body, "the body of the request");
  } catch (const InputError& error) {
    throw RequestError(error.what(), "");
  }
}

}  // namespace

CompletionRequest parse_completion_request(std::string_view body) {
  const json document = parse_body(body);
  if (!document.is_object())
    throw RequestError("the body of the request: is not a JSON object (as in {\"prompt\": \"Once\"})", "");
  CompletionRequest request;
  for (const auto& [name, value] : document.items()) {
    const auto setter = setters().find(name);
    check_param(setter != setters().end(), name.substr(0, 64), "there is no such parameter (leave it out)");
    if (!value.is_null()) setter->second(request, value, name);
  }
  check_param(!request.prompts.empty(), "prompt", "is missing (give a text)");
  return request;
}

}  // namespace tinymor
