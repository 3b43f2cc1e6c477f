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

void leave_out_weights(std::map<std::string, Tensor>& model, double keep) {
  for (auto& [name, weight] : model)
    if (name.starts_with("model.layers.") && weight.rank() == 2) weight = without_small_weights(weight, keep);
}

/// The paths of a layer's MLPs.
std::vector<std::string> mlps_of(const ModelConfig& config, int64_t layer) {
  const std::string path = fmt::format("model.layers.{}.mlp.", layer);
  if (config.ffn == Ffn::dense) return {path};
  std::vector<std::string> paths;
  for (int64_t e = 0; e < config.n_experts; ++e) paths.push_back(fmt::format("{}experts.{}.", path, e));
  return paths;
}

/// All but `count` units of an MLP, by the path of its weights.
void leave_out_units(std::map<std::string, Tensor>& model, const std::string& mlp, int64_t count) {
  const auto matrix = [&](const char* name) -> Tensor& { return model.at(mlp + name + ".weight"); };
  Tensor &gate = matrix("gate_proj"), &up = matrix("up_proj"), &down = matrix("down_proj");
  const Tensor columns = down.transpose(0, 1);
  const IntTensor units({count}, largest((lengths(gate) * lengths(up) * lengths(columns)).values(), count));
  gate = gather_rows(gate, units);
  up = gather_rows(up, units);
  down = gather_rows(columns, units).transpose(0, 1).contiguous_copy();
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
  std::map<std::string, Tensor> weights = model.state_dict();
  if (what == Pruned::weights) {
    leave_out_weights(weights, keep);
  } else {
    config.d_ff = kept(config.d_ff, keep);
    for (int64_t l = 0; l < model.layers().unique; ++l)
      for (const std::string& mlp : mlps_of(config, l)) leave_out_units(weights, mlp, config.d_ff);
  }
  Model result(config, 0);
  result.load_state_dict(weights);
  return result;
}

}  // namespace tinymor
