#include "mor/model.h"

#include <cmath>
#include <numeric>

#include "mor/generate.h"
#include "mor/trace.h"
#include "support/catch.h"
#include "support/close.h"
#include "support/tiny_models.h"
#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/threads.h"

using namespace tinymor;
using Ints = std::vector<int32_t>;

namespace {

Tensor logits_of(const Model& model, const Ints& tokens, Rule rule) {
  return model.forward(int_tensor(tokens), Rows::batch(1, int64_t(tokens.size())), {.rule = rule}).logits.value();
}

}  // namespace

TEST_CASE("the causal rule's full forward equals prefill and token-by-token decoding with the cache") {
  for (const auto& [name, config] : tiny_configs()) {
    for (size_t prefill : {size_t(1), size_t(7), size_t(23)}) {
      INFO(name << ", prompt of " << prefill);
      const Model model = opinionated_model(config);
      const Ints tokens = random_tokens(24, 11, 5);
      const ForwardResult full = model.forward(int_tensor(tokens), Rows::batch(1, 24), {.rule = Rule::threshold});
      KvCache cache(config);
      const auto feed = [&](size_t begin, size_t end) {
        const Ints part(tokens.begin() + begin, tokens.begin() + end);
        const ForwardResult result =
            model.forward(int_tensor(part), Rows::batch(1, int64_t(part.size()), int64_t(begin)),
                          {.rule = Rule::threshold, .cache = &cache});
        CHECK(worst_difference(result.logits.value(), full.logits.value().slice(0, begin, end)) < 1e-4);
        CHECK(result.depth == Ints(full.depth.begin() + begin, full.depth.begin() + end));
      };
      feed(0, prefill);
      for (size_t t = prefill; t < 24; ++t) feed(t, t + 1);
    }
  }
}

TEST_CASE("several sequences decode in one cache as each would alone") {
  const ModelConfig config = tiny_config();
  const Model model = opinionated_model(config);
  const Ints a = random_tokens(10, 11, 6), b = random_tokens(10, 11, 7);
  KvCache both(config, 2);
  for (int64_t t = 0; t < 10; ++t) {
    const Tensor logits =
        model.forward(int_tensor({a[t], b[t]}), Rows::batch(2, 1, t), {.rule = Rule::threshold, .cache = &both})
            .logits.value();
    CHECK(worst_difference(logits.slice(0, 0, 1), logits_of(model, a, Rule::threshold).slice(0, t, t + 1)) < 1e-4);
    CHECK(worst_difference(logits.slice(0, 1, 2), logits_of(model, b, Rule::threshold).slice(0, t, t + 1)) < 1e-4);
  }
}

TEST_CASE(
    "a changed future token never changes an earlier output under the causal rule, but can under the training rule") {
  bool topk_leaked = false;
  for (const auto& [name, config] : tiny_configs()) {
    INFO(name);
    const Model model = opinionated_model(config);
    for (uint64_t seed = 0; seed < 20; ++seed) {
      const Ints tokens = random_tokens(16, 11, seed);
      Ints changed = tokens;
      changed[12] = (tokens[12] + 1) % 11;
      for (Rule rule : {Rule::threshold, Rule::topk}) {
        const Tensor before = logits_of(model, tokens, rule).slice(0, 0, 12);
        const Tensor after = logits_of(model, changed, rule).slice(0, 0, 12);
        const double difference = worst_difference(before, after);
        // How many tokens go through an expert together decides in which order it sums.
        const double rounding = config.ffn == Ffn::experts ? 1e-5 : 1e-6;
        if (rule == Rule::threshold || config.routing == Routing::none)
          CHECK(difference < rounding);
        else
          topk_leaked = topk_leaked || difference > 1e-3;
      }
    }
  }
  CHECK(topk_leaked);
}

TEST_CASE("a probe changes no bit of the logits") {
  struct Listener : Probe {
    int calls = 0;
    void on_recursion(int64_t, const Rows&, const Tensor&, const Tensor&, const Rows&) override { ++calls; }
  };
  for (const auto& [name, config] : tiny_configs()) {
    INFO(name);
    const Model model = opinionated_model(config);
    const IntTensor ids = int_tensor(random_tokens(16, 11, 8));
    Listener listener;
    const Tensor with = model.forward(ids, Rows::batch(1, 16), {.probe = &listener}).logits.value();
    const Tensor without = model.forward(ids, Rows::batch(1, 16)).logits.value();
    CHECK(with.to_vector() == without.to_vector());
    CHECK(listener.calls == model.layers().recursions);
  }
}

