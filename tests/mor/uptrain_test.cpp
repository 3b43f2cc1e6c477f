#include "mor/uptrain.h"

#include <map>
#include <set>

#include "mor/counts.h"
#include "support/catch.h"
#include "support/close.h"
#include "support/tiny_models.h"
#include "tensor/error.h"

using namespace tinymor;
using Sources = std::vector<std::vector<int64_t>>;
using State = std::map<std::string, Tensor>;

namespace {

constexpr Sharing kSharings[] = {Sharing::cycle, Sharing::sequence, Sharing::middle_cycle, Sharing::middle_sequence};
constexpr SharedInit kInits[] = {SharedInit::stepwise, SharedInit::average, SharedInit::lower, SharedInit::upper,
                                 SharedInit::random};

ModelConfig shape(Sharing sharing, int64_t layers, int64_t recursions) {
  ModelConfig config = tiny_config(Sharing::none, Routing::none);
  config.sharing = sharing;
  config.n_layers = layers;
  config.n_recursions = recursions;
  return config;
}

/// A model of eight layers in which no two weights are alike, norms among them.
Model trained_vanilla() {
  Model model = opinionated_model(shape(Sharing::none, 8, 1), 5);
  Random random(5, 1);
  for (Variable* parameter : model.parameters())
    if (parameter->rank() == 1) parameter->mutable_value().copy_from(random_normal(parameter->shape(), random));
  return model;
}

/// Every recursive and every MoR configuration of eight layers that can be had, with two recursions.
std::vector<ModelConfig> targets() {
  std::vector<ModelConfig> legal;
  for (Sharing sharing : kSharings)
    for (Routing routing : {Routing::none, Routing::expert_choice, Routing::token_choice}) {
      ModelConfig config = shape(sharing, 8, 2);
      config.routing = routing;
      if (routing == Routing::token_choice) config.router.function = RouterFunction::softmax;
      try {
        config.resolve();
        legal.push_back(config);
      } catch (const InputError&) {
      }
    }
  return legal;
}

std::string name_of(const ModelConfig& config) {
  return enum_name(config.sharing) + ", " + enum_name(config.routing);
}

Tensor logits(const Model& model) {
  return model.forward(int_tensor(random_tokens(20, 11, 3)), Rows::batch(1, 20)).logits.value();
}

}  // namespace

TEST_CASE("shared sets start as the layers that are worked out by hand from the layer map") {
  struct Row {
    Sharing sharing;
    int64_t layers, recursions;
    Sources stepwise, average, lower, upper;
  };
  // Halves go to the even layer: the middle of 0..5 is 2, that of 1..6 is 4.
  const std::vector<Row> rows{
      {Sharing::cycle, 6, 2, {{0}, {2}, {5}}, {{0, 3}, {1, 4}, {2, 5}}, {{0}, {1}, {2}}, {{3}, {4}, {5}}},
      {Sharing::sequence, 6, 2, {{0}, {2}, {5}}, {{0, 1}, {2, 3}, {4, 5}}, {{0}, {1}, {2}}, {{3}, {4}, {5}}},
      {Sharing::middle_cycle,
       8,
       2,
       {{0}, {1}, {4}, {6}, {7}},
       {{0}, {1, 4}, {2, 5}, {3, 6}, {7}},
       {{0}, {1}, {2}, {3}, {7}},
       {{0}, {4}, {5}, {6}, {7}}},
      {Sharing::middle_sequence,
       8,
       2,
       {{0}, {1}, {4}, {6}, {7}},
       {{0}, {1, 2}, {3, 4}, {5, 6}, {7}},
       {{0}, {1}, {2}, {3}, {7}},
       {{0}, {4}, {5}, {6}, {7}}},
      {Sharing::cycle, 9, 3, {{0}, {4}, {8}}, {{0, 3, 6}, {1, 4, 7}, {2, 5, 8}}, {{0}, {1}, {2}}, {{6}, {7}, {8}}},
      {Sharing::cycle, 3, 3, {{0}}, {{0, 1, 2}}, {{0}}, {{2}}},
      {Sharing::middle_cycle, 5, 3, {{0}, {1}, {4}}, {{0}, {1, 2, 3}, {4}}, {{0}, {1}, {4}}, {{0}, {3}, {4}}},
  };
  for (const Row& row : rows) {
    const ModelConfig config = shape(row.sharing, row.layers, row.recursions);
    INFO(name_of(config) << ", " << row.layers);
    CHECK(source_layers(config, config.n_layers, SharedInit::stepwise, 1) == row.stepwise);
    CHECK(source_layers(config, config.n_layers, SharedInit::average, 1) == row.average);
    CHECK(source_layers(config, config.n_layers, SharedInit::lower, 1) == row.lower);
    CHECK(source_layers(config, config.n_layers, SharedInit::upper, 1) == row.upper);
  }
}

