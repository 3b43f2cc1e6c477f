// The numbers of docs/14-why-one-token-is-slow.md that are worked out on paper, computed again. If you change one,
// change the other. The measured ones are printed by `tinymor bench decode` and `tinymor eval`.

#include <algorithm>
#include <cmath>
#include <limits>

#include "mor/kv_cache.h"
#include "mor/model.h"
#include "support/book.h"
#include "support/close.h"
#include "tensor/kernels/kernels.h"
#include "tensor/ops.h"
#include "tensor/packed_matrix.h"
#include "tensor/random.h"
#include "trainer/experiments/bench.h"

using namespace tinymor;

namespace {

using Numbers = std::vector<int>;

const std::vector<Real> kWeights{0.503, -1.27, 0.298, 0.004, 0.907, -0.612};
const std::vector<Real> kRow{2.54, 0.305, -1.265, 0.807, -0.413, 1.705};

struct Rounded {
  Numbers numbers;
  Real scale;
};
Rounded rounded(const std::vector<Real>& row) {
  std::vector<int8_t> bytes(row.size());
  Rounded out;
  kernels::table().quantise_rows(1, int64_t(row.size()), row.data(), int64_t(row.size()), int64_t(row.size()),
                                 bytes.data(), &out.scale);
  out.numbers.assign(bytes.begin(), bytes.end());
  return out;
}

/// The bytes of the matrices that a token of a model with these weights reads.
int64_t matrix_bytes(WeightFormat format) {
  Model model(preset("stories15M").model, 1);
  model.pack(format);
  int64_t bytes = 0;
  for (const Variable* weight : std::as_const(model).parameters())
    if (weight->packed()) bytes += weight->packed()->bytes();
  return bytes;
}

}  // namespace

TEST_CASE("chapter 14: a token of stories15M reads as many bytes as it says") {
  const ModelConfig config = preset("stories15M").model;
  CHECK(config.d_model == 288);
  CHECK(config.d_ff == 768);
  CHECK(config.n_layers == 6);
  CHECK(config.vocab_size == 32000);
  CHECK(4 * 288 * 288 + 3 * 288 * 768 == 995328);
  CHECK(6 * 995328 == 5971968);
  CHECK(32000 * 288 == 9216000);
  CHECK(5971968 + 9216000 == 15187968);
  CHECK(4 * 15187968 == 60751872);
  CHECK(matrix_bytes(WeightFormat::f32) == 60751872);
  CHECK(6 * (4 * 288 + 2 * 768 + 288) + 32000 == 49856);
  CHECK(15187968 + 8 * 49856 == 15586816);
  CHECK(matrix_bytes(WeightFormat::int8) == 15586816);
  CHECK(60751872 / 15586816.0 == Approx(3.90).margin(0.005));
  CHECK(6 * 256 * 2 * 288 * 4 == 3538944);
  CHECK(4 * 5971968 == 23887872);
  CHECK(4 * 9216000 == 36864000);
  CHECK(23887872 < 32 << 20);
  CHECK(36864000 > 32 << 20);
}

TEST_CASE("chapter 14: two numbers of a machine give its table of texts") {
  const double bytes = 60751872, bandwidth = 50e9, arithmetic = 100e9;
  const double reading = 1e3 * bytes / bandwidth, computing = 1e3 * 2 * 15187968 / arithmetic;
  CHECK(reading == Approx(1.22).margin(0.005));
  CHECK(computing == Approx(0.30).margin(0.005));
  CHECK(1e3 / reading == Approx(823).margin(0.5));
  CHECK(2 / 4.0 == 0.5);
  CHECK(arithmetic / bandwidth == 2);
  CHECK(2 / 0.5 == 4);
  const std::string chapter = book("docs/14-why-one-token-is-slow.md");
  for (int texts : {1, 2, 4, 8, 16}) {
    CAPTURE(texts);
    const std::vector<std::string> cells = row(chapter, std::to_string(texts));
    const double longer = std::max(reading, texts * computing);
    CHECK(number(cells[1]) == Approx(reading).margin(0.0051));
    CHECK(number(cells[2]) == Approx(texts * computing).margin(0.0051));
    CHECK(number(cells[3]) == Approx(longer).margin(0.0051));
    CHECK(number(cells[4]) == Approx(longer / texts).margin(0.0051));
  }
}