TEST_CASE("any number of threads gives the same bits") {
  const ModelConfig config = tiny_config();
  const int before = thread_count();
  std::vector<Real> bits[3];
  for (int threads : {1, 2, 3}) {
    set_thread_count(threads);
    Model model = opinionated_model(config);
    const Ints tokens = random_tokens(64, 11, 9);
    const ForwardResult result = model.forward(int_tensor(tokens), Rows::batch(2, 32));
    training_loss(config, result, int_tensor(tokens)).total.backward();
    for (Variable* parameter : model.parameters())
      for (Real g : parameter->grad().to_vector()) bits[threads - 1].push_back(g);
  }
  set_thread_count(before);
  CHECK(bits[0] == bits[1]);
  CHECK(bits[0] == bits[2]);
}

TEST_CASE("the auxiliary loss is scaled by its coefficient, and that of an auxiliary router is not") {
  for (const auto& [sampling, coefficient] :
       {std::pair(RouterSampling::aux_loss, 0.25), std::pair(RouterSampling::aux_router, 1.0)}) {
    ModelConfig config = tiny_config();
    config.router.sampling = sampling;
    config.router.aux_coeff = 0.25;
    const Model model = opinionated_model(config);
    const Ints tokens = random_tokens(16, 11, 11);
    const Loss loss = training_loss(config, model.forward(int_tensor(tokens), Rows::batch(1, 16)), int_tensor(tokens));
    CHECK(loss.aux > 0.1);
    CHECK(double(loss.total.value().item()) == Approx(loss.lm + coefficient * loss.aux).epsilon(1e-6));
  }
}

TEST_CASE("without a recursion the router of the last one hears nothing from the language-model loss") {
  ModelConfig config = tiny_config();
  config.router.aux_coeff = 0;
  Model model = opinionated_model(config);
  const Ints tokens = random_tokens(16, 11, 11);
  const ForwardResult result = model.forward(int_tensor(tokens), Rows::batch(1, 16), {.max_depth = 1});
  training_loss(config, result, int_tensor(tokens)).total.backward();
  for (Variable* parameter : model.parameters()) {
    if (parameter->name() == "model.routers.0.0.weight") CHECK(parameter->grad().defined());
    if (parameter->name() == "model.routers.2.0.weight") CHECK_FALSE(parameter->grad().defined());
  }
  for (int32_t depth : result.depth) CHECK(depth == 1);
}

TEST_CASE("with one recursion, no routing and any sharing the model is the vanilla transformer") {
  ModelConfig vanilla = tiny_config(Sharing::none, Routing::none), cycle = vanilla;
  cycle.sharing = Sharing::cycle;
  const Ints tokens = random_tokens(16, 11, 12);
  CHECK(logits_of(Model(vanilla, 5), tokens, Rule::topk).to_vector() ==
        logits_of(Model(cycle, 5), tokens, Rule::topk).to_vector());
}

TEST_CASE("the trace counts depths, losses and cache entries as they are") {
  for (const auto& [name, config] : tiny_configs()) {
    for (Rule rule : {Rule::topk, Rule::threshold}) {
      INFO(name);
      const Model model = opinionated_model(config);
      const Ints tokens = random_tokens(18, 11, 13);
      PassStates left;
      const Trace t = trace(model, tokens, {.rule = rule}, &left);
      CHECK(worst_difference(left.logits, logits_of(model, tokens, rule)) < 1e-5);
      int64_t entries = 18 * (model.layers().prelude + model.layers().coda), spent = 0, selected = 0;
      for (const auto& recursion : t.kv_entries)
        for (int64_t n : recursion) entries += n;
      CHECK(t.kv_bytes == entries * kv_bytes_per_entry(config));
      CHECK(t.kv_vanilla_bytes == 18 * config.n_layers * kv_bytes_per_entry(config));
      for (int32_t depth : t.depth) spent += depth;
      for (size_t r = 0; r < t.recursions.size(); ++r) {
        selected += int64_t(t.recursions[r].selected.size());
        for (int64_t n : t.kv_entries[r]) CHECK(n == int64_t(t.recursions[r].selected.size()));
      }
      if (config.routing == Routing::expert_choice) CHECK(spent == selected);
      REQUIRE(t.nll.size() == 17);
      if (config.routing == Routing::exit_gate && rule == Rule::topk) continue;  // learns from all recursions' losses
      double total = 0;
      for (float nll : t.nll) total += nll;
      CHECK(total / 17 == Approx(t.lm_loss));
    }
  }
}

