#include "mor/counts.h"

#include "mor/generate.h"
#include "support/catch.h"
#include "support/tiny_models.h"

using namespace tinymor;

namespace {

ModelConfig base_360m(Sharing sharing, Routing routing, int64_t recursions, int64_t layers) {
  ModelConfig config = paper_360m();
  config.n_layers = layers;
  config.sharing = sharing;
  config.routing = routing;
  config.n_recursions = recursions;
  return config;
}

}  // namespace

TEST_CASE("the paper's FLOPs count reproduces the steps of its released configurations") {
  const auto mflop = [](const ModelConfig& config) { return paper_flops_per_token(config, 2048) / 1e6; };
  const ModelConfig vanilla = base_360m(Sharing::none, Routing::none, 1, 32);
  CHECK(mflop(vanilla) == Approx(833.618).epsilon(1e-6));
  CHECK(mflop(base_360m(Sharing::middle_cycle, Routing::none, 2, 32)) == Approx(833.618).epsilon(1e-6));
  CHECK(mflop(base_360m(Sharing::middle_cycle, Routing::none, 4, 34)) == Approx(885.719).epsilon(1e-6));
  CHECK(mflop(base_360m(Sharing::middle_cycle, Routing::expert_choice, 2, 32)) == Approx(623.493).epsilon(1e-6));
  CHECK(mflop(base_360m(Sharing::middle_cycle, Routing::expert_choice, 3, 32)) == Approx(555.636).epsilon(1e-6));
  CHECK(mflop(base_360m(Sharing::middle_cycle, Routing::expert_choice, 4, 34)) == Approx(553.452).epsilon(1e-6));
  ModelConfig shared = base_360m(Sharing::middle_cycle, Routing::expert_choice, 3, 32);
  shared.kv_cache = KvStrategy::shared;
  CHECK(mflop(shared) == Approx(536.248).epsilon(1e-6));
  shared.routing = Routing::token_choice;  // charged as if it were balanced
  CHECK(mflop(shared) == Approx(536.248).epsilon(1e-6));
  const auto steps = [&](const ModelConfig& config) {
    return 16.5e18 / (paper_flops_per_token(config, 2048) * 2097152);
  };
  CHECK(steps(vanilla) == Approx(9438.2).margin(0.05));
  CHECK(steps(base_360m(Sharing::middle_cycle, Routing::expert_choice, 4, 34)) == Approx(14215.9).margin(0.05));
}

TEST_CASE("a token costs the layers that it went through, each with the tokens that it sees") {
  ModelConfig config = base_360m(Sharing::middle_cycle, Routing::expert_choice, 3, 32);
  config.resolve();
  const double d = 960, kv = 320, layer = 4 * d * d + 4 * d * kv + 6 * d * 2560 + 4 * d * 100,
               head = 2 * d * double(config.vocab_size);
  CHECK(honest_flops_of_token(config, 3, 100) == Approx(32 * layer + head + 3 * 2 * d));
  CHECK(honest_flops_of_token(config, 1, 100) == Approx(12 * layer + head + 2 * 2 * d));
  config.routing = Routing::none;
  CHECK(honest_flops_of_token(config, 3, 100) == Approx(32 * layer + head));
  CHECK(honest_flops_of_token(config, 1, 100) == Approx(12 * layer + head));  // generation that is capped
  config = base_360m(Sharing::none, Routing::none, 1, 32);
  CHECK(honest_flops_of_token(config, 1, 100) == Approx(32 * layer + head));
}

TEST_CASE(
    "a token goes through its own layers and the block as often as it is deep, and a vanilla model's through all") {
  CHECK(layers_per_token(base_360m(Sharing::none, Routing::none, 1, 8), 1) == 8);
  CHECK(layers_per_token(base_360m(Sharing::sequence, Routing::none, 4, 8), 1) == 8);
  CHECK(layers_per_token(base_360m(Sharing::middle_sequence, Routing::none, 3, 8), 1) == 8);
  CHECK(layers_per_token(base_360m(Sharing::middle_cycle, Routing::none, 3, 8), 3) == 8);
  CHECK(layers_per_token(base_360m(Sharing::middle_cycle, Routing::expert_choice, 3, 8), 2) == 6);
  CHECK(layers_per_token(base_360m(Sharing::cycle, Routing::expert_choice, 3, 9), 1.5) == 4.5);
}