TEST_CASE("chapter 14: what it computes from printed figures follows from them") {
  const std::string chapter = book("docs/14-why-one-token-is-slow.md");
  const auto figure = [&](const std::string& weights, const std::string& before) {
    const std::string line = part(chapter, "$ build/tinymor bench decode --threads 1" + weights + "\n", "```");
    return number(line.substr(line.find(before) + before.size()));
  };
  // The matrices, and thirteen norms.
  for (const auto& [weights, matrices] : {std::pair{"", 60751872}, {" --weights int8", 15586816}}) {
    const double ms = figure(weights, "tokens/s, "), mb = (matrices + 13 * 288 * 4) / 1e6;
    CHECK(mb == Approx(figure(weights, "which reads ")).margin(0.05));
    const double rounded = 0.0005 / ms;  // the time has three decimals
    CHECK(mb / ms == Approx(figure(weights, "weights: ")).margin(0.051 + rounded * mb / ms));
    CHECK(1e3 / ms == Approx(figure(weights, "stories15M: ")).margin(0.6 + rounded * 1e3 / ms));
  }
  const std::string faster = fmt::format("{:.1f} times as many tokens",
                                         figure(" --weights int8", "stories15M: ") / figure("", "stories15M: "));
  CHECK_THAT(unwrapped(chapter), ContainsSubstring(faster));
  const auto loss = [&](const std::string& command) {
    const std::string printed = part(chapter, "$ build/tinymor eval build/share/tinymor/first-runs/mor" + command, "$");
    return number(printed.substr(printed.find("threshold") + 9));
  };
  CHECK_THAT(unwrapped(chapter), ContainsSubstring(fmt::format("{:.4f} nats", loss(" --weights int8") - loss("\n"))));
  CHECK_THAT(unwrapped(chapter),
             ContainsSubstring(fmt::format("That is {:.4f} nats more", loss(" --cache-format int8") - loss("\n"))));
}

TEST_CASE("chapter 14: six weights and six activations round to its numbers") {
  const auto [weights, weight_scale] = rounded(kWeights);
  const auto [row, row_scale] = rounded(kRow);
  CHECK(weights == Numbers{50, -127, 30, 0, 91, -61});
  CHECK(row == Numbers{127, 15, -63, 40, -21, 85});
  CHECK(weight_scale == Approx(0.01));
  CHECK(row_scale == Approx(0.02));
  for (size_t i = 0; i < 6; ++i) {
    CHECK(std::abs(kWeights[i] - Real(weights[i]) * weight_scale) < 0.005);
    CHECK(std::abs(kRow[i] - Real(row[i]) * row_scale) < 0.01);
  }
  Numbers sizes, signed_weights, products, above, products_above;
  int sum = 0, sum_above = 0, sum_of_weights = 0;
  for (size_t i = 0; i < 6; ++i) {
    products.push_back(row[i] * weights[i]);
    sizes.push_back(std::abs(row[i]));
    signed_weights.push_back(row[i] < 0 ? -weights[i] : weights[i]);
    CHECK(sizes[i] * signed_weights[i] == products[i]);
    sum += products[i];
    above.push_back(row[i] + 128);
    products_above.push_back(above[i] * weights[i]);
    sum_above += products_above[i];
    sum_of_weights += weights[i];
  }
  CHECK(above == Numbers{255, 143, 65, 168, 107, 213});
  CHECK(products_above == Numbers{12750, -18161, 1950, 0, 9737, -12993});
  CHECK(sum_above == -6717);
  CHECK(sum_of_weights == -17);
  CHECK(-6717 - 128 * -17 == -4541);
  CHECK(products == Numbers{6350, -1905, -1890, 0, -1911, -5185});
  CHECK(sizes == Numbers{127, 15, 63, 40, 21, 85});
  CHECK(signed_weights == Numbers{50, -127, -30, 0, -91, -61});
  CHECK(sum == -4541);
  const Tensor w({1, 6}, kWeights), x({1, 6}, kRow);
  check_printed(PackedMatrix(w, WeightFormat::int8).product(x), {-0.9082});
  check_printed(PackedMatrix(w, WeightFormat::f32).product(x), {-0.9015});
  CHECK(-4541 * 0.01 * 0.02 == Approx(-0.9082));
  CHECK(0.9082 - 0.9015 == Approx(0.0067));
  CHECK(0.0067 / 0.9015 == Approx(0.007).margin(0.0005));
}

