// What holds for every legal combination of sharing, routing and KV strategy, every kind of router, and everything that
// uses of the same weights can have of their own.

#include <fstream>
#include <set>

#include "mor/checkpoint.h"
#include "mor/counts.h"
#include "mor/kv_cache.h"
#include "mor/trace.h"
#include "support/catch.h"
#include "support/close.h"
#include "support/dense_model.h"
#include "support/temporary_folder.h"
#include "support/tiny_models.h"

using namespace tinymor;
using Ints = std::vector<int32_t>;

namespace {

constexpr int64_t kLength = 12;

/// Weights large enough that routers have opinions, a bias that moves some choices.
Model decided_model(const ModelConfig& config, uint64_t seed = 3) {
  Model model = opinionated_model(config, seed, 14);
  if (config.router.balancing == RouterBalancing::loss_free) model.balance(std::vector<double>{0, 1, 0});
  return model;
}

Ints tokens_of(uint64_t seed = 9) {
  return random_tokens(kLength, 7, seed);
}

ForwardResult run(const Model& model, const Ints& tokens, Rule rule) {
  return model.forward(int_tensor(tokens), Rows::batch(1, int64_t(tokens.size())), {.rule = rule});
}

/// The rules that a model knows.
std::vector<Rule> rules(const ModelConfig& config) {
  std::vector<Rule> all{Rule::topk, Rule::threshold};
  if (causal_rule(config) == Rule::aux_threshold) all.push_back(Rule::aux_threshold);
  return all;
}

}  // namespace

TEST_CASE("there are hundreds of combinations, and every value of every axis is in some") {
  std::set<std::string> words;
  int count = 0;
  for_each_combination([&](const std::string& name, const ModelConfig&) {
    ++count;
    for (size_t at = 0; at < name.size();) {
      const size_t end = name.find(' ', at);
      words.insert(name.substr(at, end - at));
      at = end + 1;
    }
  });
  CHECK(count > 600);
  for (const auto& [word, change] : layer_variants()) CHECK(words.erase(word) == 1);
  CHECK(words ==
        std::set<std::string>{"none",          "cycle",        "sequence",  "middle_cycle",   "middle_sequence",
                              "expert_choice", "token_choice", "exit_gate", "recursion_wise", "shared",
                              "hybrid",        "linear",       "mlp",       "wide_mlp",       "sigmoid",
                              "tanh",          "identity",     "softmax",   "aux_loss",       "aux_router",
                              "loss",          "loss_free",    "weighted",  "additive",       "weighted_every",
                              "block",         "delta",        "learned",   "random",         "expected",
                              "gain"});
}

TEST_CASE("every combination computes what the formulas say, dense and masked") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    if (config.router.random) return;
    const Model model = decided_model(config);
    const auto weights = model.state_dict();
    const Ints tokens = tokens_of();
    for (Rule rule : rules(config)) {
      INFO(name << int(rule));
      DenseModel dense(config, weights);
      dense.run(tokens, rule);
      const ForwardResult result = run(model, tokens, rule);
      REQUIRE(result.depth == Ints(dense.depth.begin(), dense.depth.end()));
      double worst = 0;
      for (int64_t t = 0; t < kLength; ++t)
        for (int64_t i = 0; i < 7; ++i) {
          const double expected = dense.logits[t][i];
          worst =
              std::max(worst, std::abs(double(result.logits.value().at({t, i})) - expected) / (1 + std::abs(expected)));
        }
      REQUIRE(worst < 2e-4);
    }
  });
}

TEST_CASE("every combination's trace shows the attention that the formulas say, in every layer") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    if (config.router.random) return;
    INFO(name);
    const Model model = decided_model(config);
    const auto weights = model.state_dict();
    const Ints tokens = tokens_of();
    const Rule rule = causal_rule(config);
    DenseModel dense(config, weights);
    dense.run(tokens, rule);
    const Trace t = trace(model, tokens, {.rule = rule, .attention = true});
    double worst = 0;
    for (size_t l = 0; l < t.attention.size(); ++l) {
      const AttentionTrace& a = t.attention[l];
      size_t at = 0;
      for (int64_t head = 0; head < config.n_heads; ++head)
        for (int32_t query : a.queries)
          for (int32_t key : a.keys)
            if (key <= query)
              worst = std::max(worst, std::abs(a.weights.at(at++) - 255 * dense.attention[l][head][query][key]));
      REQUIRE(at == a.weights.size());
    }
    REQUIRE(worst < 0.6);  // each is rounded to a whole number
  });
}

TEST_CASE("every combination's early exits predict what a pass of at most so many recursions does") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    INFO(name);
    const Model model = decided_model(config);
    const Ints tokens = tokens_of();
    for (Rule rule : {Rule::topk, causal_rule(config)}) {
      PassStates left;
      const Trace whole = trace(model, tokens, {.rule = rule}, &left);
      const std::vector<Prediction> exits = early_exits(model, whole, left);
      REQUIRE(int64_t(exits.size()) == model.layers().recursions - 1);
      for (size_t i = 0; i < exits.size(); ++i) {
        const Trace capped = trace(model, tokens, {.rule = rule, .max_depth = int64_t(i) + 1});
        REQUIRE(exits[i] == Prediction(capped));
      }
    }
  });
}

