// Whoever asks what, and whoever goes away: each request gets what it would get alone.

#include "trainer/serving/engine.h"

#include <thread>

#include "mor/trace.h"
#include "support/catch.h"
#include "support/random_cases.h"
#include "support/served.h"

using namespace tinymor;
using namespace std::chrono_literals;

namespace {

struct Answer {
  std::vector<ChoiceNews> choices;
  std::string failure = {};

  std::string text(size_t choice) const {
    std::string text;
    for (const AnswerToken& token : choices[choice].tokens) text += token.text;
    return text;
  }
  std::vector<int32_t> depths(size_t choice) const {
    std::vector<int32_t> depths;
    for (const AnswerToken& token : choices[choice].tokens) depths.push_back(token.depth);
    return depths;
  }
};

Answer wait_for(Completion& completion) {
  Answer answer{.choices = std::vector<ChoiceNews>(size_t(completion.request.texts()))};
  for (bool done = false; !done;) {
    Completion::News news = completion.wait(10s);
    for (size_t i = 0; i < answer.choices.size(); ++i) {
      for (AnswerToken& token : news.choices[i].tokens) answer.choices[i].tokens.push_back(std::move(token));
      if (news.choices[i].finish != Finish::not_yet) answer.choices[i].finish = news.choices[i].finish;
    }
    answer.failure = news.failure;
    done = news.done;
  }
  return answer;
}

CompletionRequest request(const std::string& prompt, int64_t max_tokens, uint64_t seed = 1) {
  CompletionRequest one{.prompts = {prompt}, .max_tokens = max_tokens};
  one.sampling.seed = seed;
  return one;
}

CompletionRequest random_request(Random& random) {
  const std::vector<std::string> prompts = {"a", "Once upon", "é€", "x y z", "The quick brown fox jumps over it"};
  CompletionRequest one;
  for (int64_t i = pick(random, 1, 2); i > 0; --i) one.prompts.push_back(prompts[size_t(random.below(5))]);
  one.max_tokens = pick(random, 0, 30);
  one.n = pick(random, 1, 3);
  one.max_depth = pick(random, 0, 3);
  one.echo = one_in(random, 3);
  if (one_in(random, 3)) one.logprobs = pick(random, 0, 3);
  if (one_in(random, 2)) one.stop = {std::string(1, char(pick(random, 32, 126))), "ab"};
  one.sampling = {.temperature = one_in(random, 3) ? 0 : 0.9, .top_k = pick(random, 0, 40), .top_p = 0.95};
  one.sampling.seed = uint64_t(random.below(1000));
  return one;
}

void check_answer(const LoadedModel& loaded, const CompletionRequest& asked, const Answer& answer) {
  REQUIRE(answer.failure.empty());
  for (size_t i = 0; i < answer.choices.size(); ++i) {
    const std::string& prompt = asked.prompts[i / size_t(asked.n)];
    SampleOptions options = asked.sampling;
    options.seed += i % size_t(asked.n);
    const Alone whole = alone(loaded, prompt, asked.max_tokens, options, asked.max_depth);
    const std::string text = before_stop(whole.text, asked.stop);
    const bool stopped = text != whole.text;
    REQUIRE(answer.text(i) == (asked.echo ? prompt : "") + text);
    REQUIRE(answer.choices[i].finish == (stopped ? Finish::stop : Finish::length));
    // As many tokens as it takes to see a stop, or all.
    std::vector<int32_t> depths = answer.depths(i);
    if (asked.echo) depths.erase(depths.begin(), depths.begin() + int64_t(prompt.size()));
    REQUIRE((stopped || depths.size() == whole.depths.size()));
    REQUIRE(std::equal(depths.begin(), depths.end(), whole.depths.begin()));
  }
}

}  // namespace

TEST_CASE("many clients at random times get what generate writes, whatever others ask for and whoever goes away") {
  const LoadedModel loaded = served_model();
  const KvCache cache(loaded.config());
  // Without a limit, and with room for one text that is as long as they get.
  const bool limited = GENERATE(false, true);
  const int64_t cache_bytes = limited ? cache.pages_for(loaded.config().max_seq_len) * cache.page_bytes() : 0;
  Engine engine(loaded, {.slots = 5, .max_queue = 200, .cache_bytes = cache_bytes});
  std::vector<std::thread> clients;
  std::mutex mutex;
  std::vector<std::pair<CompletionRequest, Answer>> answers;
  for (uint64_t client = 0; client < 8; ++client)
    clients.emplace_back([&, client] {
      Random random(client, 5);
      for (int i = 0; i < 12; ++i) {
        const CompletionRequest asked = random_request(random);
        const auto completion = engine.submit(asked);
        if (one_in(random, 4)) {
          std::this_thread::sleep_for(std::chrono::milliseconds(random.below(20)));
          completion->cancel();
          continue;
        }
        Answer answer = wait_for(*completion);
        const std::scoped_lock lock(mutex);
        answers.emplace_back(asked, std::move(answer));
      }
    });
  for (std::thread& client : clients) client.join();
  for (const auto& [asked, answer] : answers) check_answer(loaded, asked, answer);
  for (int i = 0; i < 1000 && !engine.idle(); ++i) std::this_thread::sleep_for(10ms);
  CHECK(engine.idle());
  const Metrics metrics = engine.metrics();
  CHECK(metrics.answered + metrics.cancelled == 8 * 12);
  CHECK(metrics.failed == 0);
  CHECK(metrics.cache_bytes == 0);
}

