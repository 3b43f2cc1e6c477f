#include "trainer/serving/completion_request.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/random_cases.h"

using namespace tinymor;

namespace {

const std::string kFull = R"({"model": "first", "prompt": ["Once", "Twice"], "max_tokens": 20, "temperature": 0.5,
 "top_p": 0.9, "top_k": 5, "min_p": 0.1, "seed": 18446744073709551615, "stop": [".", "end"], "stream": true, "n": 3,
 "logprobs": 2, "echo": true, "max_depth": 2, "stream_options": {"include_usage": true}, "user": "anna", "best_of": 1,
 "frequency_penalty": 0, "presence_penalty": 0.0, "logit_bias": {}, "suffix": null})";

/// The message and parameter of what is wrong with a body; "" when nothing is.
std::pair<std::string, std::string> refusal(const std::string& body) {
  try {
    parse_completion_request(body);
    return {};
  } catch (const RequestError& error) {
    return {error.what(), error.param};
  }
}

}  // namespace

TEST_CASE("a request has all that the protocol has, and what is left out is as generate has it") {
  const CompletionRequest full = parse_completion_request(kFull);
  CHECK(full.prompts == std::vector<std::string>{"Once", "Twice"});
  CHECK(full.max_tokens == 20);
  CHECK(full.sampling.temperature == 0.5);
  CHECK(full.sampling.top_p == 0.9);
  CHECK(full.sampling.top_k == 5);
  CHECK(full.sampling.min_p == 0.1);
  CHECK(full.sampling.seed == 18446744073709551615u);
  CHECK(full.stop == std::vector<std::string>{".", "end"});
  CHECK(full.logprobs == 2);
  CHECK(full.max_depth == 2);
  CHECK((full.stream && full.echo && full.include_usage));
  CHECK(full.texts() == 6);

  const CompletionRequest least = parse_completion_request(R"({"prompt": "Once", "stop": "\n", "n": null})");
  CHECK(least.prompts == std::vector<std::string>{"Once"});
  CHECK(least.stop == std::vector<std::string>{"\n"});
  CHECK(least.max_tokens == 16);
  CHECK(least.n == 1);
  CHECK(least.sampling.temperature == SampleOptions().temperature);
  CHECK(least.sampling.seed == SampleOptions().seed);
  CHECK_FALSE((least.stream || least.echo || least.logprobs));
}

TEST_CASE("a wrong request is refused with the name of what is wrong") {
  struct Wrong {
    std::string body, param, message;
  };
  const std::string many(10000, 'x');
  std::string stops = "[\"x\"";
  for (int i = 0; i < 10000; ++i) stops += ",\"x\"";
  for (const auto& [body, param, message] :
       std::vector<Wrong>{{"", "", "not JSON"},
                          {"{\"prompt\": \"a\"", "", "not JSON"},
                          {"[1]", "", "not a JSON object"},
                          {"{\"prompt\": \"\xff\"}", "", "not JSON"},
                          {"{\"prompt\": \"a\", \"prompt\": \"b\"}", "", "there twice"},
                          {"{\"a\":" + std::string(200000, '['), "", "nested deeper"},
                          {"{\"prompt\": 1e999}", "", "too large"},
                          {"{}", "prompt", "missing"},
                          {R"({"prompt": null})", "prompt", "missing"},
                          {R"({"prompt": 5})", "prompt", "not a text"},
                          {R"({"prompt": []})", "prompt", "empty list"},
                          {R"({"prompt": [1, 2]})", "prompt", "not a text"},
                          {R"({"prompt": "a", "wat": 1})", "wat", "no such parameter"},
                          {"{\"prompt\": \"a\", \"" + many + "\": 1}", many.substr(0, 64), "no such parameter"},
                          {R"({"prompt": "a", "max_tokens": "5"})", "max_tokens", "not a whole number"},
                          {R"({"prompt": "a", "max_tokens": 1.5})", "max_tokens", "not a whole number"},
                          {R"({"prompt": "a", "max_tokens": -1})", "max_tokens", "out of range"},
                          {R"({"prompt": "a", "max_tokens": 18446744073709551615})", "max_tokens", "out of range"},
                          {R"({"prompt": "a", "temperature": -0.1})", "temperature", "out of range"},
                          {R"({"prompt": "a", "temperature": true})", "temperature", "not a number"},
                          {R"({"prompt": "a", "top_p": 1.1})", "top_p", "out of range"},
                          {R"({"prompt": "a", "top_k": -1})", "top_k", "out of range"},
                          {R"({"prompt": "a", "min_p": 2})", "min_p", "out of range"},
                          {R"({"prompt": "a", "seed": -1})", "seed", "whole number from 0"},
                          {R"({"prompt": "a", "n": 0})", "n", "out of range"},
                          {R"({"prompt": "a", "n": 17})", "n", "out of range"},
                          {R"({"prompt": "a", "logprobs": true})", "logprobs", "not a whole number"},
                          {R"({"prompt": "a", "max_depth": 0})", "max_depth", "out of range"},
                          {R"({"prompt": "a", "stream": 1})", "stream", "not true or false"},
                          {R"({"prompt": "a", "stop": [""]})", "stop", "0 bytes"},
                          {"{\"prompt\": \"a\", \"stop\": \"" + many + "\"}", "stop", "10000 bytes"},
                          {"{\"prompt\": \"a\", \"stop\": " + stops + "]}", "stop", "too many"},
                          {R"({"prompt": "a", "stream_options": {"x": 1}})", "stream_options", "include_usage"},
                          {R"({"prompt": "a", "best_of": 2})", "best_of", "not supported"},
                          {R"({"prompt": "a", "logit_bias": {"5": 1}})", "logit_bias", "not supported"}}) {
    INFO(body.substr(0, 80));
    const auto [said, where] = refusal(body);
    CHECK(where == param);
    CHECK(said.find(message) != std::string::npos);
    CHECK(said.size() < 200);
  }
}

TEST_CASE("a request with any bytes changed is read or refused, within its limits") {
  for_cases(4000, [](Random& random) {
    std::string body = kFull;
    for (int64_t change = pick(random, 1, 6); change > 0 && !body.empty(); --change) {
      const size_t at = size_t(random.below(int64_t(body.size())));
      const std::string pool = "0123456789-+.eE\"{}[],:\\u\xC3\xFFtrue ";
      switch (random.below(4)) {
        case 0:
          body[at] = char(random.below(256));
          break;
        case 1:
          body[at] = pool[size_t(random.below(int64_t(pool.size())))];
          break;
        case 2:
          body.erase(at, size_t(pick(random, 1, 20)));
          break;
        default:
          body.insert(at, body.substr(size_t(random.below(int64_t(body.size()))), size_t(pick(random, 1, 30))));
      }
    }
    try {
      const CompletionRequest request = parse_completion_request(body);
      REQUIRE(!request.prompts.empty());
      REQUIRE((request.n >= 1 && request.n <= kMostAnswers));
      REQUIRE(request.max_tokens >= 0);
      REQUIRE((request.sampling.temperature >= 0 && request.sampling.top_p >= 0 && request.sampling.top_p <= 1));
      REQUIRE(int64_t(request.stop.size()) <= kMostStops);
      for (const std::string& stop : request.stop) REQUIRE(!stop.empty());
    } catch (const RequestError& error) {
      REQUIRE(std::string(error.what()).size() > 0);
    }
  });
}
