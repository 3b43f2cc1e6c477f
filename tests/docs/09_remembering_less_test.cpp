// The numbers of docs/09-remembering-less.md, computed again. If you change one, change the other. What the run of
// the demo prints is `tinymor inspect`'s and `tinymor trace`'s.

#include <algorithm>

#include "mor/counts.h"
#include "mor/kv_cache.h"
#include "mor/model.h"
#include "support/catch.h"
#include "support/close.h"
#include "support/tiny_models.h"
#include "support/worked_example.h"

using namespace tinymor;

namespace {

using Ints = std::vector<int32_t>;

const Ints kDepths{1, 3, 2, 3, 2, 1};

ModelConfig six_tokens(KvStrategy strategy) {
  ModelConfig config = WorkedExample::three_recursions(Routing::expert_choice);
  config.kv_cache = strategy;
  return config;
}

/// The cache after six tokens that took kDepths, fed in pieces of `step` tokens.
KvCache fed(const ModelConfig& config, int64_t step) {
  const Model model = opinionated_model(config);
  KvCache cache(config);
  const Ints ids{0, 1, 2, 3, 4, 5};
  for (int64_t t = 0; t < 6; t += step) {
    const std::span<const int32_t> depths(kDepths.data() + t, size_t(step));
    model.forward(int_tensor({ids.begin() + t, ids.begin() + t + step}), Rows::batch(1, step, t),
                  {.rule = Rule::threshold, .cache = &cache, .depths = depths});
  }
  return cache;
}

std::vector<Ints> grid(const KvCache& cache) {
  std::vector<Ints> positions;
  for (int64_t layer = 0; layer < 5; ++layer) positions.push_back(cache.positions(layer));
  return positions;
}

Rows rows_at(const Ints& positions) {
  return Rows::batch(1, 6).select(int_tensor(positions));
}

/// What the queries of a recursion's tokens see, one count each.
Ints seen(const KvCache& cache, int64_t layer, const Ints& positions) {
  return cache.view(layer, rows_at(positions)).plan.visible;
}

int64_t sum_of(const Ints& counts) {
  int64_t sum = 0;
  for (int32_t count : counts) sum += count;
  return sum;
}

/// The layers of the demo.
ModelConfig demo() {
  ModelConfig config;
  config.vocab_size = 1024;
  config.n_kv_heads = 2;
  config.d_ff = 384;
  config.sharing = Sharing::middle_cycle;
  config.n_recursions = 3;
  config.routing = Routing::expert_choice;
  config.resolve();
  return config;
}

}  // namespace

TEST_CASE("chapter 9: each strategy leaves the entries of its grid") {
  const Ints all{0, 1, 2, 3, 4, 5}, second{1, 2, 3, 4}, third{1, 3}, none{};
  CHECK(grid(fed(six_tokens(KvStrategy::recursion_wise), 6)) == std::vector<Ints>{all, all, second, third, all});
  CHECK(grid(fed(six_tokens(KvStrategy::shared), 6)) == std::vector<Ints>{all, all, none, none, all});
  CHECK(grid(fed(six_tokens(KvStrategy::hybrid), 6)) == std::vector<Ints>{all, all, second, third, all});
}

TEST_CASE("chapter 9: prefilling and decoding leave the same entries") {
  for (KvStrategy strategy : {KvStrategy::recursion_wise, KvStrategy::shared, KvStrategy::hybrid})
    for (int64_t step : {1, 2, 3}) CHECK(grid(fed(six_tokens(strategy), step)) == grid(fed(six_tokens(strategy), 6)));
}

TEST_CASE("chapter 9: six tokens take its bytes under every strategy") {
  CHECK(kv_bytes_per_entry(six_tokens(KvStrategy::recursion_wise)) == 16);
  CHECK(fed(six_tokens(KvStrategy::recursion_wise), 6).bytes() == 24 * 16);
  CHECK(fed(six_tokens(KvStrategy::hybrid), 6).bytes() == 24 * 16);
  CHECK(fed(six_tokens(KvStrategy::shared), 6).bytes() == 18 * 16);
  CHECK(24 * 16 == 384);
  CHECK(18 * 16 == 288);
  CHECK(30 * 16 == 480);
}

TEST_CASE("chapter 9: caches are the shares of the vanilla one that its table says") {
  // A model of nothing but the block, whose sizes the recursions divide.
  const auto shares = [](int64_t n, KvStrategy strategy) {
    ModelConfig config = demo();
    config.sharing = Sharing::cycle;
    config.n_layers = 12;
    config.n_recursions = n;
    config.router.capacity.clear();
    config.resolve();
    return kv_bytes_per_token(config, strategy) / vanilla_kv_bytes_per_token(config);
  };
  for (int64_t n : {2, 3, 4}) {
    CHECK(shares(n, KvStrategy::recursion_wise) == Approx(double(n + 1) / double(2 * n)));
    CHECK(shares(n, KvStrategy::hybrid) == Approx(double(n + 1) / double(2 * n)));
    CHECK(shares(n, KvStrategy::shared) == Approx(1.0 / double(n)));
  }
  CHECK(shares(2, KvStrategy::recursion_wise) == Approx(0.75));
  CHECK(shares(3, KvStrategy::recursion_wise) == Approx(0.667).margin(10 * half_a_digit));
  CHECK(shares(4, KvStrategy::recursion_wise) == Approx(0.625));
}

