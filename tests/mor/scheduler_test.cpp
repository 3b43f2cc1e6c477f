// Batching by depth changes when a token is computed, and nothing else.

#include "mor/scheduler.h"

#include <set>
#include <stdexcept>

#include "support/catch.h"
#include "support/tiny_models.h"
#include "tensor/error.h"
#include "tensor/random.h"

using namespace tinymor;
using Ints = std::vector<int32_t>;

namespace {

struct Request {
  Ints prompt;
  int64_t n = 0;
  SampleOptions options = {};
  int64_t max_depth = 0;
  int64_t like = -1;
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

int64_t submit(Scheduler& scheduler, const Request& request) {
  return scheduler.submit(request.prompt, request.n, request.options,
                          {.max_depth = request.max_depth, .like = request.like});
}

Scheduler submitted(const Model& model, const SchedulerOptions& options, const std::vector<Request>& requests) {
  Scheduler scheduler(model, options);
  for (const Request& request : requests) submit(scheduler, request);
  return scheduler;
}

void run(Scheduler& scheduler) {
  while (scheduler.tick()) {
  }
}

/// Whether a text begins with the tokens and depths that a Generator gives it alone.
void check_alone(const Model& model, const Request& request, const Scheduler::Text& text,
                 CacheFormat format = CacheFormat::f32) {
  Generator alone(model, request.options, request.max_depth, format);
  Ints ids = request.prompt, depths;
  for (const GeneratedToken& token : alone.prompt(ids)) depths.push_back(token.depth);
  while (ids.size() < text.ids.size()) {
    const GeneratedToken token = alone.next();
    ids.push_back(token.id);
    depths.push_back(token.depth);
  }
  depths.resize(text.depths.size());
  REQUIRE(text.ids == ids);
  REQUIRE(text.depths == depths);
}

/// Whether every text is all that a Generator gives it alone.
void check_alone(const Model& model, const Scheduler& scheduler, const std::vector<Request>& requests) {
  for (size_t i = 0; i < requests.size(); ++i) {
    INFO("text " << i);
    const Scheduler::Text& text = scheduler.text(int64_t(i));
    REQUIRE(text.left == 0);
    REQUIRE(text.ids.size() == requests[i].prompt.size() + size_t(requests[i].n));
    REQUIRE(text.depths.size() == text.ids.size() - 1);
    check_alone(model, requests[i], text);
  }
}

}  // namespace

TEST_CASE("every combination gives each of many texts the tokens and depths that it has alone") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    INFO(name);
    const Model model = opinionated_model(config, 3, 14);
    const std::vector<Request> all = requests(3, config.vocab_size);
    Scheduler scheduler = submitted(model, {.slots = 2}, all);
    run(scheduler);
    check_alone(model, scheduler, all);
  });
}

TEST_CASE("texts come out the same with any number of slots, batched by depth or by sequence, and under a cap") {
  const Model model = opinionated_model(tiny_config());
  std::vector<Request> all = requests(9, 11);
  for (int64_t slots : {1, 2, 8, 20})
    for (int64_t max_depth : {0, 1, 2})
      for (double gather : {SchedulerOptions::kByDepth, 0.4, SchedulerOptions::kBySequence}) {
        INFO(slots << " slots, at most " << max_depth << " recursions, gather " << gather);
        for (Request& request : all) request.max_depth = max_depth;
        Scheduler scheduler = submitted(model, {.slots = slots, .gather = gather}, all);
        run(scheduler);
        check_alone(model, scheduler, all);
      }
}

