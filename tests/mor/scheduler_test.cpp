// Batching by depth changes when a token is computed, and nothing else.

#include "mor/scheduler.h"

#include "support/catch.h"
#include "support/random_cases.h"
#include "support/tiny_models.h"
#include "tensor/error.h"

using namespace tinymor;
using Ints = std::vector<int32_t>;

namespace {

struct Request {
  Ints prompt;
  int64_t n;
  SampleOptions options;
};

/// Prompts of 1 to 6 tokens, 3 to 9 to follow, each with a seed of its own.
std::vector<Request> requests(int64_t count, int64_t vocab) {
  std::vector<Request> all;
  for (int64_t i = 0; i < count; ++i)
    all.push_back({random_tokens(1 + i * 5 % 6, vocab, uint64_t(i)), 3 + i * 3 % 7, {.seed = uint64_t(i + 1)}});
  return all;
}

/// Texts of `n` tokens after one, with different draws.
std::vector<Request> equal_requests(int64_t count, int64_t n) {
  std::vector<Request> all;
  for (int64_t i = 0; i < count; ++i) all.push_back({{5}, n, {.seed = uint64_t(i + 1)}});
  return all;
}

Scheduler submitted(const Model& model, int64_t slots, const std::vector<Request>& requests, int64_t max_depth = 0,
                    Batching batching = Batching::by_depth) {
  Scheduler scheduler(model, slots, max_depth, batching);
  for (const Request& request : requests) scheduler.submit(request.prompt, request.n, request.options);
  return scheduler;
}

void run(Scheduler& scheduler) {
  while (scheduler.tick()) {
  }
}

/// Whether a text has the tokens and depths that a Generator gives it alone.
void check_text(const Model& model, const Scheduler::Text& text, const Request& request, int64_t max_depth) {
  Generator alone(model, request.options, max_depth);
  Ints ids = request.prompt, depths;
  for (const GeneratedToken& token : alone.prompt(ids)) depths.push_back(token.depth);
  for (int64_t n = 0; n < request.n; ++n) {
    const GeneratedToken token = alone.next();
    ids.push_back(token.id);
    depths.push_back(token.depth);
  }
  depths.pop_back();
  REQUIRE(text.left == 0);
  REQUIRE(text.ids == ids);
  REQUIRE(text.depths == depths);
}

/// Whether every text has the tokens and depths that a Generator gives it alone.
void check_alone(const Model& model, const Scheduler& scheduler, const std::vector<Request>& requests,
                 int64_t max_depth = 0) {
  for (size_t i = 0; i < requests.size(); ++i) {
    INFO("text " << i);
    check_text(model, scheduler.text(int64_t(i)), requests[i], max_depth);
  }
}

}  // namespace

TEST_CASE("every combination gives each of many texts the tokens and depths that it has alone") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    INFO(name);
    const Model model = opinionated_model(config, 3, 14);
    const std::vector<Request> all = requests(3, config.vocab_size);
    Scheduler scheduler = submitted(model, 2, all);
    run(scheduler);
    check_alone(model, scheduler, all);
  });
}

TEST_CASE("texts come out the same with any number of slots, batched by depth or by sequence, and under a cap") {
  const Model model = opinionated_model(tiny_config());
  const std::vector<Request> all = requests(9, 11);
  for (int64_t slots : {1, 2, 8, 20})
    for (int64_t max_depth : {0, 1, 2})
      for (Batching batching : {Batching::by_depth, Batching::by_sequence}) {
        INFO(slots << " slots, at most " << max_depth << " recursions, " << int(batching));
        Scheduler scheduler = submitted(model, slots, all, max_depth, batching);
        run(scheduler);
        check_alone(model, scheduler, all, max_depth);
      }
}

TEST_CASE("a place that becomes free is taken by the very next call of the block") {
  const Model model = opinionated_model(tiny_config());
  Scheduler scheduler = submitted(model, 4, equal_requests(12, 20));
  for (int64_t call = 1; scheduler.tick(); ++call) {
    if (scheduler.counts().drawn < 12 * 20 - 4 * 20) CHECK(scheduler.counts().block_rows == 4 * call);
  }
  CHECK(scheduler.counts().drawn == 12 * 20);
  CHECK_FALSE(scheduler.tick());
}

TEST_CASE("batched by sequence, places stay empty until the deepest token is through") {
  const Model model = opinionated_model(tiny_config());
  const std::vector<Request> all = equal_requests(12, 20);
  Scheduler by_depth = submitted(model, 4, all), by_sequence = submitted(model, 4, all, 0, Batching::by_sequence);
  run(by_depth);
  run(by_sequence);
  CHECK(by_sequence.counts().block_rows == by_depth.counts().block_rows);
  CHECK(by_sequence.counts().block_calls > by_depth.counts().block_calls);
}