TEST_CASE("every combination's trace is the same with attention noted, and every use of its weights has a gradient") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    INFO(name);
    const Model model = decided_model(config);
    const Ints tokens = tokens_of();
    const Trace less = trace(model, tokens, {.rule = Rule::topk}),
                more = trace(model, tokens, {.rule = Rule::topk, .attention = true});
    REQUIRE(less.nll == more.nll);
    REQUIRE(less.depth == more.depth);
    REQUIRE(less.kv_entries == more.kv_entries);
    REQUIRE(less.kv_bytes == more.kv_bytes);
    REQUIRE(more.attention.size() == size_t(config.n_layers));
    REQUIRE(gradient_by_use(model, tokens).use.size() == size_t(config.n_layers));
  });
}

TEST_CASE("every combination decodes with the cache as it computes in one pass, and is causal") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    INFO(name);
    const Model model = decided_model(config);
    const Ints tokens = tokens_of();
    const Rule rule = causal_rule(config);
    const ForwardResult full = run(model, tokens, rule);
    KvCache cache(config);
    for (size_t begin = 0, end = 5; begin < tokens.size(); begin = end++) {
      const Ints part(tokens.begin() + begin, tokens.begin() + end);
      const ForwardResult result = model.forward(int_tensor(part), Rows::batch(1, int64_t(part.size()), int64_t(begin)),
                                                 {.rule = rule, .cache = &cache});
      REQUIRE(result.depth == Ints(full.depth.begin() + begin, full.depth.begin() + end));
      double largest = 0;
      for (Real z : full.logits.value().values()) largest = std::max(largest, double(std::abs(z)));
      REQUIRE(worst_difference(result.logits.value(), full.logits.value().slice(0, begin, end)) < 1e-4 * (1 + largest));
    }
    Ints changed = tokens;
    changed[9] = (tokens[9] + 1) % 7;
    REQUIRE(worst_difference(run(model, changed, rule).logits.value().slice(0, 0, 9),
                             full.logits.value().slice(0, 0, 9)) < 1e-5);
  });
}

TEST_CASE("every combination's cache holds the entries that its strategy says, and its trace counts them") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    INFO(name);
    const Model model = decided_model(config);
    const LayerMap& map = model.layers();
    const Trace t = trace(model, tokens_of(), {.rule = causal_rule(config)});
    int64_t entries = kLength * (map.prelude + map.coda);
    for (int64_t r = 0; r < map.recursions; ++r)
      for (int64_t j = 0; j < map.block; ++j) {
        const int64_t layer = map.layer(r, j),
                      active = std::count_if(t.depth.begin(), t.depth.end(), [&](int32_t d) { return d > r; });
        const bool computes = KeyMap(config).computes_keys(layer);
        REQUIRE(t.kv_entries[r][j] == (computes ? active : 0));
        entries += t.kv_entries[r][j];
      }
    REQUIRE(t.kv_bytes == entries * kv_bytes_per_entry(config));
    REQUIRE(t.router_logits.size() == (config.routing == Routing::token_choice && !config.router.random ? kLength : 0));
  });
}

TEST_CASE("every combination has as many weights as are counted, comes back from a file bit for bit, and copies") {
  const TemporaryFolder folder;
  for_each_combination([&](const std::string& name, const ModelConfig& config) {
    INFO(name);
    const Model model = decided_model(config);
    REQUIRE(model.parameters().size() > 0);
    int64_t count = 0;
    for (const auto& [path, tensor] : model.state_dict()) count += tensor.count();
    REQUIRE(model.parameter_count() == count_parameters(config).total());
    REQUIRE(count == count_parameters(config).total() + count_parameters(config).buffers);
    std::ofstream(folder.path() / "model.safetensors", std::ios::binary) << write_checkpoint(model);
    const Model read = read_checkpoint(folder.path() / "model.safetensors"), copy = model.clone();
    for (Rule rule : rules(config)) {
      const std::vector<Real> logits = run(model, tokens_of(), rule).logits.value().to_vector();
      REQUIRE(run(read, tokens_of(), rule).logits.value().to_vector() == logits);
      REQUIRE(run(copy, tokens_of(), rule).logits.value().to_vector() == logits);
    }
  });
}

TEST_CASE("every combination takes the depths that are forced on it") {
  for_each_combination([](const std::string& name, const ModelConfig& config) {
    INFO(name);
    const Model model = decided_model(config);
    Ints depths;
    for (int64_t t = 0; t < kLength; ++t) depths.push_back(int32_t(1 + t % model.layers().recursions));
    const ForwardResult result = model.forward(int_tensor(tokens_of()), Rows::batch(1, kLength), {.depths = depths});
    REQUIRE(result.depth == depths);
    for (Real z : result.logits.value().values()) REQUIRE(std::isfinite(z));
  });
}

TEST_CASE("without routing, or with every gate out of the way, all are the plain recursive transformer") {
  for (Sharing sharing : {Sharing::cycle, Sharing::middle_cycle}) {
    const ModelConfig plain_config = tiny_config(sharing, Routing::none);
    const Model plain(plain_config, 3);
    ModelConfig config = tiny_config(sharing, Routing::expert_choice);
    config.router.capacity = {1, 1, 1};
    config.router.gating = RouterGating::additive;
    config.router.residual = RouterResidual::delta;
    Model routed(config, 3);
    const auto weights = plain.state_dict();
    for (Variable* parameter : routed.parameters())
      if (weights.contains(parameter->name())) parameter->mutable_value().copy_from(weights.at(parameter->name()));
    const Ints tokens = random_tokens(16, 11, 3);
    CHECK(worst_difference(run(plain, tokens, Rule::topk).logits.value(),
                           run(routed, tokens, Rule::topk).logits.value()) < 1e-5);
  }
}
