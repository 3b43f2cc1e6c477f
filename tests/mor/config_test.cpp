#include "mor/config.h"

#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "support/catch.h"
#include "tensor/error.h"

using namespace tinymor;

namespace {

/// The paper's main variant at toy size: middle_cycle, N = 3, expert choice.
ModelConfig example() {
  ModelConfig c;
  c.vocab_size = 512;
  c.sharing = Sharing::middle_cycle;
  c.n_recursions = 3;
  c.routing = Routing::expert_choice;
  return c;
}

using Change = std::function<void(ModelConfig&)>;

/// What resolve() says about the example with a change; empty when it is legal.
std::string complaint(const Change& change) {
  ModelConfig c = example();
  change(c);
  try {
    c.resolve();
    return "";
  } catch (const InputError& e) {
    return e.what();
  }
}

void vanilla(ModelConfig& c) {
  c.sharing = Sharing::none;
  c.n_recursions = 1;
  c.routing = Routing::none;
}

void stages(ModelConfig& c) {
  c.sharing = Sharing::none;
  c.routing = Routing::exit_gate;
}

void experts(ModelConfig& c) {
  c.ffn = Ffn::experts;
}

}  // namespace

TEST_CASE("resolve fills in what was left to its default") {
  ModelConfig c = example();
  c.resolve();
  REQUIRE(c.n_kv_heads == 4);
  REQUIRE(c.router.alpha == 0.1);
  REQUIRE(c.router.capacity == std::vector<double>{1.0, 2.0 / 3.0, 1.0 / 3.0});
  const ModelConfig once = c;
  c.resolve();
  REQUIRE(c == once);
}

TEST_CASE("the identity is its own gate unless alpha is given") {
  for (const auto& [given, alpha] : {std::pair(-1.0, 1.0), std::pair(0.1, 0.1)}) {
    ModelConfig c = example();
    c.router.function = RouterFunction::identity;
    c.router.alpha = given;
    c.resolve();
    CHECK(c.router.alpha == alpha);
  }
}

TEST_CASE("resolve keeps what was given") {
  ModelConfig c = example();
  c.n_kv_heads = 2;
  c.router.function = RouterFunction::tanh;
  c.router.alpha = 0.5;
  c.router.capacity = {1, 0.5, 0.5};
  const ModelConfig given = c;
  c.resolve();
  REQUIRE(c == given);
}

TEST_CASE("legal models are accepted") {
  const std::vector<Change> changes = {
      vanilla,
      [](ModelConfig& c) { c.routing = Routing::none; },
      [](ModelConfig& c) { c.n_recursions = 2; },
      [](ModelConfig& c) { c.sharing = Sharing::cycle, c.n_layers = 9; },
      [](ModelConfig& c) { c.sharing = Sharing::cycle, c.n_layers = 3; },
      [](ModelConfig& c) { c.routing = Routing::none, c.n_recursions = 1; },
      [](ModelConfig& c) { c.max_seq_len = 2; },
      [](ModelConfig& c) { c.lora_rank = 128, c.own_norms = true, c.recursion_encoding = RecursionEncoding::scale; },
      [](ModelConfig& c) {
        vanilla(c), c.kv_cache = KvStrategy::shared, c.kv_sharing = Sharing::sequence, c.kv_sharing_factor = 2;
      },
      [](ModelConfig& c) {
        c.router.capacity = {0.5, 0.5, 0.01};
      },
      // The largest model of the paper.
      [](ModelConfig& c) {
        vanilla(c);
        c.vocab_size = 49152, c.d_model = 2048, c.n_heads = 32, c.d_ff = 8192, c.n_layers = 24, c.max_seq_len = 2048;
      },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    REQUIRE(complaint(changes[i]) == "");
  }
}