TEST_CASE("a model without routing is batched by sequences, one call of its block a token") {
  const Model model = opinionated_model(tiny_config(Sharing::none, Routing::none));
  Scheduler scheduler = submitted(model, 4, equal_requests(4, 6));
  run(scheduler);
  CHECK(scheduler.counts().block_calls == 6);
  CHECK(scheduler.counts().block_rows == 24);
}

TEST_CASE("the scheduler refuses texts that the model has no room for, and empty prompts") {
  const Model model(tiny_config(), 1);
  Scheduler scheduler(model, 2);
  CHECK_THROWS_AS(scheduler.submit({}, 3, {}), InputError);
  CHECK_THROWS_AS(scheduler.submit({1, 2}, 32, {}), InputError);
  CHECK_THROWS_AS(scheduler.submit({1, 2}, 0, {}), InputError);
  CHECK(scheduler.submit({1, 2}, 31, {}) == 0);
  run(scheduler);
  CHECK(scheduler.text(0).ids.size() == 33);
  CHECK(scheduler.text(0).depths.size() == 32);
}

TEST_CASE("texts with caps of their own come out as each does alone, side by side") {
  for (Sharing sharing : {Sharing::middle_cycle, Sharing::none}) {
    const Model model =
        opinionated_model(tiny_config(sharing, sharing == Sharing::none ? Routing::none : Routing::expert_choice));
    const std::vector<Request> all = requests(8, 11);
    Scheduler scheduler(model, 5);
    for (size_t i = 0; i < all.size(); ++i)
      scheduler.submit(all[i].prompt, all[i].n, all[i].options, {.max_depth = int64_t(i) % 4});
    run(scheduler);
    for (size_t i = 0; i < all.size(); ++i) check_text(model, scheduler.text(int64_t(i)), all[i], int64_t(i) % 4);
  }
}

TEST_CASE("the logits that are kept are those that the last token was drawn from") {
  const Model model = opinionated_model(tiny_config());
  const Request one = requests(1, 11).back();
  Scheduler scheduler(model, 1);
  scheduler.submit(one.prompt, one.n, one.options, {.keep_logits = true});
  Generator alone(model, one.options);
  alone.prompt(one.prompt);
  size_t drawn = one.prompt.size();
  for (bool more = true; more;) {
    more = scheduler.tick();
    const Scheduler::Text& text = scheduler.text(0);
    if (text.ids.size() == drawn) continue;
    REQUIRE(text.logits == std::vector<Real>(alone.logits().begin(), alone.logits().end()));
    alone.next();
    drawn = text.ids.size();
  }
  CHECK(drawn == one.prompt.size() + size_t(one.n));
}

TEST_CASE("texts that are cancelled and forgotten at any time change no other, and leave nothing behind") {
  const Model model = opinionated_model(tiny_config());
  for (Batching batching : {Batching::by_depth, Batching::by_sequence}) {
    for_cases(30, [&](Random& random) {
      Scheduler scheduler(model, pick(random, 1, 4), 0, batching);
      const std::vector<Request> all = requests(20, 11);
      std::vector<int64_t> under_way;
      size_t submitted = 0, done = 0, cancelled = 0;
      while (submitted < all.size() || !under_way.empty()) {
        while (submitted < all.size() && !one_in(random, 3)) {
          const Request& next = all[submitted++];
          under_way.push_back(scheduler.submit(next.prompt, next.n, next.options));
          REQUIRE(under_way.back() == int64_t(submitted) - 1);
        }
        scheduler.tick();
        std::erase_if(under_way, [&](int64_t number) {
          const bool complete = scheduler.text(number).left == 0;
          if (complete) check_text(model, scheduler.text(number), all[size_t(number)], 0);
          if (!complete && !one_in(random, 12)) return false;
          if (!complete) scheduler.cancel(number);
          scheduler.forget(number);
          ++(complete ? done : cancelled);
          return true;
        });
      }
      run(scheduler);
      CHECK(done + cancelled == all.size());
      CHECK(scheduler.cache_bytes() == 0);
      CHECK(scheduler.held() == 0);
    });
  }
}

TEST_CASE("a place is free again soon after its text is cancelled, and a cancelled text never takes one") {
  const Model model = opinionated_model(tiny_config());
  Scheduler scheduler(model, 1);
  for (int text = 0; text < 3; ++text) scheduler.submit({5}, 20, {});
  scheduler.tick();
  CHECK_FALSE(scheduler.text(0).waiting);
  CHECK(scheduler.text(1).waiting);
  scheduler.cancel(1);
  scheduler.cancel(0);
  for (int call = 0; call < 4; ++call) scheduler.tick();
  CHECK_FALSE(scheduler.text(2).waiting);
  CHECK(scheduler.text(1).ids == Ints{5});
  CHECK_THROWS_AS(scheduler.forget(2), Error);
}
