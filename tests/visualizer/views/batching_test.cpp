#include "visualizer/views/batching.h"

#include <algorithm>
#include <numeric>

#include "mor/kv_cache.h"
#include "support/catch.h"
#include "support/random_cases.h"
#include "support/tiny_models.h"
#include "trainer/recording/served_call.h"
#include "visualizer/views/serving_view.h"

using namespace tinymor;

namespace {

/// Texts that come at different calls.
struct Load {
  struct Text {
    int64_t arrival;
    std::vector<int32_t> prompt;
    int64_t n;
    uint64_t seed;
    int64_t like = -1;  // an earlier one with the same prompt
  };
  std::vector<Text> texts;
  mutable int64_t shared = 0;  // tokens of prompts

  /// Of `choices` texts at most that come together with the same prompt.
  Load(Random& random, const ModelConfig& config, int64_t choices = 1) {
    int64_t arrival = 0;
    for (int64_t i = pick(random, 1, 9); i > 0; --i) {
      arrival += one_in(random, 2) ? 0 : pick(random, 0, 40);
      const int64_t length = pick(random, 1, 7), n = pick(random, 1, config.max_seq_len - length);
      texts.push_back(
          {arrival, random_tokens(length, config.vocab_size, random.below(999)), n, uint64_t(random.below(99))});
      const Text first = texts.back();
      const auto like = int64_t(texts.size()) - 1;
      for (int64_t more = pick(random, 1, choices); more > 1; --more)
        texts.push_back({arrival, first.prompt, pick(random, 1, n), uint64_t(random.below(99)), like});
    }
  }

  /// What the scheduler does with them. While it has nothing to do no call passes.
  std::vector<ServedCall> calls(const Model& model, const SchedulerOptions& options, int64_t* preemptions = {}) const {
    Scheduler scheduler(model, options);
    std::vector<ServedCall> calls;
    size_t came = 0;
    for (int64_t now = 0;; ++now) {
      for (; came < texts.size() && texts[came].arrival <= now; ++came)
        scheduler.submit(texts[came].prompt, texts[came].n, {.seed = texts[came].seed}, {.like = texts[came].like});
      scheduler.tick();
      std::optional<ServedCall> call = call_of(scheduler);
      if (call) {
        call->step = int64_t(calls.size());
        calls.push_back(std::move(*call));
      } else if (came == texts.size()) {
        if (preemptions) *preemptions = scheduler.counts().preemptions;
        CHECK(scheduler.counts().block_calls == block_calls(calls));
        shared += scheduler.counts().shared;
        return calls;
      } else {
        now = texts[came].arrival - 1;
      }
    }
  }
};

/// Without the numbers of the slots, which the scheduler gives to texts as they become free.
std::vector<ServedCall> without_slots(std::vector<ServedCall> calls) {
  for (ServedCall& call : calls) {
    std::sort(call.seats.begin(), call.seats.end(), [](const auto& a, const auto& b) { return a.text < b.text; });
    for (ServedSeat& seat : call.seats) seat.slot = 0;
    call.cache_bytes = 0;
  }
  return calls;
}

/// Texts of drawn tokens with these depths, after a prompt of one token of depth 1.
std::vector<ServedRequest> requests_of_depths(const std::vector<std::vector<int>>& texts) {
  std::vector<ServedRequest> requests;
  for (const std::vector<int>& depths : texts) {
    ServedRequest request;
    for (const int depth : depths)
      request.pieces.push_back({int32_t(request.pieces.size()), {7}, std::vector<int32_t>(size_t(depth), 1)});
    requests.push_back(request);
  }
  return requests;
}

}  // namespace