TEST_CASE("an image costs its patches' embedding, layers in which all tokens see each other, and one head") {
  ModelConfig config = base_360m(Sharing::none, Routing::none, 1, 2);
  config.d_model = 64;
  config.n_heads = config.n_kv_heads = 4;
  config.d_ff = 192;
  config.vocab_size = 10;
  config.max_seq_len = 17;
  config.resolve();
  const double d = 64, tokens = 17, layer = 8 * d * d + 6 * d * 192 + 4 * d * tokens;
  CHECK(honest_flops_per_image(config, 49) == Approx(16 * 2 * d * 49 + tokens * 2 * layer + 2 * d * 10));
}

TEST_CASE("cache bytes shrink by (N+1)/2N over the block under recursion-wise caching, by 1/N when shared") {
  const auto ratio = [](int64_t n, int64_t layers, KvStrategy strategy) {
    const ModelConfig config = base_360m(Sharing::middle_cycle, Routing::expert_choice, n, layers);
    return kv_bytes_per_token(config, strategy) / vanilla_kv_bytes_per_token(config);
  };
  CHECK(ratio(2, 32, KvStrategy::recursion_wise) == Approx(24.5 / 32));
  CHECK(ratio(3, 32, KvStrategy::recursion_wise) == Approx(22.0 / 32));
  CHECK(ratio(4, 34, KvStrategy::recursion_wise) == Approx(22.0 / 34));
  CHECK(ratio(2, 32, KvStrategy::shared) == Approx(17.0 / 32));
  CHECK(ratio(3, 32, KvStrategy::shared) == Approx(12.0 / 32));
}

TEST_CASE("the weights that a token reads are the packed matrices of the layers it goes through, and the head") {
  for (WeightFormat format : {WeightFormat::f32, WeightFormat::int8, WeightFormat::int4}) {
    ModelConfig config = tiny_config(Sharing::none, Routing::none), same_keys = config;
    same_keys.kv_cache = KvStrategy::shared;
    same_keys.kv_sharing = Sharing::sequence;
    same_keys.kv_sharing_factor = 2;
    for (const ModelConfig& c : {config, same_keys}) {
      Model model(c, 1);
      model.pack(format);
      int64_t bytes = 0;
      for (const Variable* weight : std::as_const(model).parameters())
        if (weight->packed()) bytes += weight->packed()->bytes();
      CHECK(weight_bytes_per_token(c, 1, format) == double(bytes));
    }
  }
  ModelConfig relaxed = tiny_config(Sharing::cycle, Routing::none);
  relaxed.lora_rank = 4;
  const double without = weight_bytes_per_token(tiny_config(Sharing::cycle, Routing::none), 2, WeightFormat::f32);
  Model model(relaxed, 1);
  model.pack(WeightFormat::f32);
  double terms = 0;
  for (const Variable* weight : std::as_const(model).parameters())
    if (weight->name().find(".lora_") != std::string::npos) terms += double(weight->packed()->bytes());
  CHECK(weight_bytes_per_token(relaxed, 2, WeightFormat::f32) == Approx(without + terms * 2 / 3));
  const ModelConfig vanilla = base_360m(Sharing::none, Routing::none, 1, 8),
                    mor = base_360m(Sharing::middle_cycle, Routing::expert_choice, 3, 8);
  CHECK(weight_bytes_per_token(mor, 3, WeightFormat::int8) == weight_bytes_per_token(vanilla, 1, WeightFormat::int8));
  CHECK(weight_bytes_per_token(mor, 1.5, WeightFormat::f32) < weight_bytes_per_token(mor, 2, WeightFormat::f32));
}