namespace {

double norm_of(const Tensor& states, int64_t row) {
  double squares = 0;
  for (int64_t i = 0; i < states.dim(1); ++i) squares += std::pow(double(states.at({row, i})), 2);
  return std::sqrt(squares);
}

}  // namespace

TEST_CASE("the trace's sizes of states and changes are those of the states that the block is run on by hand") {
  for (const auto& [name, config] : tiny_configs())
    for (Rule rule : {Rule::topk, Rule::threshold}) {
      INFO(name);
      const Model model = opinionated_model(config);
      const Ints tokens = random_tokens(18, 11, 13);
      const Rows rows = Rows::batch(1, 18);
      const Trace t = trace(model, tokens, {.rule = rule});
      const NoGrad off;
      const ForwardOptions options{.rule = rule};
      ForwardKeys keys(config);
      const Variable first = model.trunk().prelude(model.embed(int_tensor(tokens)), rows, keys, options);
      Recurrence recurrence = model.trunk().recurrence(first, int_tensor(tokens), rows, options);
      size_t r = 0;
      for (; recurrence.enter(); ++r) {
        const Active inside = recurrence.inside();
        const Tensor before = recurrence.states().value();
        recurrence.leave(model.trunk().block(recurrence.recursion(), inside.x, inside.rows, keys, options));
        const Tensor moved = recurrence.states().value() - before;
        REQUIRE(t.changes.at(r).before.size() == inside.places.size());
        for (size_t i = 0; i < inside.places.size(); ++i) {
          CHECK(t.changes[r].before[i] == Approx(norm_of(before, inside.places[i])).epsilon(1e-4));
          CHECK(t.changes[r].change[i] == Approx(norm_of(moved, inside.places[i])).epsilon(1e-4));
        }
      }
      CHECK(t.changes.size() == r);
    }
}

TEST_CASE("under expert choice the size of a change is the gate times the size of the block's output") {
  for (const auto gating : {RouterGating::weighted, RouterGating::additive})
    for (const auto function : {RouterFunction::sigmoid, RouterFunction::tanh, RouterFunction::identity}) {
      ModelConfig config = tiny_config();
      config.router.gating = gating;
      config.router.function = function;
      config.router.alpha = 0.5;
      const Model model = opinionated_model(config);
      const Ints tokens = random_tokens(18, 11, 13);
      const Trace t = trace(model, tokens, {.rule = Rule::topk});
      const NoGrad off;
      ForwardKeys keys(config);
      const Variable first = model.trunk().prelude(model.embed(int_tensor(tokens)), Rows::batch(1, 18), keys, {});
      Recurrence recurrence = model.trunk().recurrence(first, int_tensor(tokens), Rows::batch(1, 18), {});
      REQUIRE(recurrence.enter());
      const Active inside = recurrence.inside();
      const Variable y = model.trunk().block(0, inside.x, inside.rows, keys, {});
      for (size_t i = 0; i < inside.places.size(); ++i) {
        const RecursionTrace& note = t.recursions[0];
        const auto at = std::find(note.positions.begin(), note.positions.end(), inside.places[i]);
        const double gate = gating == RouterGating::additive ? 1 : note.gates[size_t(at - note.positions.begin())];
        CHECK(t.changes[0].change[i] == Approx(std::abs(gate) * norm_of(y.value(), int64_t(i))).epsilon(1e-3));
      }
    }
}

TEST_CASE("the trace names the likeliest next tokens with the probabilities that the logits give them") {
  const Model model = opinionated_model(tiny_config());
  const Ints tokens = random_tokens(18, 11, 13);
  PassStates left;
  const Trace t = trace(model, tokens, {}, &left);
  const Tensor& logits = left.logits;
  REQUIRE(t.likely.size() == 18 * kCandidates);
  for (int64_t i = 0; i < 18; ++i) {
    double total = 0;
    for (int64_t v = 0; v < 11; ++v) total += std::exp(double(logits.at({i, v})));
    for (int64_t c = 0; c < kCandidates; ++c) {
      const Candidate& candidate = t.likely[i * kCandidates + c];
      CHECK(candidate.probability == Approx(std::exp(double(logits.at({i, candidate.id}))) / total));
      if (c > 0) CHECK(candidate.probability <= t.likely[i * kCandidates + c - 1].probability);
    }
    if (i + 1 < 18) CHECK(t.likely[i * kCandidates].probability >= Approx(std::exp(-t.nll[i])));
  }
}

