// The numbers of docs/06-one-block-used-again.md, computed again. If you change one, change the other.

#include "autograd/ops.h"
#include "mor/counts.h"
#include "mor/sharing.h"
#include "mor/twins.h"
#include "support/catch.h"
#include "support/tiny_models.h"

using namespace tinymor;
using Map = std::vector<int64_t>;

namespace {

/// The sizes of the chapter: d = 64, two key heads, 256 tokens.
ModelConfig tiny(Sharing sharing, int64_t layers, int64_t recursions) {
  ModelConfig config;
  config.vocab_size = 256;
  config.d_model = 64;
  config.n_heads = 4;
  config.n_kv_heads = 2;
  config.d_ff = 192;
  config.n_layers = layers;
  config.max_seq_len = 128;
  config.sharing = sharing;
  config.n_recursions = recursions;
  config.resolve();
  return config;
}

/// h + w h^2
Variable step(const Variable& h, const Variable& w) {
  return h + w * h * h;
}

}  // namespace

TEST_CASE("chapter 6: the four maps are those of its table, and layers that do not divide are refused") {
  const auto map = [](Sharing sharing, int64_t layers) { return layer_map(tiny(sharing, layers, 3)); };
  CHECK(map(Sharing::cycle, 9).weights == Map{0, 1, 2, 0, 1, 2, 0, 1, 2});
  CHECK(map(Sharing::sequence, 9).weights == Map{0, 0, 0, 1, 1, 1, 2, 2, 2});
  CHECK(map(Sharing::middle_cycle, 8).weights == Map{0, 1, 2, 1, 2, 1, 2, 3});
  CHECK(map(Sharing::middle_sequence, 8).weights == Map{0, 1, 1, 1, 2, 2, 2, 3});
  CHECK(map(Sharing::cycle, 9).recursions == 3);
  CHECK(map(Sharing::sequence, 9).recursions == 1);
  CHECK(1 + (4 - 1) % 2 == 2);
  CHECK(1 + (4 - 1) / 3 == 2);
  CHECK(1 + (3 - 1) % 2 == 1);
  CHECK(1 + (3 - 1) / 3 == 1);
  CHECK_THROWS_WITH(tiny(Sharing::cycle, 8, 3),
                    "model.n_layers: 8 layers do not divide into n_recursions = 3 passes through one block (cycle "
                    "needs n_layers = 6 or 9)");
}

TEST_CASE("chapter 6: its parameters counted by hand are those that count_parameters gives") {
  const int64_t set = 2 * 64 * 64 + 2 * 32 * 64 + 3 * 192 * 64 + 2 * 64;
  CHECK(2 * 64 * 64 == 8192);
  CHECK(2 * 32 * 64 == 4096);
  CHECK(3 * 192 * 64 == 36864);
  CHECK(set == 49280);
  struct Row {
    Sharing sharing;
    int64_t layers, recursions, sets, total;
  };
  for (const Row& row : {Row{Sharing::none, 8, 1, 8, 410688}, Row{Sharing::middle_cycle, 8, 3, 4, 213568},
                         Row{Sharing::cycle, 9, 3, 3, 164288}, Row{Sharing::middle_cycle, 11, 3, 5, 262848},
                         Row{Sharing::none, 5, 1, 5, 262848}}) {
    const ModelConfig config = tiny(row.sharing, row.layers, row.recursions);
    CHECK(row.sets * set + 64 + 256 * 64 == row.total);
    CHECK(count_parameters(config).total() == row.total);
    CHECK(count_parameters(config).embedding == 16384);
    CHECK(Model(config, 1).parameter_count() == row.total);
  }
  CHECK(213568 * 16 == 3417088);
  CHECK(410688 * 16 == 6571008);
}

TEST_CASE("chapter 6: inspect prints the counts that it shows") {
  const ModelConfig recursive = tiny(Sharing::middle_cycle, 8, 3), vanilla = vanilla_twin(recursive);
  CHECK(count_parameters(recursive).layers == 197184);
  CHECK(count_parameters(vanilla).layers == 394304);
  for (const ModelConfig& config : {recursive, vanilla}) {
    CHECK(paper_flops_per_token(config, 128) == 983040);
    CHECK(fmt::format("{:.4g} {:.4g}", paper_flops_per_token(config, 128), honest_flops_per_token(config, 128)) ==
          "9.83e+05 9.513e+05");
    CHECK(kv_bytes_per_token(config, KvStrategy::recursion_wise) == 2048);
    CHECK(vanilla_kv_bytes_per_token(config) == 2048);
  }
  CHECK(kv_bytes_per_token(recursive, KvStrategy::shared) == 1024);
  CHECK(kv_bytes_per_token(vanilla, KvStrategy::shared) == 2048);
  CHECK(8 * 64 * 64 == 32768);
  CHECK(6 * 64 * 192 == 73728);
  CHECK(2 * 64 * 128 == 16384);
  CHECK(32768 + 73728 + 16384 == 122880);
  CHECK(8 * 2 * 32 * 4 == 2048);
  CHECK(paper_flops_per_token(tiny(Sharing::middle_cycle, 11, 3), 128) == 1351680);
  CHECK(paper_flops_per_token(tiny(Sharing::none, 5, 1), 128) == 614400);
}