TEST_CASE("the logits that are kept are those that the last token was drawn from") {
  const Model model = opinionated_model(tiny_config());
  const Request one = requests(1, 11).back();
  Scheduler scheduler(model, {.slots = 1});
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

TEST_CASE("a place that becomes free is taken by the very next call of the block") {
  const Model model = opinionated_model(tiny_config());
  Scheduler scheduler = submitted(model, {.slots = 4}, equal_requests(12, 20));
  for (int64_t call = 1; scheduler.tick(); ++call) {
    if (scheduler.counts().drawn < 12 * 20 - 4 * 20) CHECK(scheduler.counts().block_rows == 4 * call);
  }
  CHECK(scheduler.counts().drawn == 12 * 20);
  CHECK_FALSE(scheduler.tick());
}

TEST_CASE("batched by sequence, places stay empty until the deepest token is through") {
  const Model model = opinionated_model(tiny_config());
  const std::vector<Request> all = equal_requests(12, 20);
  Scheduler by_depth = submitted(model, {.slots = 4}, all),
            by_sequence = submitted(model, {.slots = 4, .gather = SchedulerOptions::kBySequence}, all);
  run(by_depth);
  run(by_sequence);
  CHECK(by_sequence.counts().block_rows == by_depth.counts().block_rows);
  CHECK(by_sequence.counts().block_calls > by_depth.counts().block_calls);
}

TEST_CASE("the prelude, coda and head wait for the share of the texts that is asked for, and run on all in one call") {
  const Model model = opinionated_model(tiny_config());
  Scheduler::Counts last;
  for (const double gather : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    INFO("gather " << gather);
    Scheduler scheduler = submitted(model, {.slots = 16, .gather = gather}, equal_requests(16, 20));
    Scheduler::Counts counts;
    for (bool more = true; more;) {
      const int64_t under_way = scheduler.under_way();
      more = scheduler.tick();
      const Scheduler::Counts before = std::exchange(counts, scheduler.counts());
      if (counts.coda_calls > before.coda_calls)
        REQUIRE(double(counts.drawn - before.drawn) >= gather * double(under_way));
    }
    if (gather > 0) {
      CHECK(counts.coda_calls < last.coda_calls);
      CHECK(counts.block_calls >= last.block_calls);
    }
    last = counts;
  }
  CHECK(last.coda_calls == 20);
  CHECK_THROWS(Scheduler(model, {.gather = 1.5}));
}

TEST_CASE("a model without routing is batched by sequences, one call of its block a token") {
  const Model model = opinionated_model(tiny_config(Sharing::none, Routing::none));
  Scheduler scheduler = submitted(model, {.slots = 4}, equal_requests(4, 6));
  run(scheduler);
  CHECK(scheduler.counts().block_calls == 6);
  CHECK(scheduler.counts().block_rows == 24);
}

TEST_CASE("the scheduler refuses texts that the model has no room for, and empty prompts") {
  const Model model(tiny_config(), 1);
  Scheduler scheduler(model, {.slots = 2});
  CHECK_THROWS_AS(scheduler.submit({}, 3, {}), InputError);
  CHECK_THROWS_AS(scheduler.submit({1, 2}, 32, {}), InputError);
  CHECK_THROWS_AS(scheduler.submit({1, 2}, 0, {}), InputError);
  CHECK(scheduler.submit({1, 2}, 31, {}) == 0);
  CHECK_THROWS_WITH(Scheduler(model, {.slots = 2, .cache_bytes = 3 * scheduler.page_bytes()}),
                    ContainsSubstring("too few for any text"));
  ModelConfig longer = model.config();
  longer.max_seq_len = 80;
  const Model wider(longer, 1);
  Scheduler small(wider, {.slots = 2, .cache_bytes = KvCache(longer).pages_for(1) * scheduler.page_bytes()});
  CHECK(small.longest() == 32);
  CHECK_THROWS_WITH(small.submit({1, 2}, 32, {}), ContainsSubstring("at most 33"));
}

TEST_CASE("whatever arrives, is cancelled or must give way to others, each text is the one it is alone") {
  int64_t preemptions = 0, cancelled = 0, shared = 0;
  int count = 0;
  for_each_combination([&](const std::string& name, const ModelConfig& small) {
    if (++count % 5 != 0) return;
    ModelConfig config = small;
    config.max_seq_len = 80;  // three pages a layer
    Model model = opinionated_model(config, 3, 14);
    model.pack(count % 2 ? WeightFormat::f32 : WeightFormat::int8);
    Random random(uint64_t(count), 1);
    const CacheFormat format = CacheFormat(count / 5 % 3);
    const KvCache cache(config, 1, format);
    const int64_t page = cache.page_bytes(), alone = cache.pages_for(80);
    Scheduler scheduler(model, {.slots = 1 + random.below(5),
                                .gather = std::max(0.0, double(random.below(9) - 4) / 4),
                                .cache_bytes = random.below(4) ? page * (alone + random.below(alone)) : 0,
                                .prompt_tokens = 1 + random.below(40),
                                .cache_format = format});
    INFO(name << ", combination " << count);
    std::vector<Request> all;
    std::set<int64_t> ended;
    for (bool busy = true; busy || all.size() < 8;) {
      if (all.size() < 8 && random.below(6) == 0) {
        Request request{.prompt = random_tokens(1 + random.below(60), config.vocab_size, random.below(999)),
                        .options = {.top_k = random.below(4), .seed = uint64_t(random.below(99))},
                        .max_depth = random.below(config.n_recursions + 1)};
        if (!all.empty() && random.below(2) == 0) {
          request.like = random.below(int64_t(all.size()));
          request.prompt = all[size_t(request.like)].prompt;
          request.max_depth = all[size_t(request.like)].max_depth;
        }
        request.n = 1 + random.below(80 - int64_t(request.prompt.size()));
        all.push_back(request);
        REQUIRE(submit(scheduler, all.back()) == int64_t(all.size()) - 1);
      }
      if (!all.empty() && random.below(150) == 0) {
        ended.insert(int64_t(random.below(all.size())));
        scheduler.cancel(*ended.rbegin());
      }
      busy = scheduler.tick();
    }
    for (size_t i = 0; i < all.size(); ++i) {
      const Scheduler::Text& text = scheduler.text(int64_t(i));
      REQUIRE(text.left == 0);
      if (!ended.contains(int64_t(i))) REQUIRE(text.ids.size() == all[i].prompt.size() + size_t(all[i].n));
      check_alone(model, all[i], text, format);
    }
    CHECK(scheduler.under_way() == 0);
    CHECK(scheduler.queue().empty());
    preemptions += scheduler.counts().preemptions;
    shared += scheduler.counts().shared;
    cancelled += int64_t(ended.size());
  });
  CHECK(preemptions > 5);
  CHECK(cancelled > 20);
  CHECK(shared > 100);
}

TEST_CASE("a cache limit holds, and the text that came first is not held up by later ones") {
  const Model model = opinionated_model(tiny_config());
  const int64_t page = KvCache(model.config()).page_bytes(), pages = KvCache(model.config()).pages_for(32);
  Scheduler scheduler = submitted(model, {.slots = 8, .cache_bytes = page * (pages + 1)}, equal_requests(8, 30));
  int64_t first_done = 0, calls = 0;
  for (; scheduler.tick(); ++calls)
    if (scheduler.text(0).left == 0 && first_done == 0) first_done = calls;
  CHECK(scheduler.counts().peak_pages <= pages + 1);
  Scheduler alone = submitted(model, {.slots = 1}, equal_requests(1, 30));
  int64_t calls_alone = 0;
  while (alone.tick()) ++calls_alone;
  CHECK(first_done <= calls_alone);
}

TEST_CASE("a long prompt comes in pieces, beside which the others go on") {
  const Model model = opinionated_model(tiny_config());
  Scheduler scheduler(model, {.slots = 2, .prompt_tokens = 4});
  scheduler.submit({5}, 20, {.seed = 1});
  const int64_t late = scheduler.submit(random_tokens(28, 11, 3), 2, {.seed = 2});
  while (scheduler.text(late).left == 2) {
    REQUIRE(scheduler.tick());
  }
  CHECK(scheduler.text(0).left < 20 - 28 / 4 / 3);
}

TEST_CASE("answers to one prompt have it run once, and its full pages are in memory once") {
  ModelConfig config = tiny_config();
  config.max_seq_len = 80;
  Model model = opinionated_model(config, 3, 14);
  model.pack(WeightFormat::f32);
  const std::vector<int32_t> prompt = random_tokens(70, config.vocab_size, 3);
  Scheduler scheduler(model, {.slots = 5});
  std::vector<Request> all;
  for (int64_t i = 0; i < 5; ++i) {
    all.push_back({prompt, 8, {.seed = uint64_t(i)}, 0, i > 0 ? 0 : -1});
    submit(scheduler, all.back());
  }
  run(scheduler);
  check_alone(model, scheduler, all);
  CHECK(scheduler.counts().shared == 4 * 69);
  // Of the first layer, where all tokens have an entry, two pages of the prompt are shared and the third is not.
  CHECK(scheduler.counts().peak_pages <= 5 * KvCache(config).pages_for(77) - 4 * 2);
  CHECK_THROWS(scheduler.submit({1, 2}, 3, {}, {.like = 0}));
  CHECK_THROWS(scheduler.submit(prompt, 3, {}, {.max_depth = 1, .like = 0}));
}

TEST_CASE("a text that is forgotten leaves nothing behind, whether it is queued, inside or done") {
  const Model model = opinionated_model(tiny_config());
  Scheduler scheduler = submitted(model, {.slots = 2}, equal_requests(4, 20));
  for (int i = 0; i < 7; ++i) scheduler.tick();
  for (int64_t number : {3, 0}) scheduler.forget(number);
  run(scheduler);
  CHECK(scheduler.text(1).left == 0);
  CHECK_THROWS_AS(scheduler.text(0), std::out_of_range);
  CHECK_THROWS_AS(scheduler.text(3), std::out_of_range);
  CHECK(scheduler.under_way() == 0);
}

TEST_CASE("those who look on see who is inside, who waits, and as many tokens as the block takes") {
  const Model model = opinionated_model(tiny_config());
  for (const double gather : {SchedulerOptions::kByDepth, SchedulerOptions::kBySequence}) {
    std::vector<Request> all = requests(7, 11);
    Scheduler scheduler = submitted(model, {.slots = 3, .gather = gather, .prompt_tokens = 4}, all);
    CHECK(scheduler.queue() == std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6});
    CHECK(scheduler.seats().empty());
    std::vector<Ints> depths(all.size());  // as those who look on see them
    int64_t rows = 0;
    while (scheduler.tick()) {
      int64_t inside = 0, before = -1;
      for (const Scheduler::Seat& seat : scheduler.seats()) {
        REQUIRE(seat.slot > before);
        before = seat.slot;
        inside += seat.inside;
        Ints& depth = depths[size_t(seat.text)];
        if (seat.tokens == 0) continue;
        REQUIRE(seat.inside > 0);
        depth.resize(std::max(depth.size(), size_t(seat.first + seat.tokens)));
        const bool drawn = seat.first >= int64_t(all[size_t(seat.text)].prompt.size());
        CHECK(seat.fed != drawn);
        if (seat.tokens == 1) depth[size_t(seat.first)] = int32_t(seat.recursion + 1);
      }
      REQUIRE(inside == scheduler.counts().block_rows - std::exchange(rows, scheduler.counts().block_rows));
      CHECK(int64_t(scheduler.seats().size()) == scheduler.under_way());
      CHECK(scheduler.queue().size() + scheduler.seats().size() <= 7);
    }
    CHECK(scheduler.queue().empty());
    CHECK(scheduler.seats().empty());
    for (size_t i = 0; i < all.size(); ++i)
      for (size_t t = all[i].prompt.size(); t < depths[i].size(); ++t) {
        INFO("text " << i << ", position " << t);
        REQUIRE(depths[i][t] == scheduler.text(int64_t(i)).depths[t]);
      }
  }
}