TEST_CASE("a random start takes different layers in their order, the same for the same seed, and any of them") {
  for (Sharing sharing : kSharings) {
    const ModelConfig config = shape(sharing, 8, 2);
    const bool middle = layer_map(config).prelude == 1;
    std::set<int64_t> seen;
    for (uint64_t seed = 0; seed < 50; ++seed) {
      const Sources sources = source_layers(config, config.n_layers, SharedInit::random, seed);
      CHECK(sources == source_layers(config, config.n_layers, SharedInit::random, seed));
      for (size_t p = 0; p < sources.size(); ++p) {
        REQUIRE(sources[p].size() == 1);
        CHECK((p == 0 || sources[p][0] > sources[p - 1][0]));
        seen.insert(sources[p][0]);
      }
      CHECK((!middle || (sources.front()[0] == 0 && sources.back()[0] == 7)));
    }
    CHECK(seen.size() == 8);
  }
}

TEST_CASE("every weight of an uptrained model is the mean of its source layers', exactly where there is one") {
  const Model vanilla = trained_vanilla();
  const auto source = vanilla.state_dict();
  REQUIRE(targets().size() >= 4);
  for (const ModelConfig& config : targets())
    for (SharedInit init : kInits) {
      INFO(name_of(config) << ", " << enum_name(init));
      const Model model = uptrained(vanilla, config, init, 3);
      const auto own = model.state_dict();
      const Sources sources = source_layers(config, config.n_layers, init, 3);
      for (const char* whole : {"model.embed_tokens.weight", "model.norm.weight"}) {
        CHECK(own.at(whole).to_vector() == source.at(whole).to_vector());
        CHECK(own.at(whole).data() != source.at(whole).data());
      }
      for (size_t p = 0; p < sources.size(); ++p)
        for (const char* weight :
             {"input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
              "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"}) {
          const auto path = [&](int64_t layer) { return fmt::format("model.layers.{}.{}.weight", layer, weight); };
          std::vector<double> mean(source.at(path(0)).count());
          for (int64_t l : sources[p])
            for (size_t i = 0; i < mean.size(); ++i)
              mean[i] += double(source.at(path(l)).values()[i]) / double(sources[p].size());
          const auto values = own.at(path(int64_t(p))).values();
          double worst = 0;
          for (size_t i = 0; i < mean.size(); ++i) worst = std::max(worst, std::abs(mean[i] - double(values[i])));
          CHECK(worst <= (sources[p].size() == 1 ? 0 : 1e-6));
        }
    }
}

TEST_CASE("an uptrained model has the unique parameters of its configuration, and routers as fresh as a new model's") {
  const Model vanilla = trained_vanilla();
  for (const ModelConfig& config : targets()) {
    INFO(name_of(config));
    const Model model = uptrained(vanilla, config, SharedInit::stepwise, 3);
    CHECK(model.parameter_count() == count_parameters(config).total());
    const auto fresh = Model(config, 3).state_dict();
    for (const auto& [path, values] : model.state_dict())
      if (path.find("router") != std::string::npos) CHECK(values.to_vector() == fresh.at(path).to_vector());
  }
}

TEST_CASE("where nothing is shared, the uptrained model computes exactly what the vanilla one does") {
  const Model vanilla = trained_vanilla();
  const auto before = logits(vanilla).to_vector();
  for (Sharing sharing : {Sharing::none, Sharing::middle_cycle, Sharing::cycle})
    for (SharedInit init : kInits) {
      INFO(enum_name(sharing) << ", " << enum_name(init));
      CHECK(logits(uptrained(vanilla, shape(sharing, 8, 1), init, 3)).to_vector() == before);
    }
  CHECK(logits(uptrained(vanilla, shape(Sharing::cycle, 8, 2), SharedInit::lower, 3)).to_vector() != before);
}

TEST_CASE("with norms of their own and low-rank terms of full rank, shared layers compute what the vanilla ones do") {
  const Model vanilla = trained_vanilla();
  const Tensor before = logits(vanilla);
  double largest = 0;
  for (Real z : before.values()) largest = std::max(largest, double(std::abs(z)));
  const auto distance = [&](Sharing sharing, SharedInit init, int64_t rank, bool norms) {
    ModelConfig config = shape(sharing, 8, 2);
    config.own_norms = norms;
    config.lora_rank = rank;
    config.recursion_encoding = RecursionEncoding::add;  // starts as 0
    return worst_difference(logits(uptrained(vanilla, config, init, 3)), before) / largest;
  };
  for (Sharing sharing : kSharings)
    for (SharedInit init : kInits) {
      INFO(enum_name(sharing) << ", " << enum_name(init));
      CHECK(distance(sharing, init, 16, true) < 1e-3);
      CHECK(distance(sharing, init, 16, false) > 0.01);
      CHECK(distance(sharing, init, 0, true) > 0.01);
    }
}