TEST_CASE("chapter 6: a weight that is used three times has the gradient 153, the sum of its uses") {
  const auto number = [](Real value) { return Variable::parameter(Tensor(value)); };
  const Variable w = number(1), h = number(1);
  const Variable h1 = step(h, w), h2 = step(h1, w), h3 = step(h2, w);
  CHECK(h1.item() == 2);
  CHECK(h2.item() == 6);
  CHECK(h3.item() == 42);
  h3.backward();
  CHECK(w.grad().item() == 153);

  const Variable first = number(1), second = number(1), third = number(1);
  step(step(step(h, first), second), third).backward();
  CHECK(first.grad().item() == 65);
  CHECK(second.grad().item() == 52);
  CHECK(third.grad().item() == 36);

  double moved = 1;
  for (int r = 0; r < 3; ++r) moved += 1.001 * moved * moved;
  CHECK(moved == Approx(42.1533).margin(5e-5));
}

TEST_CASE("chapter 6: the paper's sizes have the sets and parameters that it says") {
  ModelConfig config = paper_360m();
  CHECK(double(count_parameters(config).layers) / 1e6 == Approx(315).margin(0.5));
  config.sharing = Sharing::middle_cycle;
  config.n_recursions = 2;
  CHECK(layer_map(config).unique == 1 + 15 + 1);
  CHECK(count_parameters(config).layers == 167150400);
  config.n_recursions = 3;
  CHECK(layer_map(config).unique == 1 + 10 + 1);
  CHECK(double(count_parameters(config).layers) / 1e6 == Approx(118.0).margin(0.05));
  config.n_recursions = 4;
  CHECK_THROWS(config.resolve());
  config.n_layers = 34;
  CHECK_NOTHROW(config.resolve());
  CHECK(double(count_parameters(config).layers) / 1e6 == Approx(98).margin(0.5));
}

TEST_CASE("chapter 6: 1000 steps of its MoR model cost as much as 735 of the vanilla twin") {
  ModelConfig config = tiny(Sharing::middle_cycle, 8, 3);
  config.routing = Routing::expert_choice;
  config.resolve();
  CHECK(32768 + 73728 == 106496);
  CHECK(2 * (106496 * 2.0 + 16384 * (1 + 4.0 / 9 + 1.0 / 9)) == Approx(476956).margin(0.5));
  CHECK(2 * 122880 == 245760);
  CHECK(paper_flops_per_token(config, 128) == Approx(722716).margin(0.5));
  CHECK(steps_of_equal_flops(config, vanilla_twin(config), 1000) == 735);

  ModelConfig paper = paper_360m();
  paper.sharing = Sharing::middle_cycle;
  paper.n_recursions = 2;
  paper.routing = Routing::expert_choice;
  paper.resolve();
  CHECK(steps_of_equal_flops(paper, vanilla_twin(paper), 12619) == 9438);
}

TEST_CASE("chapter 6: what each use has of its own has as many numbers as its table says") {
  ModelConfig shared = tiny(Sharing::middle_cycle, 8, 3);
  shared.n_kv_heads = shared.n_heads;
  const int64_t n = 3, b = 2, d = shared.d_model, ff = shared.d_ff, r = 4;
  const auto more = [&](auto change) {
    ModelConfig config = shared;
    change(config);
    config.resolve();
    return count_parameters(config).total() - count_parameters(shared).total();
  };
  CHECK(more([](ModelConfig& c) { c.recursion_encoding = RecursionEncoding::add; }) == n * d);
  CHECK(more([](ModelConfig& c) { c.recursion_encoding = RecursionEncoding::scale; }) == n * d);
  CHECK(more([](ModelConfig& c) { c.own_norms = true; }) == 2 * (n - 1) * b * d);
  CHECK(more([&](ModelConfig& c) { c.lora_rank = r; }) == n * b * r * (11 * d + 3 * ff));
  CHECK(64 * 64 == 4096);
  CHECK(4 * (64 + 64) == 512);
}
