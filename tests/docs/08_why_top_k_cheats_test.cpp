// The numbers of docs/08-why-top-k-cheats.md that are worked out on paper, computed again. If you change one, change
// the other. The measured ones are printed by `tinymor eval`.

#include "mor/expert_choice.h"
#include "mor/kv_cache.h"
#include "support/catch.h"
#include "support/close.h"
#include "support/tiny_models.h"
#include "support/worked_example.h"
#include "tensor/ops.h"

using namespace tinymor;

namespace {

using Ints = std::vector<int32_t>;

/// The six tokens with the last one as it is, or with its second number turned positive.
WorkedExample example(Rule rule, bool changed) {
  Tensor tokens = WorkedExample::start();
  if (changed) tokens.slice(0, 5, 6).copy_from(Tensor({1, 2}, {0.1f, 0.4f}));
  return WorkedExample(WorkedExample::three_recursions(Routing::expert_choice), rule,
                       {{0.6f, -0.2f}, {-0.5f, 0.9f}, {1.1f, 0.4f}}, tokens);
}

Ints depths(const WorkedExample& e) {
  Ints depth(6, 0);
  for (const Ints& taken : e.taken)
    for (int32_t position : taken) ++depth[position];
  return depth;
}

}  // namespace

TEST_CASE("chapter 8: under top-k a later token changes earlier outputs") {
  const WorkedExample before = example(Rule::topk, false), after = example(Rule::topk, true);
  check_printed(before.selections[1].logits, {-1.3290, -0.3973, 0.9159, 0.2994, 0.7258, -0.4433});
  check_printed(after.selections[1].logits, {-1.3290, -0.3973, 0.9159, 0.2994, 0.7258, 0.3386});
  CHECK(before.taken[1] == Ints{1, 2, 3, 4});
  CHECK(after.taken[1] == Ints{2, 3, 4, 5});
  CHECK(depths(before) == Ints{1, 3, 2, 3, 2, 1});
  CHECK(depths(after) == Ints{1, 1, 2, 3, 2, 3});
  check_printed(before.x.slice(0, 0, 5),
                {0.5778, -1.1556, 1.5138, 0.2564, -0.3044, 0.9782, 1.0754, 1.0167, -1.3740, 0.1535});
  check_printed(after.x.slice(0, 0, 5),
                {0.5778, -1.1556, 1.1432, 0.1936, -0.3560, 1.0016, 1.0395, 1.0563, -1.3976, 0.1600});
}

TEST_CASE("chapter 8: under the causal rule a later token changes no earlier output") {
  const WorkedExample before = example(Rule::threshold, false), after = example(Rule::threshold, true);
  CHECK(before.taken[1] == Ints{2, 3, 4});
  check_printed(before.selections[2].logits, {0.0090, 1.3084, -1.4734});
  CHECK(depths(before) == Ints{1, 1, 3, 3, 2, 1});
  CHECK(depths(after) == Ints{1, 1, 3, 3, 2, 3});
  CHECK(before.x.slice(0, 0, 5).to_vector() == after.x.slice(0, 0, 5).to_vector());
}

TEST_CASE("chapter 8: top-k takes as many tokens of short texts as its table says") {
  const auto counts = [](int64_t length) {
    Ints k;
    for (double c : {1.0, 2.0 / 3, 1.0 / 3}) k.push_back(int32_t(capacity_count(c, length)));
    return k;
  };
  CHECK(counts(1) == Ints{1, 1, 1});
  CHECK(counts(2) == Ints{2, 1, 1});
  CHECK(counts(3) == Ints{3, 2, 1});
  CHECK(counts(5) == Ints{5, 3, 1});
  CHECK(counts(6) == Ints{6, 4, 2});

  // One token at a time with a cache: every token takes every recursion.
  const ModelConfig config = tiny_config();
  const Model model = opinionated_model(config);
  const Ints tokens = random_tokens(6, 11, 1);
  KvCache cache(config);
  for (int64_t t = 0; t < 6; ++t)
    CHECK(model.forward(int_tensor({tokens[t]}), Rows::batch(1, 1, t), {.rule = Rule::topk, .cache = &cache}).depth ==
          Ints{3});
  CHECK(6 * 3 == 18);
}

TEST_CASE("chapter 8: sampling accuracy is 0.75 in its example and 1 under the causal rule") {
  const WorkedExample topk = example(Rule::topk, false), causal = example(Rule::threshold, false);
  check_printed(topk.selections[2].logits, {1.4691, 0.0564, 1.3227, -1.4500});
  CHECK(topk.taken[2] == Ints{1, 3});
  CHECK(topk.metrics.sampling_accuracy == 0.75);
  CHECK(causal.metrics.sampling_accuracy == 1);
}

TEST_CASE("chapter 8: its texts have 2 and 4 dead positions of 6") {
  const auto dead = [](const std::vector<Ints>& reached) {
    std::vector<bool> alive(6, false);
    for (const Ints& positions : reached)
      for (int32_t position : positions) alive[position] = true;
    return double(std::count(alive.begin(), alive.end(), false)) / 6;
  };
  CHECK(dead({{1, 3}, {0, 3}, {1, 4}}) == Approx(1.0 / 3));
  CHECK(dead({{1, 3}, {1, 3}, {1, 3}}) == Approx(2.0 / 3));
}
