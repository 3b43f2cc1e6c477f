#include "visualizer/views/run_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mor/counts.h"

namespace tinymor {
namespace {

constexpr ptrdiff_t newest = 101;

double median_speed(const std::vector<StepMetrics>& steps) {
  std::vector<double> speeds;
  for (auto m = steps.end() - std::min<ptrdiff_t>(newest, ptrdiff_t(steps.size())); m != steps.end(); ++m)
    if (std::isfinite(m->tokens_per_second)) speeds.push_back(m->tokens_per_second);
  if (speeds.empty()) return std::nan("");
  std::nth_element(speeds.begin(), speeds.begin() + speeds.size() / 2, speeds.end());
  return speeds[speeds.size() / 2];
}

std::string model_of(const Geometry& g) {
  const std::string experts = g.model.ffn == Ffn::experts ? fmt::format(", {} experts", g.model.n_experts) : "";
  if (g.stages())
    return fmt::format("{}, {} stages", g.routing == Routing::exit_gate ? "early exit" : "dropping", g.recursions) +
           experts;
  if (g.model.sharing == Sharing::none) return "vanilla" + experts;
  const std::string shared = fmt::format("{} x {}", enum_name(g.model.sharing), g.model.n_recursions) + experts;
  if (g.routing == Routing::none) return "recursive, " + shared;
  return fmt::format("MoR, {}, {}", enum_name(g.routing), shared);
}

/// The number that a column shows, larger behind smaller; 0 in columns of words.
double number_in(const RunFacts& facts, RunColumn column) {
  switch (column) {
    case RunColumn::loss:
      return facts.loss;
    case RunColumn::layers:
      return facts.layers;
    case RunColumn::parameters:
      return facts.parameters;
    case RunColumn::kv_bytes:
      return facts.kv_bytes;
    case RunColumn::speed:
      return facts.speed;
    case RunColumn::step:
      return double(facts.step);
    default:
      return 0;
  }
}

bool comes_before(const RunFacts& a, const RunFacts& b, RunColumn column) {
  if (column == RunColumn::name) return a.name < b.name;
  if (column == RunColumn::model) return a.model < b.model;
  return number_in(a, column) < number_in(b, column);
}

}  // namespace

std::vector<size_t> sorted(const std::vector<RunFacts>& runs, RunOrder order) {
  std::vector<size_t> places(runs.size());
  std::iota(places.begin(), places.end(), 0);
  const auto known_end = std::stable_partition(places.begin(), places.end(),
                                               [&](size_t i) { return std::isfinite(number_in(runs[i], order.by)); });
  std::stable_sort(places.begin(), known_end, [&](size_t a, size_t b) {
    return order.reversed ? comes_before(runs[b], runs[a], order.by) : comes_before(runs[a], runs[b], order.by);
  });
  if (order.by == RunColumn::opened && order.reversed) std::reverse(places.begin(), places.end());
  return places;
}

const EvalMetrics* held_out_at(const RunHistory& history, int64_t step) {
  const EvalMetrics* last = nullptr;
  for (const EvalMetrics& e : history.evals)
    if (e.step <= step) last = &e;
  return last;
}

std::optional<int64_t> diverged_at(const RunHistory& history) {
  std::optional<int64_t> from;
  // A step whose gradient is not a number leaves such weights.
  for (auto m = history.steps.rbegin(); m != history.steps.rend(); ++m) {
    if (std::isfinite(m->loss) && std::isfinite(m->grad_norm)) break;
    from = m->step;
  }
  for (auto e = history.evals.rbegin(); e != history.evals.rend() && !std::isfinite(e->threshold_loss); ++e)
    from = std::min(from.value_or(e->step), e->step);
  return from;
}

RunFacts facts_of(const Source& run, int64_t step) {
  const RunHistory& history = run.history();
  const Geometry& geometry = run.geometry();
  const double unknown = std::nan("");
  const bool known = geometry.layer_count() > 0 && !history.run.config_toml.empty();
  const bool counted = known && !history.of_images();  // of images only the trunk is known
  const EvalMetrics* held_out = held_out_at(history, step);
  RunFacts facts{short_name(run), known ? model_of(geometry) : "", std::min(step, history.last_step())};
  facts.newest = facts.step == history.last_step();
  facts.diverged = diverged_at(history);
  const bool is_number = held_out && !(facts.diverged && facts.step >= *facts.diverged);
  facts.loss = is_number ? held_out->threshold_loss : unknown;
  double depth = history.steps.empty() ? unknown : history.steps.back().mean_depth;
  if (held_out) depth = held_out->mean_depth;
  facts.layers = known ? layers_at(geometry, depth) : unknown;
  facts.parameters = counted ? double(count_parameters(geometry.model).total()) : unknown;
  facts.kv_bytes = counted ? kv_bytes_per_token(geometry.model, geometry.model.kv_cache) : unknown;
  facts.speed = median_speed(history.steps);
  return facts;
}

}  // namespace tinymor
