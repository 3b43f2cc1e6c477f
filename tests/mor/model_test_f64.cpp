// The gradient of a whole model, shared weights and routers included, against differences in double precision.

#include "support/catch.h"
#include "support/gradient_check.h"
#include "support/tiny_models.h"

using namespace tinymor;

namespace {

double total_loss(const Model& model, const IntTensor& ids, const IntTensor& targets) {
  const ForwardResult result = model.forward(ids, Rows::batch(1, ids.count()));
  return double(training_loss(model.config(), result, targets).total.value().item());
}

// Nine tokens that do not begin with one repeated: those would have equal scores, and differences would see the choice
// between them flip.
const std::vector<int32_t> kTokens{3, 7, 0, 7, 10, 1, 5, 5, 2};

}  // namespace

TEST_CASE("every weight's gradient of the training loss agrees with differences") {
  for (auto [name, config] : tiny_configs()) {
    config.router.aux_coeff = 0.1;
    config.router.exit_loss = ExitLoss::expected;  // gates that learn from the gain do not move all weights they see
    Model model = opinionated_model(config, 1, 8);
    const IntTensor ids = int_tensor(kTokens), targets = int_tensor(random_tokens(9, 11, 21));
    const ForwardResult result = model.forward(ids, Rows::batch(1, 9));
    training_loss(config, result, targets).total.backward();
    for (Variable* parameter : model.parameters()) {
      INFO(name << ": " << parameter->name());
      // An expert that no token chose has none, and moving it moves nothing.
      const Tensor& grad = parameter->grad();
      const Tensor analytic = grad.defined() ? grad.clone() : Tensor::zeros(parameter->shape());
      Real* value = parameter->mutable_value().mutable_data();
      double worst = 0;
      for (int64_t i = 0; i < parameter->value().count(); i += 1 + parameter->value().count() / 12) {
        const double step = 1e-6, before = value[i];
        value[i] = before + step;
        const double above = total_loss(model, ids, targets);
        value[i] = before - step;
        const double below = total_loss(model, ids, targets);
        value[i] = before;
        worst = std::max(worst, std::abs((above - below) / (2 * step) - analytic.values()[i]));
      }
      CHECK(worst < 1e-7);
    }
  }
}

TEST_CASE("a shared weight's gradient is the sum over its uses") {
  // The unshared twin holds a copy of the shared weights for every use; its gradients must add up to the shared ones.
  const ModelConfig shared_config = tiny_config(Sharing::middle_cycle, Routing::none);
  const ModelConfig vanilla_config = tiny_config(Sharing::none, Routing::none);
  Model shared = opinionated_model(shared_config, 1, 8), vanilla(vanilla_config, 1);
  const LayerMap map = shared.layers();
  const auto find = [](Model& model, const std::string& name) {
    for (Variable* parameter : model.parameters())
      if (parameter->name() == name) return parameter;
    throw std::runtime_error(name);
  };
  const auto layer_name = [](int64_t p, const std::string& rest) { return "model.layers." + std::to_string(p) + rest; };
  for (Variable* parameter : vanilla.parameters()) {
    std::string name = parameter->name();
    if (name.rfind("model.layers.", 0) == 0) {
      const int64_t layer = name[13] - '0';
      name = layer_name(map.weights[layer], name.substr(14));
    }
    parameter->mutable_value().copy_from(find(shared, name)->value());
  }
  const IntTensor ids = int_tensor(kTokens), targets = int_tensor(random_tokens(9, 11, 23));
  for (Model* model : {&shared, &vanilla})
    training_loss(model->config(), model->forward(ids, Rows::batch(1, 9)), targets).total.backward();
  for (const char* rest : {".self_attn.q_proj.weight", ".mlp.down_proj.weight", ".input_layernorm.weight"}) {
    for (int64_t p = 0; p < map.unique; ++p) {
      const Tensor& together = find(shared, layer_name(p, rest))->grad();
      Tensor summed = Tensor::zeros(together.shape());
      for (int64_t layer = 0; layer < vanilla_config.n_layers; ++layer)
        if (map.weights[layer] == p) add_into(summed, find(vanilla, layer_name(layer, rest))->grad());
      for (int64_t i = 0; i < summed.count(); ++i)
        CHECK(together.values()[i] == Approx(summed.values()[i]).margin(1e-12));
    }
  }
}
