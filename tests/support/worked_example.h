#pragma once
// The reference's worked example (its Appendix A.3): six tokens of width 2, three recursions, and a block that shows
// order and compaction: y_i = 1.5 x_i + mean of x_j, j <= i, over the tokens that are there.

#include <vector>

#include "mor/router.h"

namespace tinymor {

struct WorkedExample {
  ModelConfig config;
  std::vector<Selection> selections;
  std::vector<std::vector<int32_t>> taken;  // positions, by recursion
  std::vector<double> accuracies;
  Tensor x;  // what the tokens become
  RouterLosses losses;
  RouterMetrics metrics;

  static Tensor start() {
    return Tensor({6, 2}, {0.5f, -1.0f, 1.0f, 0.2f, -0.3f, 0.8f, 0.7f, 0.7f, -1.2f, 0.1f, 0.1f, -0.4f});
  }

  /// Runs the routing of `weights`, one row [2] per scorer output, over `tokens` [6,2].
  WorkedExample(ModelConfig c, Rule rule, const std::vector<std::vector<Real>>& weights, Tensor tokens = start())
      : config(std::move(c)), x(std::move(tokens)) {
    RouterWeights router_weights(config);
    std::vector<Real> rows;
    for (const auto& row : weights) rows.insert(rows.end(), row.begin(), row.end());
    const int64_t outputs = int64_t(weights.size()) / int64_t(router_weights.main.size());
    for (size_t r = 0; r < router_weights.main.size(); ++r)
      router_weights.main[r].layers[0].mutable_value().copy_from(
          Tensor({outputs, 2}, std::span(rows).subspan(r * outputs * 2, outputs * 2)));

    const IntTensor ids({6}, {0, 1, 2, 3, 4, 5});
    const auto router =
        make_router({.config = config, .weights = router_weights, .rule = rule, .ids = ids, .recursions = 3});
    Active active{Variable(x.clone()), Rows::batch(1, 6), {0, 1, 2, 3, 4, 5}};
    for (int64_t r = 0; r < 3; ++r) {
      selections.push_back(router->select(r, active));
      active = active.select(selections.back().index);
      active.x = router->combine(r, selections.back(), active, Variable(block(active.x.value())));
      replace_rows(x, IntTensor({int64_t(active.places.size())}, active.places), active.x.value());
      taken.push_back(active.places);
      accuracies.push_back(router->metrics().sampling_accuracy);
    }
    losses = router->losses();
    metrics = router->metrics();
  }

  static ModelConfig three_recursions(Routing routing) {
    ModelConfig config;
    config.vocab_size = 6;
    config.d_model = 2;
    config.n_heads = 1;
    config.d_ff = 2;
    config.n_layers = 5;
    config.sharing = Sharing::middle_cycle;
    config.n_recursions = 3;
    config.routing = routing;
    config.router.z_coeff = 1;  // so that it is computed
    config.resolve();
    return config;
  }

  static Tensor block(const Tensor& x) {
    Tensor y(x.shape());
    Real sums[2] = {0, 0};
    for (int64_t i = 0; i < x.dim(0); ++i) {
      for (int64_t c = 0; c < 2; ++c) {
        sums[c] += x.at({i, c});
        y.mutable_data()[i * 2 + c] = Real(1.5) * x.at({i, c}) + sums[c] / Real(i + 1);
      }
    }
    return y;
  }
};

}  // namespace tinymor