TEST_CASE("illegal combinations are refused with what would be legal") {
  struct Case {
    Change change;
    std::string key, legal;
  };
  const std::vector<Case> cases = {
      {[](ModelConfig& c) { c.n_layers = 7; }, "model.n_layers: 7 - 2", "5 or 8"},
      {[](ModelConfig& c) { c.n_layers = 2; }, "model.n_layers: 2 - 2", "5 or 8"},
      {[](ModelConfig& c) { c.sharing = Sharing::cycle; }, "model.n_layers: 8", "6 or 9"},
      {[](ModelConfig& c) { c.sharing = Sharing::none; }, "model.n_layers: 8 layers", "6 or 9"},
      {[](ModelConfig& c) { c.sharing = Sharing::none, c.routing = Routing::token_choice; }, "model.n_recursions: 3",
       "middle_cycle"},
      {[](ModelConfig& c) { c.sharing = Sharing::none, c.n_recursions = 1; }, "model.routing", "n_recursions of 2"},
      {[](ModelConfig& c) { c.sharing = Sharing::sequence, c.n_layers = 9; }, "model.routing", "\"cycle\""},
      {[](ModelConfig& c) { c.sharing = Sharing::middle_sequence; }, "model.routing", "\"cycle\""},
      {[](ModelConfig& c) { c.n_recursions = 1; }, "model.routing", "n_recursions of 2 or more"},
      {[](ModelConfig& c) { c.lora_rank = 129; }, "model.lora_rank: 129", "0 to 128"},
      {[](ModelConfig& c) { c.lora_rank = -1; }, "model.lora_rank: -1", "0 to 128"},
      {[](ModelConfig& c) { vanilla(c), c.lora_rank = 4; }, "model.lora_rank: 4", "lora_rank = 0"},
      {[](ModelConfig& c) { vanilla(c), c.own_norms = true; }, "model.own_norms: true", "n_recursions of 2 or more"},
      {[](ModelConfig& c) { c.n_recursions = 1, c.routing = Routing::none, c.own_norms = true; }, "model.own_norms",
       "own_norms = false"},
      {[](ModelConfig& c) { vanilla(c), c.recursion_encoding = RecursionEncoding::add; },
       "model.recursion_encoding: \"add\"", "recursion_encoding = \"none\""},
      {[](ModelConfig& c) { c.kv_sharing_factor = 2; }, "model.kv_sharing_factor: 2", "leave the key out"},
      {[](ModelConfig& c) { c.kv_sharing = Sharing::cycle, c.kv_sharing_factor = 2; }, "model.kv_sharing: \"cycle\"",
       "kv_sharing = \"none\""},
      {[](ModelConfig& c) { vanilla(c), c.kv_sharing = Sharing::cycle, c.kv_sharing_factor = 2; },
       "model.kv_sharing: \"cycle\"", "kv_cache = \"shared\""},
      {[](ModelConfig& c) { vanilla(c), c.kv_cache = KvStrategy::shared, c.kv_sharing = Sharing::cycle; },
       "model.kv_sharing_factor: with 1", "2 or more"},
      {[](ModelConfig& c) {
         vanilla(c), c.kv_cache = KvStrategy::shared, c.kv_sharing = Sharing::middle_cycle, c.kv_sharing_factor = 4;
       },
       "model.n_layers: 8 - 2", "6 or 10"},
      {[](ModelConfig& c) { vanilla(c), c.kv_cache = KvStrategy::shared; }, "model.kv_cache", "kv_sharing_factor"},
      {[](ModelConfig& c) { stages(c), c.n_recursions = 3; }, "model.n_layers: 8 layers", "6 or 9"},
      {[](ModelConfig& c) { stages(c), c.n_layers = 6, c.kv_cache = KvStrategy::shared; }, "model.kv_cache: \"shared\"",
       "recursion_wise"},
      {[](ModelConfig& c) {
         stages(c), c.n_layers = 6, c.kv_cache = KvStrategy::shared, c.kv_sharing = Sharing::cycle;
       },
       "model.kv_sharing: \"cycle\"", "n_recursions = 1"},
      {[](ModelConfig& c) { experts(c), c.n_experts = 1; }, "model.n_experts: 1", "2 to 256"},
      {[](ModelConfig& c) { experts(c), c.n_experts = 257; }, "model.n_experts: 257", "2 to 256"},
      {[](ModelConfig& c) { experts(c), c.experts_per_token = 3; }, "model.experts_per_token: 3", "1 to 2"},
      {[](ModelConfig& c) { experts(c), c.expert_capacity = -1; }, "model.expert_capacity: -1", "0 or more"},
      {[](ModelConfig& c) { experts(c), c.expert_balance = NAN; }, "model.expert_balance: nan", "0 or more"},
      {[](ModelConfig& c) { experts(c), c.lora_rank = 2; }, "model.lora_rank: 2", "ffn = \"dense\""},
      {[](ModelConfig& c) { c.n_heads = 3; }, "model.d_model: 128", "multiple of 6: 126"},
      {[](ModelConfig& c) { c.n_heads = 128; }, "model.n_heads", "1 to 64"},
      {[](ModelConfig& c) { c.d_model = 100; }, "model.d_model: 100", "multiple of 8: 104"},
      {[](ModelConfig& c) { c.n_kv_heads = 3; }, "model.n_kv_heads", "divisor"},
      {[](ModelConfig& c) { c.n_kv_heads = 8; }, "model.n_kv_heads", "1 to 4"},
      {[](ModelConfig& c) { c.max_seq_len = 1; }, "model.max_seq_len", "2 to"},
      {[](ModelConfig& c) {
         c.router.capacity = {1, 0.5};
       },
       "router.capacity: 2 values", "one for each"},
      {[](ModelConfig& c) {
         c.router.capacity = {0.5, 0.6, 0.5};
       },
       "router.capacity: 0.6 after 0.5", "stay equal or fall"},
      {[](ModelConfig& c) {
         c.router.capacity = {1, 0.5, 0};
       },
       "router.capacity: 0", "up to 1"},
      {[](ModelConfig& c) {
         c.router.capacity = {1.5, 1, 1};
       },
       "router.capacity: 1.5", "up to 1"},
      {[](ModelConfig& c) {
         c.router.capacity = {1, NAN, 0.5};
       },
       "router.capacity: nan", "up to 1"},
      {[](ModelConfig& c) { c.router.alpha = 0; }, "router.alpha", "above 0"},
      {[](ModelConfig& c) { c.router.alpha = -0.5; }, "router.alpha", "above 0"},
      {[](ModelConfig& c) { c.router.aux_coeff = -1; }, "router.aux_coeff", "0 or more"},
      {[](ModelConfig& c) { c.router.function = RouterFunction::softmax; }, "router.function", "token_choice"},
      {[](ModelConfig& c) { c.router.balancing = RouterBalancing::loss_free; }, "router.balancing", "\"loss\""},
      {[](ModelConfig& c) {
         c.kv_cache = KvStrategy::shared, c.router.capacity = {0.9, 0.5, 0.5};
       },
       "model.kv_cache", "give 1 as the first"},
      {[](ModelConfig& c) { c.kv_cache = KvStrategy::hybrid, c.routing = Routing::none; }, "model.kv_cache",
       "\"shared\""},
      {[](ModelConfig& c) { vanilla(c), c.kv_cache = KvStrategy::shared; }, "model.kv_cache", "recursion_wise"},
  };
  for (const Case& each : cases) {
    const std::string said = complaint(each.change);
    CAPTURE(said, each.key);
    REQUIRE(said.find(each.key) == 0);
    REQUIRE_THAT(said, ContainsSubstring(each.legal));
    REQUIRE(said.back() == ')');
  }
}