TEST_CASE("the simulation makes the calls that the scheduler makes, by depth and by sequence, token for token") {
  int64_t calls = 0, depth_0 = 0;
  for_cases(60, [&](Random& random) {
    ModelConfig config =
        tiny_config(Sharing::middle_cycle, one_in(random, 4) ? Routing::token_choice : Routing::expert_choice);
    if (config.routing == Routing::expert_choice && one_in(random, 3)) config.router.capacity = {0.7, 0.5, 0.2};
    config.resolve();
    const Model model = opinionated_model(config, 1 + random.below(20), 14);
    Load load(random, config);
    const int64_t slots = pick(random, 1, 6), prompt_tokens = pick(random, 1, 8);
    const std::vector<ServedCall> by_depth = load.calls(model, {.slots = slots, .prompt_tokens = prompt_tokens});
    const std::vector<ServedRequest> requests = requests_of(by_depth);
    const Geometry geometry = geometry_of(config);
    REQUIRE(without_slots(batched(requests, int32_t(slots), int32_t(slots), geometry)) == without_slots(by_depth));
    // A recording counts calls, and none passes while a server waits.
    for (size_t i = 0; i < requests.size(); ++i) load.texts[i].arrival = requests[i].arrival;
    const std::vector<ServedCall> by_sequence =
        load.calls(model, {.slots = slots, .gather = SchedulerOptions::kBySequence, .prompt_tokens = prompt_tokens});
    REQUIRE(without_slots(batched(requests, int32_t(slots), 1, geometry)) == without_slots(by_sequence));
    calls += int64_t(by_depth.size());
    depth_0 += int64_t(by_depth.size()) - block_calls(by_depth);
  });
  CHECK(calls > 2000);
  CHECK(depth_0 > 10);
}

TEST_CASE("texts with one prompt share it in the simulation as the scheduler lets them") {
  int64_t shared = 0, fed_alone = 0;
  for_cases(120, [&](Random& random) {
    ModelConfig config = tiny_config();
    config.resolve();
    const Model model = opinionated_model(config, 1 + random.below(20), 14);
    Load load(random, config, 4);
    const int64_t slots = pick(random, 1, 6), prompt_tokens = pick(random, 1, 8);
    int64_t gave_way = 0;  // a slot to an earlier text that waited for its prompt: the simulation knows nothing of that
    const std::vector<ServedCall> by_depth =
        load.calls(model, {.slots = slots, .prompt_tokens = prompt_tokens}, &gave_way);
    if (gave_way > 0) return;
    shared += load.shared;
    const std::vector<ServedRequest> requests = requests_of(by_depth);
    REQUIRE(requests.size() == load.texts.size());
    const Geometry geometry = geometry_of(config);
    bool all_shared = true;  // of one that was fed again a recording does not tell that it could have been shared
    for (size_t i = 0; i < requests.size(); ++i) {
      const bool whole = requests[i].pieces.front().first == 0;
      all_shared &= !whole || load.texts[i].like < 0 || load.texts[i].prompt.size() == 1;
      if (!whole) CHECK(requests[i].like == load.texts[i].like);
      load.texts[i].arrival = requests[i].arrival;
    }
    if (!all_shared) return;
    REQUIRE(without_slots(batched(requests, int32_t(slots), int32_t(slots), geometry)) == without_slots(by_depth));
    const std::vector<ServedCall> by_sequence = load.calls(
        model, {.slots = slots, .gather = SchedulerOptions::kBySequence, .prompt_tokens = prompt_tokens}, &gave_way);
    if (gave_way > 0) return;
    const std::vector<ServedCall> simulated = batched(requests, int32_t(slots), 1, geometry);
    REQUIRE(without_slots(simulated) == without_slots(by_sequence));
    for (const ServedCall& call : by_sequence)
      for (const ServedSeat& seat : call.seats)
        fed_alone += seat.first == 0 && seat.recursion == 0 && requests[size_t(seat.text)].like >= 0;
  });
  CHECK(shared > 100);
  CHECK(fed_alone > 0);
}

TEST_CASE("a text that shares a prompt has it in the simulated cache") {
  const Model model = opinionated_model(tiny_config());
  Random random(1, 1);
  Load load(random, model.config());
  load.texts = {{0, {1, 2, 3, 4, 5}, 12, 5}, {0, {1, 2, 3, 4, 5}, 12, 6, 0}};
  const std::vector<ServedCall> calls = load.calls(model, {.slots = 2});
  const std::vector<ServedCall> simulated = batched(requests_of(calls), 2, 2, geometry_of(model.config()));
  REQUIRE(load.shared == 4);
  REQUIRE(simulated.size() == calls.size());
  const int64_t entry = kv_bytes_per_entry(model.config());
  for (size_t c = 0; c < calls.size(); ++c) {
    int64_t inside = 0;  // as in the case above
    for (const ServedSeat& seat : calls[c].seats) inside += seat.tokens;
    CHECK(simulated[c].cache_bytes - calls[c].cache_bytes == entry * inside);
  }
}