TEST_CASE("low-rank terms cost two operations for each of their numbers, in the share of the tokens that take them") {
  for (Sharing sharing : {Sharing::cycle, Sharing::middle_cycle}) {
    const ModelConfig config = tiny_config(sharing, Routing::expert_choice);
    ModelConfig relaxed = config;
    relaxed.lora_rank = 3;
    const int64_t d = 16, kv = 8, ff = 24, block = 2, numbers = 3 * (2 * 2 * d + 2 * (d + kv) + 3 * (d + ff));
    const double added = 2.0 * block * double(numbers) * (1 + 2.0 / 3 + 1.0 / 3);
    CHECK(paper_flops_per_token(relaxed, 32) - paper_flops_per_token(config, 32) == Approx(added));
    CHECK(honest_flops_per_token(relaxed, 32) - honest_flops_per_token(config, 32) == Approx(added));
    CHECK(honest_flops_of_token(relaxed, 1, 9) - honest_flops_of_token(config, 1, 9) == Approx(2 * block * numbers));
    CHECK(count_parameters(relaxed).layers - count_parameters(config).layers == 3 * block * numbers);
  }
}

TEST_CASE("layers that use the keys of others cache none, compute none and have no weights for them") {
  ModelConfig vanilla = tiny_config(Sharing::none, Routing::none), shared = vanilla;  // 8 layers
  shared.kv_cache = KvStrategy::shared;
  shared.kv_sharing = Sharing::sequence;
  shared.kv_sharing_factor = 4;
  shared.resolve();
  CHECK(kv_bytes_per_token(shared, KvStrategy::shared) == vanilla_kv_bytes_per_token(vanilla) / 4);
  CHECK(count_parameters(vanilla).layers - count_parameters(shared).layers == 6 * 2 * 16 * 8);
  CHECK(honest_flops_per_token(vanilla, 32) - honest_flops_per_token(shared, 32) == 6 * 4 * 16 * 8);
}

TEST_CASE("the cache bytes of a text are those of its tokens, each by its depth") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    INFO(name);
    const Model model = opinionated_model(config, 3, 14);
    Generator generator(model, {});
    int64_t bytes = 0;
    for (const GeneratedToken& token : generator.prompt(random_tokens(8, config.vocab_size, 1)))
      bytes += kv_bytes_of_token(config, token.depth);
    REQUIRE(bytes == generator.cache().bytes());
  });
}

TEST_CASE("bytes and FLOPs are exact: whole where they are whole, and else the nearest number") {
  const int64_t d = 960, length = 1536, block = 2;
  const int64_t mlp = 6 * d * 2560, attention = 2 * d * length;
  const auto check = [&](ModelConfig config, const std::vector<int64_t>& parts, int64_t whole) {
    CAPTURE(parts, whole);
    int64_t entries = 2 * whole, paper = 2 * whole * whole * (8 * d * d + mlp + attention);
    for (const int64_t part : parts) {
      entries += block * part;
      paper += block * part * (whole * (8 * d * d + mlp) + part * attention);
    }
    CHECK(kv_bytes_per_token(config, KvStrategy::recursion_wise) ==
          double(entries * kv_bytes_per_entry(config)) / double(whole));
    CHECK(paper_flops_per_token(config, length) == double(paper) / double(whole * whole));
    const double trunk = honest_flops_per_token(config, length);
    config.vocab_size += whole * whole;
    CHECK(honest_flops_per_token(config, length) == trunk + double(2 * d * whole * whole));
  };
  for (int64_t n = 2; n <= 12; ++n) {
    ModelConfig config = base_360m(Sharing::middle_cycle, Routing::expert_choice, n, block * n + 2);
    std::vector<int64_t> parts;
    for (int64_t r = 0; r < n; ++r) parts.push_back(n - r);
    check(config, parts, n);
    config.resolve();  // with the capacities written out
    check(config, parts, n);
  }
  ModelConfig config = base_360m(Sharing::middle_cycle, Routing::expert_choice, 3, block * 3 + 2);
  config.router.capacity = {1, 0.7, 0.4};
  check(config, {10, 7, 4}, 10);
  config.router.capacity = {1, 0.668, 0.124};
  check(config, {250, 167, 31}, 250);
}