TEST_CASE("sizes that no memory holds are refused") {
  const std::vector<Change> changes = {
      [](ModelConfig& c) { c.d_model = int64_t(1) << 40; },
      [](ModelConfig& c) { c.d_ff = INT64_MAX; },
      [](ModelConfig& c) { c.n_layers = INT64_MAX; },
      [](ModelConfig& c) { c.n_recursions = INT64_MAX; },
      [](ModelConfig& c) { c.vocab_size = INT64_MAX; },
      [](ModelConfig& c) { c.max_seq_len = INT64_MAX; },
      [](ModelConfig& c) { c.n_heads = 0; },
      [](ModelConfig& c) { c.n_heads = INT64_MIN; },
      [](ModelConfig& c) { c.n_kv_heads = -1; },
      [](ModelConfig& c) { c.d_model = 0; },
      [](ModelConfig& c) { c.d_ff = 0; },
      [](ModelConfig& c) { c.n_layers = -8; },
      [](ModelConfig& c) { c.n_recursions = 0; },
      [](ModelConfig& c) { c.vocab_size = -1; },
      [](ModelConfig& c) { c.rope_theta = INFINITY; },
      [](ModelConfig& c) { c.rms_eps = NAN; },
      [](ModelConfig& c) { c.d_model = c.d_ff = 65536; },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    REQUIRE_THAT(complaint(changes[i]), ContainsSubstring("(give"));
  }
}

