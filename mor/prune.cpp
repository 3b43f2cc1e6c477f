#include "mor/prune.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "tensor/error.h"
#include "tensor/ops.h"

namespace tinymor {
namespace {

/// The places of the `count` largest values, in ascending order; of equal ones the first.
std::vector<int32_t> largest(std::span<const Real> values, int64_t count) {
  std::vector<int32_t> places(values.size());
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](int32_t a, int32_t b) { return values[a] > values[b]; });
  places.resize(size_t(count));
  std::sort(places.begin(), places.end());
  return places;
}

int64_t kept(int64_t count, double keep) {
  return std::max<int64_t>(1, std::llround(keep * double(count)));
}

/// Of each row of x [n,d] its length -> [n].
Tensor lengths(const Tensor& x) {
  return sqrt(sum(x * x, {1}));
}

Tensor without_small_weights(const Tensor& weight, double keep) {
  const Tensor flat = abs(weight).reshape({weight.count()});
  Tensor result = Tensor::zeros(Shape{weight.count()});
  const Tensor from = weight.contiguous_copy();
  for (int32_t place : largest(flat.values(), kept(flat.count(), keep)))
    result.mutable_data()[place] = from.data()[place];
  return result.reshape(weight.shape());
}

}  // namespace

template <>
std::vector<std::string> enum_names<Pruned>() {
  return {"weights", "units"};
}

Model pruned(const Model& model, Pruned what, double keep) {
  ModelConfig config = model.config();
  check_input(keep > 0 && keep <= 1, "--keep {}: is out of range (give a share above 0, and 1 at most)", keep);
  check_input(config.lora_rank == 0,
              "model.lora_rank: each use of a layer has low-rank terms of its own, so that no weight of it is small or "
              "large by itself (prune a model with lora_rank = 0)");
  if (what == Pruned::units) config.d_ff = kept(config.d_ff, keep);
  std::map<std::string, Tensor> weights = model.state_dict();
  for (int64_t l = 0; l < model.layers().unique; ++l) {
    const std::string layer = fmt::format("model.layers.{}.", l);
    if (what == Pruned::weights) {
      for (auto& [name, weight] : weights)
        if (name.starts_with(layer) && weight.rank() == 2) weight = without_small_weights(weight, keep);
      continue;
    }
    Tensor &gate = weights.at(layer + "mlp.gate_proj.weight"), &up = weights.at(layer + "mlp.up_proj.weight"),
           &down = weights.at(layer + "mlp.down_proj.weight");
    const Tensor columns = down.transpose(0, 1);
    const std::vector<int32_t> units = largest((lengths(gate) * lengths(up) * lengths(columns)).values(), config.d_ff);
    const IntTensor index({config.d_ff}, units);
    gate = gather_rows(gate, index);
    up = gather_rows(up, index);
    down = gather_rows(columns, index).transpose(0, 1).contiguous_copy();
  }
  Model result(config, 0);
  result.load_state_dict(weights);
  return result;
}

}  // namespace tinymor