TEST_CASE("the nearer an uptrained model's weights are to the layers that they replace, the higher the rank") {
  const Model vanilla = trained_vanilla();
  const State source = vanilla.state_dict();
  const std::string name = "mlp.up_proj";
  double before = 1e9;
  for (int64_t rank : {1, 4, 8, 12, 16}) {
    ModelConfig config = shape(Sharing::middle_cycle, 8, 2);
    config.lora_rank = rank;
    const State own = uptrained(vanilla, config, SharedInit::average, 3).state_dict();
    const auto path = [&](const char* rest) { return fmt::format("model.relaxations.5.{}.{}.weight", name, rest); };
    const Tensor used = own.at("model.layers.2." + name + ".weight") +
                        matmul(own.at(path("lora_B")), own.at(path("lora_A")));  // layers 2 and 5 are one set
    const Tensor missing = source.at("model.layers.5." + name + ".weight") - used;
    const double now = double(sum(missing * missing).item());
    CHECK(now < before);
    before = now;
  }
  CHECK(before < 1e-6);
}

TEST_CASE("a shallow vanilla model starts as layers of a deeper one") {
  const Model deep = trained_vanilla();
  const State from = deep.state_dict();
  const ModelConfig target = shape(Sharing::none, 3, 1);
  const std::map<SharedInit, std::vector<int64_t>> expected{
      {SharedInit::stepwise, {0, 4, 7}},  // 3.5 goes to the even 4
      {SharedInit::lower, {0, 1, 2}},
      {SharedInit::upper, {5, 6, 7}}};
  for (const auto& [init, layers] : expected) {
    INFO(enum_name(init));
    const State state = uptrained(deep, target, init, 1).state_dict();
    for (size_t p = 0; p < layers.size(); ++p)
      for (const char* weight : {"input_layernorm.weight", "mlp.up_proj.weight"})
        CHECK(state.at(fmt::format("model.layers.{}.{}", p, weight)).to_vector() ==
              from.at(fmt::format("model.layers.{}.{}", layers[p], weight)).to_vector());
  }
  CHECK_THROWS_WITH(uptrained(deep, target, SharedInit::average, 1), ContainsSubstring("--init average"));
  CHECK_THROWS_WITH(uptrained(deep, shape(Sharing::none, 9, 1), SharedInit::lower, 1), ContainsSubstring("n_layers"));
}

TEST_CASE("an untied head is copied, and another context length is no obstacle") {
  ModelConfig config = shape(Sharing::none, 8, 1);
  config.tie_embeddings = false;
  const Model vanilla(config, 5);
  config.sharing = Sharing::cycle;
  config.n_recursions = 2;
  config.max_seq_len = 64;
  const Model model = uptrained(vanilla, config, SharedInit::average, 3);
  CHECK(model.state_dict().at("lm_head.weight").to_vector() == vanilla.state_dict().at("lm_head.weight").to_vector());
}

TEST_CASE("a target of other sizes, an illegal one and a source that is not vanilla are refused by the key's name") {
  const Model vanilla = trained_vanilla();
  const ModelConfig good = shape(Sharing::middle_cycle, 8, 3);
  CHECK_NOTHROW(uptrained(vanilla, good, SharedInit::stepwise, 1));
  const auto refused = [&](const Model& source, const std::string& key, auto change) {
    INFO(key);
    ModelConfig config = good;
    change(config);
    CHECK_THROWS_AS(uptrained(source, config, SharedInit::stepwise, 1), InputError);
    CHECK_THROWS_WITH(uptrained(source, config, SharedInit::stepwise, 1), ContainsSubstring("model." + key + ":"));
  };
  refused(vanilla, "vocab_size", [](ModelConfig& c) { c.vocab_size = 12; });
  refused(vanilla, "d_model", [](ModelConfig& c) { c.d_model = 24; });
  refused(vanilla, "n_heads", [](ModelConfig& c) { c.n_heads = 2; });
  refused(vanilla, "n_kv_heads", [](ModelConfig& c) { c.n_kv_heads = 4; });
  refused(vanilla, "d_ff", [](ModelConfig& c) { c.d_ff = 25; });
  refused(vanilla, "n_layers", [](ModelConfig& c) { c.n_layers = 5; });
  refused(vanilla, "n_recursions", [](ModelConfig& c) { c.n_recursions = 4; });
  refused(vanilla, "rope_theta", [](ModelConfig& c) { c.rope_theta = 500; });
  refused(vanilla, "rms_eps", [](ModelConfig& c) { c.rms_eps = 1e-6; });
  refused(vanilla, "tie_embeddings", [](ModelConfig& c) { c.tie_embeddings = false; });
  refused(Model(good, 1), "sharing", [](ModelConfig&) {});
  refused(Model(tiny_config(), 1), "routing", [](ModelConfig&) {});
  ModelConfig same_keys = shape(Sharing::none, 8, 1);
  same_keys.kv_cache = KvStrategy::shared;
  same_keys.kv_sharing = Sharing::sequence;
  same_keys.kv_sharing_factor = 2;
  refused(Model(same_keys, 1), "kv_sharing", [](ModelConfig&) {});
}