TEST_CASE("the simulated cache has what the scheduler's has once a token has left") {
  const Model model = opinionated_model(tiny_config());
  Load::Text text{0, {1, 2, 3}, 20, 5};
  Random random(1, 1);
  Load load(random, model.config());
  load.texts = {text};
  const std::vector<ServedCall> calls = load.calls(model, {.slots = 1});
  const std::vector<ServedCall> simulated = batched(requests_of(calls), 1, 1, geometry_of(model.config()));
  REQUIRE(simulated.size() == calls.size());
  // The scheduler's last layer comes once the token has left; the simulation has it one call earlier.
  const int64_t entry = kv_bytes_per_entry(model.config());
  for (size_t c = 0; c < calls.size(); ++c)
    CHECK(simulated[c].cache_bytes - calls[c].cache_bytes == entry * calls[c].seats.at(0).tokens);
}

TEST_CASE("texts that were preempted and fed again are asked for once") {
  int64_t preemptions = 0;
  for_cases(60, [&](Random& random) {
    ModelConfig config = tiny_config();
    config.max_seq_len = 160;
    config.router.capacity = {1, 0.1, 0.05};  // less than tokens will take, so that too many texts begin
    config.resolve();
    const Model model = opinionated_model(config, 1 + random.below(20), 14);
    Load load(random, config);
    for (Load::Text& text : load.texts) text.arrival = 0;
    const KvCache cache(config);
    const int64_t pages = cache.pages_for(160);
    int64_t gave_way = 0;
    const std::vector<ServedCall> calls =
        load.calls(model, {.slots = 5, .cache_bytes = cache.page_bytes() * (pages + random.below(pages))}, &gave_way);
    preemptions += gave_way;
    CHECK(view_of(calls, geometry_of(config)).preempted <= gave_way);
    const std::vector<ServedRequest> requests = requests_of(calls);
    REQUIRE(requests.size() == load.texts.size());
    for (size_t i = 0; i < requests.size(); ++i) {
      int32_t end = 0;
      for (const ServedPiece& piece : requests[i].pieces) {
        REQUIRE(piece.end() > end);
        end = piece.end();
      }
      REQUIRE(end == int32_t(load.texts[i].prompt.size()) + load.texts[i].n - 1);
    }
  });
  CHECK(preemptions > 5);
}

TEST_CASE("chapter 9's two texts take 7 calls by sequence and 5 by depth") {
  const std::vector<ServedRequest> requests = requests_of_depths({{1, 3, 1}, {2, 1, 2}});
  CHECK(batched(requests, 2, 1, {}).size() == 7);
  const std::vector<ServedCall> by_depth = batched(requests, 2, 2, {});
  CHECK(by_depth.size() == 5);
  const ServingView view = view_of(by_depth, {});
  CHECK(slot_letters(view, 0, 0, 5) == "11231");
  CHECK(slot_letters(view, 1, 0, 5) == "12112");
  CHECK(slot_letters(view_of(batched(requests, 2, 1, {}), {}), 0, 0, 7) == "1.1231.");
  CHECK(view_of(batched(requests, 2, 1, {}), {}).idle == 4);
}

TEST_CASE("the more groups, the fewer calls, and never fewer than the longest text takes") {
  for_cases(40, [](Random& random) {
    std::vector<std::vector<int>> texts;
    for (int i = 0; i < 8; ++i) {
      texts.emplace_back();
      for (int64_t n = pick(random, 1, 12); n > 0; --n) texts.back().push_back(int(pick(random, 1, 4)));
    }
    const std::vector<ServedRequest> requests = requests_of_depths(texts);
    size_t before = SIZE_MAX, longest = 0, rows = 0;
    for (const auto& text : texts) {
      longest = std::max(longest, size_t(std::accumulate(text.begin(), text.end(), 0)));
      rows += size_t(std::accumulate(text.begin(), text.end(), 0));
    }
    for (const int groups : {1, 2, 4, 8}) {
      const std::vector<ServedCall> calls = batched(requests, 8, groups, {});
      CHECK(calls.size() <= before);
      before = calls.size();
      const ServingView view = view_of(calls, {});
      CHECK(size_t(std::accumulate(view.rows.begin(), view.rows.end(), 0)) == rows);
      CHECK(int64_t(view.cells.size()) - view.idle == int64_t(rows));
    }
    CHECK(before == longest);
  });
}

