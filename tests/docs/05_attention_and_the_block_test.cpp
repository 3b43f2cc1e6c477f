// The numbers of docs/05-attention-and-the-block.md, computed again. If you change one, change the other.

#include <cmath>
#include <numeric>

#include "autograd/ops.h"
#include "mor/kv_store.h"
#include "support/catch.h"
#include "support/close.h"
#include "support/tiny_models.h"
#include "tensor/memory.h"

using namespace tinymor;
using Offsets = std::vector<int64_t>;
using Places = std::vector<int32_t>;

namespace {

Tensor turned(std::vector<Real> head, int32_t position) {
  const RopeTable table(16, 4, 10000);
  const Variable x(Tensor({1, 4}, std::move(head)));
  return rope(x, int_tensor({position}), table).value();
}

double product(const Tensor& a, const Tensor& b) {
  const std::vector<Real> x = a.to_vector(), y = b.to_vector();
  return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
}

std::vector<double> softmax_of(const std::vector<double>& scores) {
  std::vector<double> weights;
  double sum = 0;
  for (double score : scores) sum += std::exp(score);
  for (double score : scores) weights.push_back(std::exp(score) / sum);
  return weights;
}

/// The three keys and values of the chapter.
const Tensor& keys() {
  static const Tensor k({3, 4}, {2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0});
  return k;
}
const Tensor& values() {
  static const Tensor v({3, 4}, {1, 0, 0, 10, 0, 1, 0, 20, 0, 0, 1, 30});
  return v;
}

AttentionPlan causal(int64_t rows) {
  AttentionPlan plan{{0, rows}, {0}, {}};
  for (int64_t i = 0; i < rows; ++i) plan.visible.push_back(int32_t(i + 1));
  return plan;
}

Rows kept_rows() {
  return Rows::batch(2, 4).select(int_tensor({0, 2, 3, 5, 7}));
}

}  // namespace

TEST_CASE("chapter 5: the embedding's rows are looked up, and the same matrix makes logits of a row") {
  const Variable embedding(Tensor({4, 2}, {1, 0.5f, 1, 0.7f, -1, 0.4f, 0, -1}));
  const Tensor rows = gather_rows(embedding, int_tensor({2, 0})).value();
  CHECK(rows.to_vector() == std::vector<Real>{-1, 0.4f, 1, 0.5f});
  const auto row = [&](int64_t token) { return embedding.value().select(0, token); };
  CHECK(product(row(0), row(1)) == Approx(1.35));
  CHECK(product(row(0), row(2)) == Approx(-0.8));
  const std::vector<Real> logits = linear(Variable(Tensor({1, 2}, {0.5f, -2})), embedding).value().to_vector();
  const double said[] = {-0.5, -0.9, -1.3, 2};
  for (size_t token = 0; token < 4; ++token) CHECK(logits[token] == Approx(said[token]));
  CHECK(1024 * 128 == 131072);
}

TEST_CASE("chapter 5: RMSNorm gives its numbers, and zeros for zeros") {
  const auto normed = [](const Tensor& x, const Tensor& w) {
    return rms_norm(Variable(x), Variable(w), Real(1e-5)).value();
  };
  CHECK(std::sqrt(12.5) == Approx(3.5355).margin(5e-5));
  check_printed(normed(Tensor({1, 2}, {3, 4}), Tensor({2}, {1, 1})), {0.8485, 1.1314});
  check_printed(normed(Tensor({1, 2}, {3, 4}), Tensor({2}, {1, 2})), {0.8485, 2.2627});
  check_printed(normed(Tensor({1, 2}, {30, 40}), Tensor({2}, {1, 1})), {0.8485, 1.1314});
  check_printed(normed(Tensor::zeros({1, 2}), Tensor({2}, {1, 1})), {0, 0});
}