TEST_CASE("names of enum values read back, and wrong ones are answered with the right ones") {
  REQUIRE(enum_name(Sharing::middle_cycle) == "middle_cycle");
  REQUIRE(enum_value<KvStrategy>("recursion_wise", "model.kv_cache") == KvStrategy::recursion_wise);
  REQUIRE_THROWS_WITH(
      enum_value<Routing>("expert", "model.routing"),
      "model.routing: there is no \"expert\" (use \"none\", \"expert_choice\", \"token_choice\", \"exit_gate\")");
}

TEST_CASE("a configuration comes back from its JSON") {
  ModelConfig c = example();
  c.tie_embeddings = false;
  c.rope_theta = 12345.678;
  c.router.capacity = {1, 0.1, 0.1};
  c.resolve();
  REQUIRE(config_from_json(config_to_json(c)) == c);
  vanilla(c);
  REQUIRE(config_from_json(config_to_json(c)) == c);
}

TEST_CASE("the JSON of a configuration is one flat object with the documented keys") {
  ModelConfig c = example();
  c.resolve();
  const auto json = nlohmann::json::parse(config_to_json(c));
  for (const auto& [key, value] : json.items()) {
    CAPTURE(key);
    REQUIRE((!value.is_structured() || key == "capacity"));
  }
  REQUIRE(json["vocab_size"] == 512);
  REQUIRE(json["d_model"] == 128);
  REQUIRE(json["tie_embeddings"] == true);
  REQUIRE(json["sharing"] == "middle_cycle");
  REQUIRE(json["router_type"] == "linear");
  REQUIRE(json["router_function"] == "sigmoid");
  REQUIRE(json["router_alpha"] == 0.1);
  REQUIRE(json["capacity"].size() == 3);
  REQUIRE(json["aux_coeff"] == 0.001);
}

TEST_CASE("keys missing from the JSON have their defaults, and routers may go without their prefix") {
  const ModelConfig c = config_from_json(
      R"({"vocab_size": 65, "sharing": "cycle", "n_recursions": 2, "routing": "expert_choice", "alpha": 0.2, "other": 1})");
  REQUIRE(c.d_model == 128);
  REQUIRE(c.router.alpha == 0.2);
  REQUIRE(c.router.capacity == std::vector<double>{1.0, 0.5});
}

TEST_CASE("hostile JSON of a configuration is refused") {
  for (const char* text :
       {"", "[]", "{}", "null", R"({"vocab_size": 0})", R"({"vocab_size": -5})", R"({"vocab_size": 1.5})",
        R"({"vocab_size": 18446744073709551615})", R"({"vocab_size": 65, "d_model": "128"})",
        R"({"vocab_size": 65, "d_model": 1e300})", R"({"vocab_size": 65, "sharing": "ring"})",
        R"({"vocab_size": 65, "sharing": 1})", R"({"vocab_size": 65, "capacity": [[1]]})",
        R"({"vocab_size": 65, "capacity": ["1"]})", R"({"vocab_size": 65, "tie_embeddings": 1})",
        R"({"vocab_size": 65, "rope_theta": null})", R"({"vocab_size": 65, "vocab_size": 65})"}) {
    CAPTURE(text);
    REQUIRE_THROWS_AS(config_from_json(text), InputError);
  }
}

TEST_CASE("damaged JSON of a configuration is refused or read, never worse") {
  ModelConfig c = example();
  c.resolve();
  const std::string text = config_to_json(c);
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = text;
    for (unsigned flips = 1 + random() % 3; flips > 0; --flips) damaged[random() % damaged.size()] ^= 1 << random() % 8;
    try {
      config_from_json(damaged);
    } catch (const InputError&) {
    }
  }
}
