// The numbers of docs/18-from-a-trained-model-to-a-recursive-one.md, computed again. Its table of losses is printed by
// docs/uptraining.sh; here is what its words say of it.

#include <fmt/format.h>

#include "mor/uptrain.h"
#include "support/book.h"
#include "support/tiny_models.h"
#include "tensor/ops.h"
#include "tensor/svd.h"

using namespace tinymor;
using Sources = std::vector<std::vector<int64_t>>;

namespace {

const char* const kFile = "docs/18-from-a-trained-model-to-a-recursive-one.md";

ModelConfig tiny(Sharing sharing, int64_t layers, int64_t recursions) {
  ModelConfig config = tiny_config(sharing, Routing::none);
  config.n_layers = layers;
  config.n_recursions = recursions;
  config.router.capacity.clear();
  config.resolve();
  return config;
}

double squares(const Tensor& x) {
  return double(sum(x * x).item());
}

}  // namespace

TEST_CASE("chapter 18: every way to begin takes the layers of its table") {
  const ModelConfig cycle = tiny(Sharing::cycle, 9, 3), middle = tiny(Sharing::middle_cycle, 8, 2);
  CHECK(source_layers(cycle, cycle.n_layers, SharedInit::stepwise, 1) == Sources{{0}, {4}, {8}});
  CHECK(source_layers(cycle, cycle.n_layers, SharedInit::average, 1) == Sources{{0, 3, 6}, {1, 4, 7}, {2, 5, 8}});
  CHECK(source_layers(cycle, cycle.n_layers, SharedInit::lower, 1) == Sources{{0}, {1}, {2}});
  CHECK(source_layers(cycle, cycle.n_layers, SharedInit::upper, 1) == Sources{{6}, {7}, {8}});
  CHECK(source_layers(middle, middle.n_layers, SharedInit::stepwise, 1) == Sources{{0}, {1}, {4}, {6}, {7}});
  CHECK(source_layers(middle, middle.n_layers, SharedInit::average, 1) == Sources{{0}, {1, 4}, {2, 5}, {3, 6}, {7}});
  CHECK(source_layers(middle, middle.n_layers, SharedInit::lower, 1) == Sources{{0}, {1}, {2}, {3}, {7}});
  CHECK(source_layers(middle, middle.n_layers, SharedInit::upper, 1) == Sources{{0}, {4}, {5}, {6}, {7}});
  CHECK(source_layers(tiny(Sharing::cycle, 6, 2), 6, SharedInit::stepwise, 1) == Sources{{0}, {2}, {5}});
  CHECK(source_layers(tiny(Sharing::middle_cycle, 8, 3), 8, SharedInit::average, 1) ==
        Sources{{0}, {1, 3, 5}, {2, 4, 6}, {7}});
}

TEST_CASE("chapter 18: with one recursion the uptrained model is the vanilla one") {
  const Model vanilla = opinionated_model(tiny_config(Sharing::none, Routing::none));
  ModelConfig config = vanilla.config();
  config.sharing = Sharing::middle_cycle;
  const Model model = uptrained(vanilla, config, SharedInit::upper, 1);
  const IntTensor ids = int_tensor(random_tokens(9, 11, 1));
  CHECK(model.forward(ids, Rows::batch(1, 9)).logits.value().to_vector() ==
        vanilla.forward(ids, Rows::batch(1, 9)).logits.value().to_vector());
}

TEST_CASE("chapter 18: the mean of two matrices misses R, and its nearest product of rank 1 brings nine tenths back") {
  const Tensor w1({2, 2}, {5, 1, 3, 3}), w4({2, 2}, {1, -1, 1, -1});
  const Tensor w = (w1 + w4) / 2, r1 = w1 - w;
  CHECK(w.to_vector() == std::vector<Real>{3, 0, 2, 1});
  CHECK(r1.to_vector() == std::vector<Real>{2, 1, 1, 2});
  CHECK((w4 - w).to_vector() == std::vector<Real>{-2, -1, -1, -2});
  const auto of_ones = [](const Tensor& matrix) { return sum(matrix, {1}).to_vector(); };
  CHECK(of_ones(w1) == std::vector<Real>{6, 6});
  CHECK(of_ones(w4) == std::vector<Real>{0, 0});
  CHECK(of_ones(w) == std::vector<Real>{3, 3});

  const auto [left, right] = truncated_svd(r1, 1);
  const Tensor thin = matmul(left, right);
  const Real parts[] = {1.5, 1.5, 1.5, 1.5}, together[] = {4.5, 1.5, 3.5, 2.5}, missing[] = {0.5, -0.5, -0.5, 0.5};
  for (int64_t i = 0; i < 4; ++i) {
    const auto at = [&](const Tensor& x) { return double(x.at({i / 2, i % 2})); };
    CHECK(at(thin) == Approx(parts[i]).margin(1e-5));
    CHECK(at(w + thin) == Approx(together[i]).margin(1e-5));
    CHECK(at(r1 - thin) == Approx(missing[i]).margin(1e-5));
  }
  CHECK(squares(r1) == 10);
  CHECK(squares(left) == Approx(9));  // the singular value is its length
  CHECK(squares(r1 - thin) == Approx(1).margin(1e-5));
  CHECK(64 * 64 == 4096);
  CHECK(32 * (64 + 64) == 4096);
  CHECK(36 / 49.0 == Approx(0.735).margin(5e-4));
  CHECK(45 / 49.0 == Approx(0.918).margin(5e-4));
  CHECK(47 * (192 + 64) < 192 * 64);
  CHECK(48 * (192 + 64) == 192 * 64);
}

TEST_CASE("chapter 18: its words about its table of losses agree with it") {
  const std::string text = book(kFile);
  const std::string table = part(text, "| begins as", "At once");
  const std::string words = "in one go, ends with ";
  const double in_one_go = number(part(unwrapped(text), words, ",").substr(words.size()));
  const auto loss = [&](const std::string& begin, size_t column) { return number(row(table, begin).at(column)); };
  CHECK(loss("`average`", 1) > loss("noise, vanilla", 1));
  for (const char* way : {"`stepwise`", "`average`"}) {
    CAPTURE(way);
    for (const char* noise : {"noise, vanilla", "noise, recursive"}) {
      CHECK(loss(noise, 2) - loss(way, 2) > 0.6);
      CHECK(loss(noise, 4) - loss(way, 4) > 0.1);
    }
    CHECK(in_one_go < loss(way, 4));
  }
  CHECK_THAT(unwrapped(text), ContainsSubstring(fmt::format("ended with {:.4f}", loss("noise, vanilla", 4))));
  CHECK(in_one_go == 0.8016);  // the last line of the script
}