TEST_CASE("the trace's attention: each query's weights add up to 1 over the keys that its strategy shows it") {
  std::vector<std::pair<std::string, ModelConfig>> configs = tiny_configs();
  for (KvStrategy strategy : {KvStrategy::shared, KvStrategy::hybrid}) {
    configs.emplace_back("expert choice, other keys", tiny_config());
    configs.back().second.kv_cache = strategy;
  }
  for (const auto& [name, config] : configs) {
    INFO(name);
    const Model model = opinionated_model(config);
    const Ints tokens = random_tokens(18, 11, 13);
    const Trace without = trace(model, tokens, {.rule = Rule::topk});
    const Trace t = trace(model, tokens, {.rule = Rule::topk, .attention = true});
    CHECK(without.attention.empty());
    CHECK(without.nll == t.nll);
    REQUIRE(int64_t(t.attention.size()) == config.n_layers);
    for (int64_t l = 0; l < config.n_layers; ++l) {
      const AttentionTrace& a = t.attention[l];
      const int64_t r =
          std::clamp<int64_t>((l - model.layers().prelude) / model.layers().block, 0, model.layers().recursions - 1);
      const bool unique = l < model.layers().prelude || l >= config.n_layers - model.layers().coda;
      Ints active;  // who is in this layer
      for (int32_t p = 0; p < 18; ++p)
        if (unique || t.depth[p] > r) active.push_back(p);
      CHECK(a.queries == active);
      CHECK(a.keys.size() == (config.kv_cache == KvStrategy::recursion_wise ? active.size() : 18));
      size_t at = 0;
      for (int64_t head = 0; head < config.n_heads; ++head)
        for (int32_t query : a.queries) {
          int total = 0, visible = 0;
          for (int32_t key : a.keys) visible += key <= query;
          for (int i = 0; i < visible; ++i) total += a.weights.at(at++);
          CHECK(std::abs(total - 255) <= (visible + 1) / 2);  // each is rounded
        }
      CHECK(at == a.weights.size());
    }
  }
}

TEST_CASE("the trace's weights are e to the scores over the sum that it names, recomputed from queries and keys") {
  const ModelConfig config = tiny_config();
  const Model model = opinionated_model(config);
  const Ints tokens = random_tokens(18, 11, 13);
  struct Watch : Probe {
    std::vector<Tensor> q, k;  // of each layer
    void on_recursion(int64_t, const Rows&, const Tensor&, const Tensor&, const Rows&) override {}
    void on_attention(int64_t layer, const Rows& rows, const Tensor& queries, const KvStore& kv) override {
      REQUIRE(layer == int64_t(q.size()));
      q.push_back(queries);
      k.push_back(kv.view(layer, rows).keys.value());
    }
  } watch;
  model.forward(IntTensor({18}, tokens), Rows::batch(1, 18), {.rule = Rule::topk, .probe = &watch});
  const Trace t = trace(model, tokens, {.rule = Rule::topk, .attention = true});
  REQUIRE(t.attention.size() == watch.q.size());
  const int64_t width = config.d_head(), group = config.n_heads / config.n_kv_heads;
  for (size_t l = 0; l < watch.q.size(); ++l) {
    const AttentionTrace& a = t.attention[l];
    REQUIRE(a.log_sums.size() == size_t(config.n_heads) * a.queries.size());
    size_t row = 0, at = 0;
    for (int64_t head = 0; head < config.n_heads; ++head)
      for (int64_t i = 0; i < int64_t(a.queries.size()); ++i, ++row) {
        double sum = 0;
        for (size_t j = 0; j < a.visible(a.queries[i]); ++j) {
          double score = 0;
          for (int64_t c = 0; c < width; ++c)
            score += double(watch.q[l].at({i, head * width + c})) *
                     double(watch.k[l].at({int64_t(j), head / group * width + c}));
          const double power = std::exp(score / std::sqrt(double(width)));
          sum += power;
          CHECK(std::abs(a.weights[at++] - 255 * power / std::exp(double(a.log_sums[row]))) < 0.51);
        }
        CHECK(a.log_sums[row] == Approx(std::log(sum)).epsilon(1e-4).margin(1e-4));
      }
  }
}

