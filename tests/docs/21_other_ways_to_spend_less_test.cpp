// The numbers of docs/21-other-ways-to-spend-less.md, computed again; its tables of runs are printed by the commands
// beside them.

#include <cmath>
#include <map>
#include <sstream>

#include "mor/counts.h"
#include "mor/distillation.h"
#include "mor/experts.h"
#include "mor/prune.h"
#include "support/book.h"
#include "support/close.h"
#include "support/tiny_models.h"
#include "tensor/ops.h"
#include "tensor/packed_matrix.h"

using namespace tinymor;

TEST_CASE("chapter 21: six weights as int4") {
  const std::vector<Real> weights = {0.503f, -1.27f, 0.298f, 0.004f, 0.907f, -0.612f};
  const std::vector<int> rounded = {3, -7, 2, 0, 5, -3}, row = {127, 15, -63, 40, -21, 85};
  const double scale = 1.27 / 7;
  CHECK(scale == Approx(0.181429).margin(5e-7));
  int sum = 0, sum_above = 0, sum_of_row = 0;
  std::vector<int> products;
  for (size_t i = 0; i < weights.size(); ++i) {
    CHECK(std::lround(weights[i] / scale) == rounded[i]);
    sum += rounded[i] * row[i];
    products.push_back((rounded[i] + 8) * row[i]);
    sum_above += products.back();
    sum_of_row += row[i];
  }
  CHECK(products == std::vector<int>{1397, 15, -630, 320, -273, 425});
  CHECK(sum == -210);
  CHECK(sum_of_row == 183);
  CHECK(sum_above == 1254);
  CHECK(1254 - 8 * 183 == -210);
  std::vector<Real> x;
  for (int number : row) x.push_back(Real(number) * Real(0.02));
  check_printed(PackedMatrix(Tensor({1, 6}, weights), WeightFormat::int4).product(Tensor({1, 6}, x)), {-0.7620});
}

TEST_CASE("chapter 21: of four units the two with the smallest products go") {
  ModelConfig config = tiny_config(Sharing::none, Routing::none);
  config.d_ff = 4;
  Model model(config, 1);
  const double gate[] = {1.0, 0.2, 0.9, 0.5}, up[] = {0.8, 1.0, 0.1, 0.6}, product[] = {0.72, 0.18, 0.081, 0.27};
  for (auto& [name, weight] : model.state_dict()) {
    Tensor shared = weight;
    for (int64_t unit = 0; unit < 4; ++unit) {
      CHECK(gate[unit] * up[unit] * 0.9 == Approx(product[unit]));
      if (name.ends_with("gate_proj.weight"))
        shared.select(0, unit).fill(0), shared.select(0, unit).slice(0, 0, 1).fill(Real(gate[unit]));
      if (name.ends_with("up_proj.weight"))
        shared.select(0, unit).fill(0), shared.select(0, unit).slice(0, 0, 1).fill(Real(up[unit]));
      if (name.ends_with("down_proj.weight"))
        shared.select(1, unit).fill(0), shared.select(1, unit).slice(0, 0, 1).fill(Real(0.9));
    }
  }
  const Model half = pruned(model, Pruned::units, 0.5);
  const Tensor left = half.state_dict().at("model.layers.0.mlp.gate_proj.weight");
  CHECK(left.at({0, 0}) == Real(1.0));
  CHECK(left.at({1, 0}) == Real(0.5));
}

TEST_CASE("chapter 21: what a text asks for, and what a teacher asks for") {
  const double p[] = {0.6, 0.3, 0.1}, q[] = {0.5, 0.2, 0.3}, from_text[] = {-0.5, 0.2, 0.3},
               from_teacher[] = {-0.1, -0.1, 0.2};
  const auto logits = [](const double* shares) {
    return Tensor({1, 3},
                  std::vector<Real>{Real(std::log(shares[0])), Real(std::log(shares[1])), Real(std::log(shares[2]))});
  };
  const IntTensor mat({1}, {0});
  const Variable student = Variable::parameter(logits(q)), again = Variable::parameter(logits(q));
  const Variable apart = distillation_loss(student, logits(p), mat, 1);
  CHECK(apart.item() == Approx(0.12117).margin(5e-6));
  CHECK(0.6 * std::log(0.6 / 0.5) == Approx(0.10939).margin(5e-6));
  CHECK(0.3 * std::log(0.3 / 0.2) == Approx(0.12164).margin(5e-6));
  CHECK(0.1 * std::log(0.1 / 0.3) == Approx(-0.10986).margin(5e-6));
  apart.backward();
  const Variable loss = cross_entropy(again, mat);
  loss.backward();
  CHECK(loss.item() == Approx(0.6931).margin(half_a_digit));
  check_close(student.grad(), {from_teacher[0], from_teacher[1], from_teacher[2]}, 1e-6);
  check_close(again.grad(), {from_text[0], from_text[1], from_text[2]}, 1e-6);
}