TEST_CASE("chapter 14: one large number costs its row the small ones") {
  const auto [numbers, scale] = rounded({12.7, 0.04, -0.03, 0.02});
  CHECK(numbers == Numbers{127, 0, 0, 0});
  CHECK(scale == Approx(0.1));
  CHECK(rounded({0.04, -0.03, 0.02, 0}).numbers == Numbers{127, -95, 64, 0});
}

TEST_CASE("chapter 14: the sums of bytes fit where it says") {
  CHECK(127 * 127 == 16129);
  CHECK(2 * 16129 == 32258);
  CHECK(32258 <= std::numeric_limits<int16_t>::max());
  CHECK(2 * 255 * 127 == 64770);
  CHECK(64770 > std::numeric_limits<int16_t>::max());
  CHECK(255 * 127 == 32385);
  CHECK(int64_t(65000) * 32385 == 2105025000);
  CHECK(2105025000 <= std::numeric_limits<int32_t>::max());
  CHECK_NOTHROW(PackedMatrix(Tensor::zeros({1, 65000}), WeightFormat::int8));
  CHECK_THROWS(PackedMatrix(Tensor::zeros({1, 65004}), WeightFormat::int8));
}

TEST_CASE("chapter 14: a packed row has the same bits alone and among others, and matmul's has not") {
  Random random(1);
  const Tensor x = random_uniform({8, 288}, random, -1, 1), w = random_uniform({96, 288}, random, -1, 1);
  const Tensor alone = x.slice(0, 0, 1);
  for (WeightFormat format : {WeightFormat::f32, WeightFormat::int8, WeightFormat::int4}) {
    const PackedMatrix packed(w, format);
    CHECK(packed.product(x).slice(0, 0, 1).to_vector() == packed.product(alone).to_vector());
  }
  const Tensor columns = w.transpose(0, 1);
  CHECK(matmul(x, columns).slice(0, 0, 1).to_vector() != matmul(alone, columns).to_vector());
}

TEST_CASE("chapter 14: pages of the demo's cache have its sizes") {
  KvPages pages(2, 32);
  CHECK(KvPages::kTokens == 32);
  CHECK(pages.page_bytes() == 32 * 512);
  CHECK(32 * 512 == 16384);
  const int32_t first = pages.take();
  CHECK(pages.take() != first);
  CHECK(pages.used() == 2);
  pages.give(first);
  CHECK(pages.used() == 1);
  CHECK(pages.take() == first);
  ModelConfig vanilla;
  vanilla.vocab_size = 1024;
  vanilla.n_kv_heads = 2;
  vanilla.resolve();
  CHECK(kv_bytes_per_entry(vanilla) == 512);
  CHECK(kv_bytes_per_entry(vanilla, CacheFormat::bf16) == 256);
  CHECK(kv_bytes_per_entry(vanilla, CacheFormat::int8) == 144);
  const KvCache cache(vanilla);
  CHECK(vanilla.n_layers == 8);
  CHECK(cache.pages_for(40) == 8 * 2);
  CHECK(vanilla.max_seq_len == 128);
  CHECK(cache.pages_for(128) == 32);
  CHECK(2 * 32 - 40 == 24);
}

TEST_CASE("chapter 14: the answers to its exercises are right") {
  CHECK(100 / 20 / 0.5 == 10);
  CHECK(rounded({0.3, -0.6, 0.1}).numbers == Numbers{64, -127, 21});
  CHECK(50e9 / 1e9 == 50);
  ModelConfig one_layer;
  one_layer.vocab_size = 8;
  one_layer.n_layers = 1;
  one_layer.resolve();
  CHECK(KvCache(one_layer).pages_for(32) == 1);
  CHECK(KvCache(one_layer).pages_for(33) == 2);
}
