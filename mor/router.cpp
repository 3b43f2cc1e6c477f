#include "mor/router.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mor/exit_gate.h"
#include "mor/random_choice.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

/// Every token takes every recursion: the plain recursive (or vanilla) transformer.
class NoRouter : public Router {
 public:
  using Router::Router;
  Selection select(int64_t r, const Active& active) override {
    if (call_.depths.empty()) return {};
    return Selection::of(active.rows.count(), [&](int64_t i) { return call_.depths[active.places[i]] > r; });
  }
  Variable combine(int64_t, const Selection&, const Active&, const Variable& y) const override { return y; }
};

Variable zeros(int64_t out, int64_t in) {
  return Variable::parameter(Tensor::zeros({out, in}));
}

}  // namespace

Scorer::Scorer(const ModelConfig& config, int64_t outputs) : temperature(config.router.temperature) {
  const int64_t d = config.d_model, hidden = config.router_hidden();
  if (hidden == 0) {
    layers = {zeros(outputs, d)};
  } else {
    layers = {zeros(hidden, d), zeros(outputs, hidden)};
  }
}

Variable Scorer::operator()(const Variable& x) const {
  Variable y = linear(temperature == 1 ? x : scale(x, Real(1 / temperature)), layers[0]);
  for (size_t j = 1; j < layers.size(); ++j) y = linear(gelu(y), layers[j]);
  return y;
}

void Scorer::members(Members& m) {
  for (size_t j = 0; j < layers.size(); ++j) m(fmt::format("{}.weight", j), layers[j]);
}

RouterShape router_shape(const ModelConfig& config) {
  if (config.routing == Routing::none || config.router.random) return {};
  const int64_t n = config.n_recursions;
  if (config.routing == Routing::exit_gate) return {n - 1, 1};
  RouterShape shape = config.routing == Routing::expert_choice ? RouterShape{n, 1} : RouterShape{1, n};
  if (config.router.sampling == RouterSampling::aux_router) shape.aux_scorers = shape.scorers;
  if (config.router.balancing == RouterBalancing::loss_free) shape.biases = n;
  return shape;
}

RouterWeights::RouterWeights(const ModelConfig& config) {
  const RouterShape shape = router_shape(config);
  for (int64_t i = 0; i < shape.scorers; ++i) main.emplace_back(config, shape.outputs);
  for (int64_t i = 0; i < shape.aux_scorers; ++i) aux.emplace_back(config, shape.outputs);
  if (shape.biases > 0) bias = Tensor::zeros(Shape{shape.biases});
}

void RouterWeights::members(Members& m) {
  m("routers", main);
  m("aux_routers", aux);
  if (bias.defined()) m("router_bias", bias);
}

Active Active::select(const IntTensor& index) const {
  Active chosen{gather_rows(x, index), rows.select(index), {}};
  for (int32_t i : index.values()) chosen.places.push_back(places[i]);
  return chosen;
}

Selection Selection::of(int64_t n, FunctionRef<bool(int64_t)> wanted) {
  std::vector<int32_t> chosen;
  for (int64_t i = 0; i < n; ++i)
    if (wanted(i)) chosen.push_back(int32_t(i));
  Selection selection;
  selection.all = int64_t(chosen.size()) == n;
  selection.index = IntTensor({int64_t(chosen.size())}, chosen);
  return selection;
}

void RouterMetrics::add(const RouterMetrics& other, double weight) {
  sampling_accuracy += weight * other.sampling_accuracy;
  load.resize(other.load.size());
  for (size_t i = 0; i < load.size(); ++i) load[i] += weight * other.load[i];
}

double RouterMetrics::max_violation() const {
  if (load.empty()) return 0;
  const double mean = std::accumulate(load.begin(), load.end(), 0.0) / double(load.size());
  return (*std::max_element(load.begin(), load.end()) - mean) / mean;
}

double RouterMetrics::entropy() const {
  const double total = std::accumulate(load.begin(), load.end(), 0.0);
  double sum = 0;
  for (double share : load)
    if (share > 0) sum -= share / total * std::log(share / total);
  return sum;
}

std::unique_ptr<Router> make_router(const RouterCall& call) {
  const bool random = call.config.router.random;
  switch (call.config.routing) {
    case Routing::none:
      return std::make_unique<NoRouter>(call);
    case Routing::expert_choice:
      if (random) return std::make_unique<RandomExpertChoice>(call);
      return std::make_unique<ExpertChoice>(call);
    case Routing::token_choice:
      if (random) return std::make_unique<RandomTokenChoice>(call);
      return std::make_unique<TokenChoice>(call);
    case Routing::exit_gate:
      return std::make_unique<ExitGate>(call);
  }
  throw Error("[router] unknown routing");
}

int64_t capacity_count(double capacity, int64_t length) {
  return std::max<int64_t>(1, int64_t(std::floor(capacity * double(length))));
}

std::vector<ParameterGroup> parameter_groups(Module& model) {
  ParameterGroup watched, watching{{}, 10};
  for (Variable* parameter : model.parameters()) {
    const bool watches = parameter->name().starts_with("model.aux_routers.");
    (watches ? watching : watched).parameters.push_back(parameter);
  }
  return {watched, watching};
}

}  // namespace tinymor