TEST_CASE("chapter 21: three experts and four tokens") {
  ModelConfig config = with_experts(tiny_config(Sharing::none, Routing::none));
  config.d_model = 4;
  Experts experts(config);
  // Token i is a state with a 1 at place i, so that the gate's column i holds its logits.
  const double p[4][3] = {{0.7, 0.2, 0.1}, {0.5, 0.3, 0.2}, {0.1, 0.6, 0.3}, {0.2, 0.2, 0.6}};
  Tensor states = Tensor::zeros({4, 4});
  for (int64_t token = 0; token < 4; ++token) {
    states.mutable_data()[token * 5] = 1;
    for (int64_t e = 0; e < 3; ++e)
      experts.gate.mutable_value().mutable_data()[e * 4 + token] = Real(std::log(p[token][e]));
  }
  const Experts::Choice choice = experts.choose(Variable(states), config);
  CHECK(choice.p.value().at({0, 0}) == Approx(0.7));
  CHECK(std::vector<int32_t>(choice.chosen.values().begin(), choice.chosen.values().end()) ==
        std::vector<int32_t>{0, 0, 1, 2});
  GateLosses losses;
  experts.forward(Variable(states), choice, config, &losses);
  CHECK(losses.balance.value().item() == Approx(1.03125));
  CHECK(0.1875 + 0.08125 + 0.075 == Approx(0.34375));
}

TEST_CASE("chapter 21: stages of a model whose layers share nothing") {
  ModelConfig config = tiny_config(Sharing::none, Routing::exit_gate);
  config.n_layers = 8;
  config.n_recursions = 4;
  config.resolve();
  double layers = 0;
  for (int stages : {1, 2, 4, 4}) layers += layers_per_token(config, stages) / 4;
  CHECK(layers == 5.5);
}

TEST_CASE("chapter 21: the answers to its exercises") {
  CHECK(PackedMatrix::bytes_of(512, 288, WeightFormat::f32) == 589824);
  CHECK(PackedMatrix::bytes_of(512, 288, WeightFormat::int8) == 147456 + 512 * 8);
  CHECK(147456 + 512 * 8 == 151552);
  CHECK(PackedMatrix::bytes_of(512, 288, WeightFormat::int4) == 73728 + 512 * 9 * 4);
  CHECK(73728 + 512 * 9 * 4 == 92160);
  CHECK(2 * 64 * 64 + 2 * 32 * 64 == 12288);
  CHECK(3 * 192 * 64 == 36864);
  CHECK(12288 + 36864 / 2 == 30720);
  CHECK(30720 * 8 == 5 * (12288 + 36864));
  CHECK(-std::log(0.5) == Approx(0.6931).margin(half_a_digit));
  CHECK(8 * 64 == 512);
  CHECK(8 * 36864 == 294912);
  CHECK(12288 + 512 + 294912 == 307712);
  CHECK(307712.0 / 49152 == Approx(6.3).margin(0.05));
  CHECK(12288 + 512 + 2 * 36864 == 86528);
  CHECK(86528.0 / 49152 == Approx(1.8).margin(0.05));
}

TEST_CASE("chapter 21: what is said of the table of rivals is in it") {
  std::istringstream lines(read_file(TINYMOR_TREE "/docs/21-other-ways-to-spend-less.md"));
  std::map<std::string, std::vector<double>> rows;  // loss, kB, layers, tokens/s
  for (std::string line; std::getline(lines, line);) {
    std::istringstream cells(line);
    std::string none, name, loss, number;
    if (line.find("±") == line.npos || !line.starts_with("| ")) continue;
    std::getline(cells, none, '|');
    std::getline(cells, name, '|');
    std::vector<double>& row = rows[name.substr(1, name.size() - 2)];
    while (std::getline(cells, number, '|')) row.push_back(std::stod(number));
  }
  REQUIRE(rows.size() == 14);
  const auto loss = [&](const std::string& name) { return rows.at(name)[0]; };
  const auto bytes = [&](const std::string& name) { return rows.at(name)[1]; };
  CHECK(loss("vanilla, int8") == loss("vanilla"));
  CHECK(loss("vanilla, int4") - loss("vanilla") == Approx(0.017));
  CHECK(loss("MoR, int4") - loss("MoR") == Approx(0.035));
  CHECK(loss("MoR") - loss("6 layers") == Approx(0.052));
  for (const auto& [name, row] : rows) CHECK(row[0] >= loss("6 layers"));
  CHECK(bytes("MoR") / bytes("6 layers") == Approx(0.69).margin(0.005));
  CHECK(loss("recursive") - loss("MoR") == Approx(0.019));
  CHECK(loss("recursive, relaxed") >= loss("recursive"));
  CHECK(loss("6 layers, taught") > loss("6 layers"));
  CHECK(loss("MoR, taught") > loss("MoR"));
  CHECK(loss("vanilla, half of the units") - loss("vanilla") == Approx(0.027));
  CHECK(1 - bytes("vanilla, half of the units") / bytes("vanilla") == Approx(0.37).margin(0.005));
  CHECK(rows.at("early exit")[3] == std::round(19904.0 * 7303 / 11905));
  CHECK(rows.at("4 experts")[3] == std::round(6866.0 * 7303 / 11905));
  CHECK(bytes("4 experts") / bytes("vanilla") == Approx(3.2).margin(0.05));
  for (const auto& [name, row] : rows) CHECK(row[2] >= rows.at("early exit")[2]);
  CHECK(rows.at("recursive, relaxed")[3] < rows.at("recursive")[3]);
}