TEST_CASE("the gradient of shared weights is the sum of what each use contributes") {
  ModelConfig config = tiny_config();
  const Ints tokens = random_tokens(18, 11, 13);
  const Model model = opinionated_model(config);
  const UseGradients norms = gradient_by_use(model, tokens);
  REQUIRE(int64_t(norms.use.size()) == config.n_layers);
  REQUIRE(int64_t(norms.total.size()) == model.layers().unique);

  Model copy = model.clone();
  const ForwardResult result = copy.forward(IntTensor({18}, tokens), Rows::batch(1, 18));
  training_loss(copy.config(), result, next_tokens(tokens)).total.backward();
  std::vector<double> squares(norms.total.size());
  for (const Variable* parameter : copy.parameters()) {
    if (!parameter->name().starts_with("model.layers.")) continue;
    const double norm_of = norm(parameter->grad(), {0}).rank() == 0 ? norm(parameter->grad(), {0}).item()
                                                                    : norm(parameter->grad(), {0, 1}).item();
    squares.at(std::stoi(parameter->name().substr(13))) += norm_of * norm_of;
  }
  for (size_t set = 0; set < squares.size(); ++set)
    CHECK(norms.total[set] == Approx(std::sqrt(squares[set])).epsilon(1e-4));
  for (int64_t l = 0; l < config.n_layers; ++l) {
    CHECK(norms.use[l] > 0);
    const bool alone =
        std::count(model.layers().weights.begin(), model.layers().weights.end(), model.layers().weights[l]) == 1;
    if (alone) CHECK(norms.use[l] == Approx(norms.total[model.layers().weights[l]]).epsilon(1e-4));
  }
  for (const Variable* parameter : model.parameters()) CHECK_FALSE(parameter->grad().defined());
}

TEST_CASE("generation goes on beyond the longest sequence and repeats with its seed") {
  const ModelConfig config = tiny_config();
  const Model model = opinionated_model(config);
  const auto text = [&](uint64_t seed) {
    Generator generator(model, {.temperature = 1, .seed = seed});
    generator.prompt(Ints{1, 2, 3});
    Ints ids;
    for (int i = 0; i < 100; ++i) ids.push_back(generator.next().id);
    return ids;
  };
  CHECK(text(1) == text(1));
  CHECK(text(1) != text(2));
}

TEST_CASE("the cut-off and the capacities can be moved for an experiment") {
  const Model model = opinionated_model(tiny_config());
  const Ints ids{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 3, 5, 7};
  const auto recursions = [&](Rule rule, ChoiceShift shift) {
    const Trace t = trace(model, ids, {.rule = rule, .shift = shift});
    return std::accumulate(t.depth.begin(), t.depth.end(), 0);
  };
  const int all = int(ids.size()), most = all * int(model.layers().recursions);
  CHECK(recursions(Rule::threshold, {.cut_off = -100}) == most);
  CHECK(recursions(Rule::threshold, {.cut_off = 100}) == all);
  CHECK(recursions(Rule::topk, {.capacity = 100}) == most);
  CHECK(recursions(Rule::topk, {.capacity = 0.5}) < recursions(Rule::topk, {}));
}

TEST_CASE("without its last recursion a model predicts as one that is capped before it") {
  ModelConfig config = tiny_config();
  for (KvStrategy kv : {KvStrategy::recursion_wise, KvStrategy::shared}) {
    config.kv_cache = kv;
    const Model model = opinionated_model(config);
    const Ints ids{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 3, 5, 7};
    const int64_t last = model.layers().recursions - 1;
    for (Rule rule : {Rule::topk, Rule::threshold}) {
      const auto losses = [&](TraceOptions options) {
        options.rule = rule;
        std::vector<float> nll = trace(model, ids, options).nll;
        nll.pop_back();  // nothing follows the last token
        return nll;
      };
      const std::vector<float> routed = losses({}), without = losses({.shift = {.without = last}});
      CHECK(without == losses({.max_depth = last}));
      CHECK(without != routed);
      CHECK(losses({.shift = {.without = 0}}) != routed);
      CHECK(trace(model, ids, {.rule = rule, .shift = {.without = last}}).depth ==
            trace(model, ids, {.rule = rule}).depth);
    }
  }
}