TEST_CASE("chapter 5: rope turns pairs by its angles, and products depend on the distance alone") {
  check_printed(turned({1, 0, 0, 0}, 1), {0.5403, 0, 0.8415, 0});
  check_printed(turned({1, 0, 0, 0}, 2), {-0.4161, 0, 0.9093, 0});
  check_printed(turned({0, 1, 0, 0}, 1), {0, 0.99995, 0, 0.0100});
  check_printed(turned({1, 2, 3, 4}, 0), {1, 2, 3, 4});
  CHECK(std::pow(10000, -0.5) == Approx(0.01));
  CHECK(2 * std::acos(-1) == Approx(6.28).margin(0.005));
  CHECK(2 * std::acos(-1) / 0.01 == Approx(628).margin(0.5));
  CHECK(product(turned({1, 0, 0, 0}, 3), turned({1, 0, 0, 0}, 1)) == Approx(-0.4161).margin(5e-5));
  CHECK(product(turned({1, 0, 0, 0}, 12), turned({1, 0, 0, 0}, 10)) == Approx(-0.4161).margin(5e-5));
}

TEST_CASE("chapter 5: attention on three tokens gives its weights and results") {
  const Variable q(Tensor({3, 4}, {1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0})), k(keys()), v(values());
  check_printed(attention(q, k, v, causal(3), 1, 1).value(),
                {1, 0, 0, 10, 0.2689, 0.7311, 0, 17.3106, 0.0900, 0.2447, 0.6652, 25.7521});
  // Allowed to see everything, token 1 has the result of token 2.
  const Tensor all = attention(q, k, v, {{0, 3}, {0}, {3, 3, 3}}, 1, 1).value();
  CHECK(all.slice(0, 1, 2).to_vector() == all.slice(0, 2, 3).to_vector());
  const std::vector<double> unscaled = softmax_of({2, 4, 6});
  CHECK(unscaled[0] == Approx(0.0159).margin(5e-5));
  CHECK(unscaled[1] == Approx(0.1173).margin(5e-5));
  CHECK(unscaled[2] == Approx(0.8668).margin(5e-5));
  const double log_sum = std::log(std::exp(1) + std::exp(2) + std::exp(3));
  CHECK(log_sum == Approx(3.4076).margin(5e-5));
  CHECK(std::exp(3 - log_sum) == Approx(0.6652).margin(5e-5));
}

TEST_CASE("chapter 5: token 2 without token 0 has the result of its exercise on paper") {
  const Variable q(Tensor({1, 4}, {1, 2, 3, 0}));
  const Variable k(keys().slice(0, 1, 3)), v(values().slice(0, 1, 3));
  check_printed(attention(q, k, v, {{0, 1}, {0}, {2}}, 1, 1).value(), {0, 0.2689, 0.7311, 27.3106});
}

TEST_CASE("chapter 5: two query heads share one key head and have weights of their own") {
  const Variable q(Tensor({1, 8}, {1, 2, 3, 0, 3, 2, 1, 0})), k(keys()), v(values());
  const Tensor out = attention(q, k, v, {{0, 1}, {0}, {3}}, 2, 1).value();
  check_printed(out.slice(1, 0, 3), {0.0900, 0.2447, 0.6652});
  check_printed(out.slice(1, 4, 7), {0.6652, 0.2447, 0.0900});
  // With four heads and two key heads, head h has key head h / 2: the same as four key heads of which two are equal.
  Random random(1, 1);
  const Variable q4(random_normal({5, 64}, random)), k2(random_normal({5, 32}, random)),
      v2(random_normal({5, 32}, random));
  const auto twice = [](const Variable& x) {
    const Tensor& t = x.value();
    Tensor y({5, 64});
    for (int64_t i = 0; i < 5; ++i)
      for (int64_t head = 0; head < 4; ++head)
        for (int64_t c = 0; c < 16; ++c)
          y.mutable_data()[i * 64 + head * 16 + c] = t.data()[i * 32 + head / 2 * 16 + c];
    return Variable(y);
  };
  CHECK(attention(q4, k2, v2, causal(5), 4, 2).value().to_vector() ==
        attention(q4, twice(k2), twice(v2), causal(5), 4, 4).value().to_vector());
  ModelConfig config;
  config.d_model = 64;
  config.n_heads = 4;
  config.n_kv_heads = 2;
  CHECK(DecoderLayer(config).k_proj.shape() == Shape({32, 64}));
}

TEST_CASE("chapter 5: rows of two texts keep their positions after a router, with its offsets") {
  const Rows rows = Rows::batch(2, 4), kept = kept_rows();
  CHECK(rows.offsets == Offsets{0, 4, 8});
  CHECK(rows.positions.to_vector() == Places{0, 1, 2, 3, 0, 1, 2, 3});
  CHECK(kept.offsets == Offsets{0, 3, 5});
  CHECK(kept.positions.to_vector() == Places{0, 2, 3, 1, 3});
}

