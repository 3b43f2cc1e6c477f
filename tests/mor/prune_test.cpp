#include "mor/prune.h"

#include <cmath>
#include <map>

#include "mor/counts.h"
#include "support/catch.h"
#include "support/close.h"
#include "support/tiny_models.h"
#include "tensor/ops.h"

using namespace tinymor;

namespace {

Tensor logits_of(const Model& model) {
  const IntTensor ids({20}, random_tokens(20, model.config().vocab_size, 4));
  const std::vector<int64_t> lengths{20};
  return model.forward(ids, Rows::last(lengths, lengths)).logits.value();
}

/// Makes the units `from` and above of every layer small.
void make_small(Model& model, int64_t from, Real factor) {
  for (auto& [name, weight] : model.state_dict())
    if (name.ends_with("gate_proj.weight"))
      for (int64_t i = from * weight.dim(1); i < weight.count(); ++i) {
        Tensor shared = weight;
        shared.mutable_data()[i] *= factor;
      }
}

}  // namespace

TEST_CASE("pruning that keeps all gives the same model, of every kind") {
  for (const auto& [name, config] : tiny_configs()) {
    INFO(name);
    const Model model = opinionated_model(config);
    for (Pruned what : {Pruned::weights, Pruned::units})
      CHECK(logits_of(pruned(model, what, 1)).to_vector() == logits_of(model).to_vector());
  }
}

TEST_CASE("units that write nothing go first, and without them a model says what it said, of every kind") {
  for (const auto& [name, config] : tiny_configs()) {
    INFO(name);
    Model model = opinionated_model(config);
    make_small(model, config.d_ff / 2, 0);
    const Model half = pruned(model, Pruned::units, 0.5);
    CHECK(half.config().d_ff == config.d_ff / 2);
    CHECK(count_parameters(half.config()).total() < count_parameters(config).total());
    CHECK(worst_difference(logits_of(half), logits_of(model)) < 1e-5);
  }
}

TEST_CASE("the weights closest to 0 become 0, in each matrix of a layer the same share, and no other weight changes") {
  const Model model = opinionated_model(tiny_config());
  const Model third = pruned(model, Pruned::weights, 1.0 / 3);
  CHECK(third.config() == model.config());
  const std::map<std::string, Tensor> before = model.state_dict();
  for (const auto& [name, weight] : third.state_dict()) {
    INFO(name);
    const Tensor& was = before.at(name);
    if (name.find(".layers.") == name.npos || weight.rank() < 2) {
      CHECK(weight.to_vector() == was.to_vector());
      continue;
    }
    int64_t left = 0;
    Real smallest_left = 1e9, largest_gone = 0;
    for (int64_t i = 0; i < weight.count(); ++i) {
      const Real now = weight.data()[i], then = was.data()[i];
      left += now != 0;
      if (now == 0) largest_gone = std::max(largest_gone, std::abs(then));
      if (now == 0) continue;
      CHECK(now == then);
      smallest_left = std::min(smallest_left, std::abs(then));
    }
    CHECK(left == std::llround(double(weight.count()) / 3));
    CHECK(largest_gone <= smallest_left);
  }
}

TEST_CASE("one unit is always left, and a share that is none is refused") {
  const Model model = opinionated_model(tiny_config());
  CHECK(pruned(model, Pruned::units, 1e-9).config().d_ff == 1);
  for (double keep : {0.0, -0.5, 1.5, std::nan("")}) CHECK_THROWS_AS(pruned(model, Pruned::units, keep), InputError);
  ModelConfig relaxed = tiny_config();
  relaxed.lora_rank = 2;
  CHECK_THROWS_WITH(pruned(Model(relaxed, 1), Pruned::units, 0.5), ContainsSubstring("lora_rank"));
}