TEST_CASE("a text that is taken up in its middle goes on with the same draws") {
  const Model model = opinionated_model(tiny_config());
  Generator whole(model, {.temperature = 1, .seed = 5}), half(model, {.temperature = 0});
  Ints ids{1, 2, 3};
  whole.prompt(ids);
  for (int i = 0; i < 10; ++i) ids.push_back(whole.next().id);
  half.prompt(std::span(ids).first(9), 6);
  half.set_options({.temperature = 1, .seed = 5}, 0);
  for (int i = 9; i < 13; ++i) CHECK(half.next().id == ids[i]);
}

TEST_CASE("greedy generation continues with the likeliest token of the full forward") {
  const ModelConfig config = tiny_config();
  const Model model = opinionated_model(config);
  Ints ids{4, 1};
  Generator generator(model, {.temperature = 0});
  generator.prompt(ids);
  for (int i = 0; i < 20; ++i) {
    const Tensor logits = logits_of(model, ids, Rule::threshold);
    const auto last = logits.values().last(11);
    const int32_t best = int32_t(std::max_element(last.begin(), last.end()) - last.begin());
    CHECK(generator.next().id == best);
    ids.push_back(best);
  }
}

TEST_CASE("sampling keeps to top-k and top-p") {
  const std::vector<Real> logits{0, 3, 1, 2};
  CHECK(sample(logits, {.temperature = 0}, 0.99) == 1);
  for (double draw : {0.0, 0.3, 0.6, 0.9, 0.999}) {
    const int32_t two = sample(logits, {.temperature = 1, .top_k = 2}, draw);
    CHECK((two == 1 || two == 3));
    CHECK(sample(logits, {.temperature = 1, .top_p = 0.5}, draw) == 1);
  }
  CHECK(sample(logits, {.temperature = 1}, 0.9999) == 0);
}

TEST_CASE("what may be drawn is the softmax of the logits, cut and made to sum to one") {
  const std::vector<Real> logits{0, 3, 1, 2};
  const auto all = distribution(logits, {.temperature = 1});
  REQUIRE(all.size() == 4);
  CHECK(all[0].id == 1);
  CHECK(all[0].probability == Approx(0.643914));
  CHECK(all[3].probability == Approx(0.0320586));
  const auto two = distribution(logits, {.temperature = 0.5, .top_k = 2});
  REQUIRE(two.size() == 2);
  CHECK(two[0].probability == Approx(0.880797));
  CHECK(two[0].probability + two[1].probability == Approx(1));
  CHECK(distribution(logits, {.temperature = 0}).size() == 1);
  CHECK(sample(logits, {.temperature = 0.5, .top_k = 2}, 0.88) == 1);
  CHECK(sample(logits, {.temperature = 0.5, .top_k = 2}, 0.89) == 3);
}

TEST_CASE("a token that must never come is not drawn, however likely, and leaves its share to the others") {
  const std::vector<Real> logits{0, 3, 1, 2};
  CHECK(sample(logits, {.temperature = 0, .never = 1}, 0) == 3);
  CHECK(sample(logits, {.temperature = 1, .top_k = 1, .never = 1}, 0.999) == 3);
  const auto rest = distribution(logits, {.temperature = 1, .never = 1});
  REQUIRE(rest.size() == 3);
  CHECK(rest[0].id == 3);
  CHECK(rest[0].probability == Approx(0.665241));
  CHECK(sample(std::vector<Real>{5}, {.temperature = 1, .never = 0}, 0.5) == 0);
}

TEST_CASE("tokens outside the vocabulary and texts that do not fit are refused") {
  const Model model(tiny_config(), 1);
  CHECK_THROWS_WITH(model.forward(int_tensor({11}), Rows::batch(1, 1)), ContainsSubstring("token 11"));
  CHECK_THROWS_AS(trace(model, Ints{1}, {}), InputError);
  CHECK_THROWS_AS(trace(model, Ints(33, 1), {}), InputError);
  CHECK_THROWS_AS(gradient_by_use(model, Ints{1}), InputError);
  Generator generator(model, {});
  CHECK_THROWS_AS(generator.prompt(Ints{}), InputError);
}