TEST_CASE("chapter 5: the kept rows see what its plans say, of their own keys and of those of all tokens") {
  const Rows rows = Rows::batch(2, 4), kept = kept_rows();
  ModelConfig config = tiny_config();
  const auto some = [&](const Rows& of) {
    return Variable(Tensor::zeros({of.count(), config.n_kv_heads * config.d_head()}));
  };
  ForwardKeys own(config);
  own.append(3, kept, some(kept), some(kept));
  const AttentionPlan plan = own.view(3, kept).plan;
  CHECK(plan.query_offsets == Offsets{0, 3, 5});
  CHECK(plan.key_begin == Offsets{0, 3});
  CHECK(plan.visible == Places{1, 2, 3, 1, 2});
  CHECK(std::accumulate(plan.visible.begin(), plan.visible.end(), 0) == 9);

  config.kv_cache = KvStrategy::shared;
  ForwardKeys shared(config);
  shared.append(1, rows, some(rows), some(rows));
  CHECK_FALSE(shared.computes_keys(3));
  const AttentionPlan wide = shared.view(3, kept).plan;
  CHECK(wide.query_offsets == Offsets{0, 3, 5});
  CHECK(wide.key_begin == Offsets{0, 4});
  CHECK(wide.visible == Places{1, 3, 4, 2, 4});

  const std::vector<int32_t> whole = shared.view(1, rows).plan.visible;
  CHECK(std::accumulate(whole.begin(), whole.end(), 0) == 20);
  CHECK(rows.count() * rows.count() == 64);
}

TEST_CASE("chapter 5: attention keeps the bytes of its table and not the scores") {
  struct Row {
    int64_t tokens, result, log_sums, scores;
  };
  for (const Row& row : {Row{256, 32768, 1024, 262144}, Row{512, 65536, 2048, 1048576}}) {
    const auto parameter = [&] { return Variable::parameter(Tensor::zeros({row.tokens, 32})); };
    const Variable q = parameter(), k = parameter(), v = parameter();
    const int64_t before = memory_stats().live_bytes;
    const Variable out = attention(q, k, v, causal(row.tokens), 1, 1);
    CHECK((memory_stats().live_bytes - before) / int64_t(sizeof(Real)) * 4 == row.result + row.log_sums);
    CHECK(row.tokens * 32 * 4 == row.result);
    CHECK(row.tokens * 4 == row.log_sums);
    CHECK(row.tokens * row.tokens * 4 == row.scores);
  }
  CHECK(kernels::kAttentionRows == 24);
}

TEST_CASE("chapter 5: the gradients of the scores of a softmax are its numbers and cancel") {
  const Variable scores = Variable::parameter(Tensor({1, 2}, {1, 2}));
  softmax(scores).backward(Tensor({1, 2}, {1, 0}));
  check_printed(scores.grad(), {0.1966, -0.1966});
}

TEST_CASE("chapter 5: SwiGLU gives its numbers") {
  const auto value = [](Real gate, Real up) {
    return swiglu(Variable(Tensor({1, 1}, {gate})), Variable(Tensor({1, 1}, {up}))).value();
  };
  check_printed(value(2, 1), {1.7616});
  check_printed(value(0, 1), {0});
  check_printed(value(-2, 1), {-0.2384});
  check_printed(value(2, 3), {5.2848});
  check_printed(value(-2, 3), {-0.7152});
  CHECK(8.0 * 128 / 3 == Approx(341.3).margin(0.05));
  CHECK(ModelConfig().d_model == 128);
  CHECK(ModelConfig().d_ff == 344);
  CHECK(344 % 8 == 0);
}

TEST_CASE("chapter 5: residuals keep the gradient of eight layers alive") {
  const auto slope = [](bool residual) {
    const Variable x = Variable::parameter(Tensor(1));
    Variable y = x;
    for (int layer = 0; layer < 8; ++layer) y = residual ? y + scale(y, Real(0.1)) : scale(y, Real(0.1));
    y.backward();
    return double(x.grad().item());
  };
  CHECK(slope(false) == Approx(1e-8));
  CHECK(slope(true) == Approx(2.1436).margin(5e-5));
}