TEST_CASE("an answer ends with the first token that ends a text") {
  LoadedModel loaded = served_model();
  const CompletionRequest asked = request("Once", 30, 7);
  // Up to the first byte that is a character of its own and was not there before.
  std::string text;
  int64_t tokens = 0;
  for (const std::string& piece : alone(loaded, "Once", 30, asked.sampling).pieces) {
    const bool is_new = tokens > 1 && piece.size() == 1 && text.find(piece) == std::string::npos;
    text += piece;
    ++tokens;
    if (is_new) break;
  }
  REQUIRE(tokens < 30);
  loaded.ends = {9999, text.back()};
  Engine engine(loaded, {});
  const Answer answer = wait_for(*engine.submit(asked));
  CHECK(answer.text(0) == text);
  CHECK(int64_t(answer.depths(0).size()) == tokens);
  CHECK(answer.choices[0].finish == Finish::stop);
  // At the last token that was asked for, too.
  CompletionRequest exact = asked;
  exact.max_tokens = tokens;
  CHECK(wait_for(*engine.submit(exact)).choices[0].finish == Finish::stop);
}

TEST_CASE("each kind of model is served") {
  for (Routing routing : {Routing::none, Routing::token_choice}) {
    const LoadedModel loaded = served_model(routing);
    Engine engine(loaded, {});
    const CompletionRequest asked = request("Once", 20, 7);
    check_answer(loaded, asked, wait_for(*engine.submit(asked)));
  }
}

TEST_CASE("log-probabilities are those of the model, for what is drawn and for the prompt") {
  const LoadedModel loaded = served_model();
  Engine engine(loaded, {});
  CompletionRequest asked = request("Once upon", 10);
  asked.echo = true;
  asked.logprobs = 3;
  const Answer answer = wait_for(*engine.submit(asked));
  const std::vector<AnswerToken>& tokens = answer.choices[0].tokens;
  REQUIRE(tokens.size() == 19);
  CHECK_FALSE(tokens[0].scored);

  std::vector<int32_t> ids = loaded.tokenizer->encode("Once upon");
  Generator generator(*loaded.model, asked.sampling);
  generator.prompt(ids);
  for (int i = 0; i < 10; ++i) ids.push_back(generator.next().id);
  const Trace traced = trace(*loaded.model, ids, {.rule = causal_rule(loaded.config())});
  for (size_t i = 1; i < ids.size(); ++i) {
    INFO(i);
    CHECK(double(tokens[i].score.logprob) == Approx(-double(traced.nll[i - 1])).margin(1e-4));
    REQUIRE(tokens[i].score.top.size() == 3);
    CHECK(tokens[i].score.top[0].second >= tokens[i].score.top[1].second);
    CHECK(tokens[i].score.top[0].second >= tokens[i].score.logprob);
  }
}

TEST_CASE("a full queue refuses, takes again when there is room, and a request that never fits is wrong") {
  const LoadedModel loaded = served_model();
  Engine engine(loaded, {.slots = 1, .max_queue = 2});
  std::vector<std::shared_ptr<Completion>> taken;
  for (int i = 0; i < 3; ++i) taken.push_back(engine.submit(request("a", 90)));
  try {
    engine.submit(request("a", 90));
    FAIL("it was taken");
  } catch (const BusyError& busy) {
    CHECK(busy.retry_after >= 1);
  }
  CHECK(taken[2]->place() > 0);
  taken[1]->cancel();
  for (const size_t i : {0, 2}) CHECK(wait_for(*taken[i]).choices[0].finish == Finish::length);
  CHECK(taken[2]->place() == 0);
  check_answer(loaded, request("a", 3), wait_for(*engine.submit(request("a", 3))));

  CompletionRequest many = request("a", 3);
  many.n = 4;
  CHECK_THROWS_AS(engine.submit(many), RequestError);
  CHECK_THROWS_AS(engine.submit(request("", 3)), RequestError);
  CHECK_THROWS_AS(engine.submit(request("a", 96)), RequestError);
  check_answer(loaded, request("a", 95), wait_for(*engine.submit(request("a", 95))));
}

TEST_CASE("an engine that is closed finishes what is under way, and one that is stopped says so") {
  const LoadedModel loaded = served_model();
  Engine engine(loaded, {.slots = 1, .max_queue = 9});
  const auto first = engine.submit(request("a", 40));
  engine.close();
  CHECK_THROWS_AS(engine.submit(request("a", 3)), ClosedError);
  check_answer(loaded, request("a", 40), wait_for(*first));

  Engine other(loaded, {.slots = 1, .max_queue = 9});
  const auto second = other.submit(request("a", 90)), third = other.submit(request("a", 90));
  other.stop();
  CHECK_FALSE(wait_for(*third).failure.empty());
}