TEST_CASE("requests made from a text are parts of it, with its depths, and the same each time") {
  std::vector<int> depths;
  std::vector<int32_t> ids;
  for (int t = 0; t < 40; ++t) {
    depths.push_back(1 + t * t % 3);
    ids.push_back(100 + t);
  }
  const std::vector<ServedRequest> requests = requests_from(depths, ids, 8, 1);
  CHECK(requests.size() == 24);
  std::vector<size_t> lengths;
  for (const ServedRequest& request : requests) {
    for (const ServedPiece& piece : request.pieces)
      for (size_t i = 0; i < piece.ids.size(); ++i) {
        const int t = request.from + piece.first + int(i);
        CHECK(piece.ids[i] == 100 + t);
        if (!piece.fed) CHECK(piece.inside.size() == size_t(depths[size_t(t)]));
      }
    CHECK(request.pieces.front().fed);
    lengths.push_back(size_t(request.pieces.back().end()));
  }
  std::sort(lengths.begin(), lengths.end());
  CHECK(lengths.front() < lengths.back());
  const auto calls = [&](uint64_t seed) { return batched(requests_from(depths, ids, 8, seed), 8, 8, {}); };
  CHECK(calls(1) == calls(1));
  CHECK(calls(1) != calls(2));
  CHECK(requests_from(std::vector<int>{1}, std::vector<int32_t>{5}, 8, 1).empty());
  CHECK(requests_from(std::vector<int>{1, 0}, std::vector<int32_t>{5, 6}, 8, 1).size() == 24);
}

TEST_CASE("the table says who joined, who left, who gave way, and how long the queue is") {
  const auto seat = [](int slot, int text, int first, int recursion, bool fed) {
    return ServedSeat{slot,      text, first, 1,
                      recursion, 1,    fed,   recursion == 0 ? std::vector<int32_t>{9} : std::vector<int32_t>{}};
  };
  const std::vector<ServedCall> calls = {{0, 2, {seat(0, 0, 0, 0, true), seat(1, 1, 0, 0, true)}, {2}, 10},
                                         {1, 2, {seat(0, 0, 1, 0, false)}, {1, 2}, 20},
                                         {2, 2, {seat(0, 2, 0, 0, true), seat(1, 1, 0, 0, true)}, {}, 30}};
  const Geometry geometry = geometry_of(tiny_config());
  const ServingView view = view_of(calls, geometry);
  CHECK(view.calls() == 3);
  CHECK(view.queue == std::vector{1, 2, 0});
  CHECK(view.rows == std::vector{2, 1, 2});
  CHECK(view.written == 1);
  CHECK(view.idle == 1);
  CHECK(view.at(0, 0).joined);
  CHECK_FALSE(view.at(0, 0).left);
  CHECK(view.at(0, 1).left);
  CHECK(view.at(0, 1).preempted);
  CHECK(view.at(1, 0).left);
  CHECK_FALSE(view.at(1, 0).preempted);
  CHECK(view.at(1, 1).text == -1);
  CHECK(view.at(2, 0).joined);
  CHECK(view.at(2, 1).joined);
  CHECK_FALSE(view.at(2, 1).left);
  CHECK(view.preempted == 1);
  const int64_t vanilla = 8 * kv_bytes_per_entry(geometry.model);  // eight layers
  CHECK(view.vanilla_bytes == std::vector<int64_t>{2 * vanilla, 2 * vanilla, 2 * vanilla});
  CHECK(view.texts.at(0) == std::vector<int32_t>{9, 9});
  CHECK(batching_name(8, 1) == "by sequence");
  CHECK(batching_name(8, 2) == "in 2 groups of 4");
  CHECK(batching_name(8, 3) == "in 3 groups");
  CHECK(batching_name(8, 8) == "by depth");
}
