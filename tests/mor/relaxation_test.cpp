#include "mor/relaxation.h"

#include <set>

#include "mor/model.h"
#include "support/catch.h"
#include "support/tiny_models.h"

using namespace tinymor;
using Names = std::set<std::string>;

namespace {

ModelConfig relaxed(Sharing sharing, Routing routing, RecursionEncoding encoding, bool norms, int64_t rank) {
  ModelConfig config = tiny_config(sharing, routing);
  config.recursion_encoding = encoding;
  config.own_norms = norms;
  config.lora_rank = rank;
  config.resolve();
  return config;
}

/// What follows "model.relaxations." in the names of a model's weights.
Names own_names(const ModelConfig& config) {
  const std::string prefix = "model.relaxations.";
  Names names;
  for (const auto& [name, value] : Model(config, 1).state_dict())
    if (name.starts_with(prefix)) names.insert(name.substr(prefix.size()));
  return names;
}

ForwardResult run(const Model& model) {
  return model.forward(int_tensor(random_tokens(12, 11, 3)), Rows::batch(1, 12));
}

}  // namespace

TEST_CASE("a vector comes before the first layer of each recursion or after its last, or by each use of a layer") {
  const auto names = [](Sharing sharing, RecursionEncoding encoding) {
    return own_names(relaxed(sharing, Routing::none, encoding, false, 0));
  };
  CHECK(names(Sharing::middle_cycle, RecursionEncoding::add) ==
        Names{"1.entry_encoding", "3.entry_encoding", "5.entry_encoding"});
  CHECK(names(Sharing::middle_cycle, RecursionEncoding::scale) ==
        Names{"2.exit_encoding", "4.exit_encoding", "6.exit_encoding"});
  CHECK(names(Sharing::cycle, RecursionEncoding::scale) ==
        Names{"1.exit_encoding", "3.exit_encoding", "5.exit_encoding"});
  CHECK(names(Sharing::middle_sequence, RecursionEncoding::add).size() == 6);
  CHECK(names(Sharing::middle_cycle, RecursionEncoding::none).empty());
}

TEST_CASE("norms of its own has every use of a shared layer but the first, which has those of the layer") {
  const Names names = own_names(relaxed(Sharing::middle_cycle, Routing::none, RecursionEncoding::none, true, 0));
  Names expected;
  for (int layer : {3, 4, 5, 6})
    for (const char* norm : {"input_layernorm", "post_attention_layernorm"})
      expected.insert(fmt::format("{}.{}.weight", layer, norm));
  CHECK(names == expected);
}

TEST_CASE(
    "every use of a shared layer has a low-rank term for each matrix, but none for keys that it does not compute") {
  ModelConfig config = relaxed(Sharing::middle_cycle, Routing::none, RecursionEncoding::none, false, 3);
  CHECK(own_names(config).size() == 6 * 7 * 2);
  config.kv_cache = KvStrategy::shared;
  CHECK(own_names(config).size() == 6 * 5 * 2 + 2 * 2 * 2);
  const auto state = Model(config, 1).state_dict();
  CHECK(state.at("model.relaxations.4.mlp.down_proj.lora_A.weight").shape() == Shape({3, 24}));
  CHECK(state.at("model.relaxations.4.mlp.down_proj.lora_B.weight").shape() == Shape({16, 3}));
  config.lora_rank = 12;  // keys are 8 wide
  CHECK(Model(config, 1).state_dict().at("model.relaxations.1.self_attn.k_proj.lora_A.weight").shape() ==
        Shape({8, 16}));
}

TEST_CASE("a relaxed model starts as the strict one of the same seed, bit for bit") {
  for (Sharing sharing : {Sharing::cycle, Sharing::middle_cycle})
    for (Routing routing : {Routing::none, Routing::expert_choice, Routing::token_choice}) {
      const auto strict = run(Model(tiny_config(sharing, routing), 7)).logits.value().to_vector();
      for (RecursionEncoding encoding : {RecursionEncoding::add, RecursionEncoding::scale})
        CHECK(run(Model(relaxed(sharing, routing, encoding, true, 4), 7)).logits.value().to_vector() == strict);
    }
}

TEST_CASE("every number that a use has of its own learns, in every combination") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    if (!config.is_relaxed() || config.router.random) return;
    INFO(name);
    Model model = opinionated_model(config, 3, 14);
    const std::vector<int32_t> tokens = random_tokens(16, config.vocab_size, 9);
    const ForwardResult result = model.forward(int_tensor(tokens), Rows::batch(1, 16));
    training_loss(config, result, next_tokens(tokens)).total.backward();
    const std::set<int32_t> depths(result.depth.begin(), result.depth.end());
    if (*depths.rbegin() < model.layers().recursions) return;  // no token takes the last recursion
    for (const Variable* parameter : model.parameters()) {
      if (parameter->name().find("relaxations.") == std::string::npos) continue;
      INFO(parameter->name());
      REQUIRE(parameter->grad().defined());
      double largest = 0;
      for (Real g : parameter->grad().values()) largest = std::max(largest, double(std::abs(g)));
      REQUIRE(largest > 0);
    }
  });
}