TEST_CASE("chapter 9: queries see as many keys as it counts, and attention costs the shares it says") {
  const KvCache own = fed(six_tokens(KvStrategy::recursion_wise), 6), shared = fed(six_tokens(KvStrategy::shared), 6),
                hybrid = fed(six_tokens(KvStrategy::hybrid), 6);
  CHECK(seen(own, 1, {0, 1, 2, 3, 4, 5}) == Ints{1, 2, 3, 4, 5, 6});
  CHECK(seen(own, 2, {1, 2, 3, 4}) == Ints{1, 2, 3, 4});
  CHECK(seen(own, 3, {1, 3}) == Ints{1, 2});
  CHECK(seen(shared, 2, {1, 2, 3, 4}) == Ints{2, 3, 4, 5});
  CHECK(seen(shared, 3, {1, 3}) == Ints{2, 4});
  CHECK(seen(hybrid, 3, {1, 3}) == Ints{2, 4});
  const int64_t first = sum_of(seen(own, 1, {0, 1, 2, 3, 4, 5}));
  CHECK(first == 21);
  CHECK(sum_of(seen(own, 2, {1, 2, 3, 4})) == 10);
  CHECK(sum_of(seen(own, 3, {1, 3})) == 3);
  CHECK(sum_of(seen(shared, 2, {1, 2, 3, 4})) == 14);
  CHECK(sum_of(seen(shared, 3, {1, 3})) == 6);
  CHECK(21 + 10 + 3 == 34);
  CHECK(21 + 14 + 6 == 41);
  CHECK(3 * first == 63);
  CHECK(34.0 / 63 == Approx(0.54).margin(6e-3));
  CHECK(41.0 / 63 == Approx(0.65).margin(6e-3));
  // Long texts: (k/T)^2 and k/T, averaged over the recursions.
  CHECK((1 + 4.0 / 9 + 1.0 / 9) / 3 == Approx(0.519).margin(10 * half_a_digit));
  CHECK((1 + 2.0 / 3 + 1.0 / 3) / 3 == Approx(0.667).margin(10 * half_a_digit));
}

TEST_CASE("chapter 9: hybrid sees its own keys where it has some, otherwise those of the first recursion") {
  const KvCache cache = fed(six_tokens(KvStrategy::hybrid), 6);
  const KvView first = cache.view(1, rows_at({1, 3})), third = cache.view(3, rows_at({1, 3}));
  for (int64_t position = 0; position < 6; ++position) {
    const auto key = [&](const KvView& view) { return view.keys.value().at({view.plan.key_begin[0] + position, 0}); };
    const bool same = key(first) == key(third);
    CHECK(same == (position != 1 && position != 3));
  }
}

TEST_CASE("chapter 9: the demo's cache takes the bytes it says") {
  const ModelConfig config = demo();
  CHECK(kv_bytes_per_entry(config) == 2 * 2 * 32 * 4);
  CHECK(kv_bytes_per_entry(config) == 512);
  CHECK(vanilla_kv_bytes_per_token(config) == 8 * 512);
  CHECK(8 * 512 == 4096);
  CHECK(kv_bytes_per_token(config, KvStrategy::recursion_wise) == Approx(6 * 512));
  CHECK(6 * 512 == 3072);
  CHECK(kv_bytes_per_token(config, KvStrategy::shared) == Approx(4 * 512));
  CHECK(4 * 512 == 2048);
  CHECK((2 * 13 + 2 * 13 + 2 * 8 + 2 * 5) * 512 == 39936);
  CHECK(13 * 8 * 512 == 53248);
  // With four key heads, as many as there are heads, everything is twice as large.
  ModelConfig wide = config;
  wide.n_kv_heads = 4;
  CHECK(vanilla_kv_bytes_per_token(wide) == 2 * 4096);
}

TEST_CASE("chapter 9: two texts take 7 calls of the block by sequence and 5 by depth") {
  const Ints a{1, 3, 1}, b{2, 1, 2};
  int64_t by_sequence = 0;
  for (size_t t = 0; t < 3; ++t) by_sequence += std::max(a[t], b[t]);
  CHECK(by_sequence == 7);
  CHECK(sum_of(a) + sum_of(b) == 10);
  CHECK(std::max(sum_of(a), sum_of(b)) == 5);
  CHECK(4 / ((4 + 1) / 2.0) == Approx(1.6));
}
