// Every kernel against its plain twin, at sizes around the widths of registers and tiles, with sentinels behind every
// output. CTest runs this file once per SIMD level (tests/CMakeLists.txt).

#include "tensor/kernels/kernels.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "support/catch.h"
#include "support/reference_kernels.h"
#include "tensor/random.h"

using namespace tinymor;
using kernels::table;

namespace {

using Numbers = std::vector<Real>;
constexpr Real kSentinel = -12345;
constexpr int64_t kGuard = 8;

Numbers random_numbers(int64_t n, uint64_t seed, double low = -1, double high = 1) {
  Random random(seed);
  Numbers x(n);
  for (Real& v : x) v = Real(low + (high - low) * random.uniform());
  return x;
}

using kernels::Binary, kernels::Unary;
const std::vector<Binary> kBinaries{Binary::add,  Binary::sub,        Binary::mul,  Binary::div,
                                    Binary::less, Binary::less_equal, Binary::equal};
const std::vector<Unary> kUnaries{Unary::exp,  Unary::log,  Unary::sqrt,      Unary::abs,
                                  Unary::relu, Unary::gelu, Unary::gelu_tanh, Unary::sigmoid,
                                  Unary::silu, Unary::tanh, Unary::softplus};

/// An output buffer that notices writes past its end.
struct Output {
  Numbers data;
  int64_t count;
  explicit Output(int64_t n) : data(n + kGuard, kSentinel), count(n) {}
  Real* begin() { return data.data(); }
  bool intact() const {
    for (int64_t i = count; i < count + kGuard; ++i)
      if (data[i] != kSentinel) return false;
    return true;
  }
};

/// The largest |a - b| / (1 + |b|); a huge number when the end of `out` was written over.
template <class Expected>
double worst(const Output& out, Expected expected) {
  double most = out.intact() ? 0 : 1e30;
  for (int64_t i = 0; i < out.count; ++i) {
    const double e = expected(i);
    most = std::max(most, std::abs(double(out.data[i]) - e) / (1 + std::abs(e)));
  }
  return most;
}

}  // namespace

TEST_CASE("elementwise kernels equal their twins at every length and step", "[kernels]") {
  for (int64_t n = 0; n <= 67; ++n) {
    INFO("n = " << n);
    const Numbers a = random_numbers(3 * n + 1, 1, -3, 3), b = random_numbers(3 * n + 1, 2, 0.5, 3);
    for (Binary op : kBinaries)
      for (auto [a_step, b_step] : {std::pair{1, 1}, {0, 1}, {1, 0}, {0, 0}, {3, 1}, {2, 3}}) {
        Output out(n);
        table().binary(op, n, a.data(), a_step, b.data(), b_step, out.begin());
        CHECK(worst(out, [&](int64_t i) { return reference::binary(op, a[i * a_step], b[i * b_step]); }) < 1e-6);
        Output chosen(n);
        table().choose(n, out.begin(), 1, a.data(), a_step, b.data(), b_step, chosen.begin());
        CHECK(worst(chosen, [&](int64_t i) { return out.data[i] != 0 ? a[i * a_step] : b[i * b_step]; }) == 0);
      }
    for (Unary f : kUnaries) {
      Output out(n), slopes(n);
      const Numbers& x = f == Unary::log || f == Unary::sqrt ? b : a;
      table().unary(f, n, x.data(), out.begin());
      CHECK(worst(out, [&](int64_t i) { return reference::unary(f, x[i]); }) < 1e-6);
      table().unary_slope(f, n, x.data(), b.data(), slopes.begin());
      CHECK(worst(slopes, [&](int64_t i) { return double(b[i]) * reference::slope(f, x[i]); }) < 2e-6);
    }
    CHECK(double(table().sum(n, a.data())) == Approx(std::accumulate(a.begin(), a.begin() + n, 0.0)).margin(1e-4));
    double product = 0;
    for (int64_t i = 0; i < n; ++i) product += double(a[i]) * double(b[i]);
    CHECK(double(table().dot(n, a.data(), b.data())) == Approx(product).margin(1e-4));
  }
}

TEST_CASE("exp and log keep seven digits over their whole range, and infinity and NaN are what they should be",
          "[kernels]") {
  for (double x = -87; x <= 88; x += 0.37) {
    const Real in = Real(x);
    Real out;
    table().unary(kernels::Unary::exp, 1, &in, &out);
    CHECK(double(out) == Approx(std::exp(double(in))).epsilon(3e-7));
  }
  for (double x = 1e-30; x < 1e30; x *= 1.7) {
    const Real in = Real(x);
    Real out;
    table().unary(kernels::Unary::log, 1, &in, &out);
    CHECK(double(out) == Approx(std::log(double(in))).epsilon(3e-7).margin(1e-7));
  }
  const auto of = [](Unary f, double x) {
    const Real in = Real(x);
    Real out;
    table().unary(f, 1, &in, &out);
    return double(out);
  };
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(of(Unary::exp, 89) == infinity);
  CHECK(of(Unary::exp, infinity) == infinity);
  CHECK(of(Unary::exp, -infinity) == 0);
  CHECK(of(Unary::log, 0) == -infinity);
  CHECK(of(Unary::log, infinity) == infinity);
  CHECK(of(Unary::log, 1e-40) == Approx(std::log(double(1e-40f))).epsilon(1e-6));
  CHECK(std::isnan(of(Unary::log, -1)));
  for (Unary f : kUnaries) {
    INFO(name_of(f));
    CHECK(std::isnan(of(f, nan)));
  }
  for (Real extreme : {Real(-1e30), Real(1e30)})
    for (Unary f : {Unary::sigmoid, Unary::softplus, Unary::silu, Unary::gelu, Unary::gelu_tanh, Unary::tanh}) {
      INFO(name_of(f) << " of " << extreme);
      Real out;
      table().unary(f, 1, &extreme, &out);
      const double high = f == Unary::sigmoid || f == Unary::tanh ? 1 : 1e30, low = f == Unary::tanh ? -1 : 0;
      CHECK(double(out) == Approx(extreme < 0 ? low : high).margin(1e-6));
    }
}

TEST_CASE("the matrix product equals its twin for every size around the tiles and every layout", "[kernels]") {
  std::vector<std::array<int64_t, 3>> sizes{{1, 1, 1}, {3, 0, 4}, {97, 513, 65}, {13, 33, 300}, {200, 17, 31}};
  for (int64_t n = 1; n <= 67; n += 3) sizes.push_back({n, 68 - n, (n * 7) % 67 + 1});
  for (auto [m, n, k] : sizes) {
    const Numbers a = random_numbers(m * k, 3), b = random_numbers(k * n, 4), c = random_numbers(m * n, 5);
    for (bool a_transposed : {false, true})
      for (bool b_transposed : {false, true})
        for (bool add : {false, true}) {
          INFO("m " << m << " n " << n << " k " << k << " layouts " << a_transposed << b_transposed << " add " << add);
          const reference::Matrix left{a.data(), a_transposed ? 1 : k, a_transposed ? m : 1};
          const reference::Matrix right{b.data(), b_transposed ? 1 : n, b_transposed ? k : 1};
          std::vector<double> expected(c.begin(), c.end());
          reference::gemm(m, n, k, left, right, expected.data(), add);
          Output out(m * n);
          std::copy(c.begin(), c.end(), out.begin());
          Output panels(kernels::packed_count(k, n));
          table().pack(k, n, right, panels.begin());
          CHECK(panels.intact());
          table().gemm(m, n, k, left, kernels::packed(panels.begin(), k), out.begin(), n, add);
          CHECK(worst(out, [&](int64_t i) { return expected[i]; }) < 2e-5);
        }
  }
}

TEST_CASE("norm, swiglu, rope and softmax equal their twins at every width", "[kernels]") {
  for (int64_t d = 1; d <= 67; ++d) {
    INFO("d = " << d);
    const int64_t rows = 3;
    const Numbers x = random_numbers(rows * d, 6, -2, 2), w = random_numbers(d, 7, 0.5, 1.5),
                  u = random_numbers(rows * d, 8);
    Output y(rows * d), inverse(rows), logs(rows), glu(rows * d);
    table().rms_norm(rows, d, Real(1e-5), x.data(), w.data(), y.begin(), inverse.begin());
    CHECK(worst(y, [&](int64_t i) {
            double square = 0;
            for (int64_t j = 0; j < d; ++j) square += double(x[i / d * d + j]) * double(x[i / d * d + j]);
            return double(x[i]) / std::sqrt(square / double(d) + 1e-5) * double(w[i % d]);
          }) < 1e-5);
    table().swiglu(rows * d, x.data(), u.data(), glu.begin());
    CHECK(worst(glu, [&](int64_t i) { return reference::unary(kernels::Unary::silu, x[i]) * double(u[i]); }) < 1e-6);
    table().log_sum_exp(rows, d, x.data(), logs.begin());
    CHECK(worst(logs, [&](int64_t i) {
            return reference::log_sum_exp({x.begin() + i * d, x.begin() + (i + 1) * d});
          }) < 1e-6);
    Output p(d);
    table().softmax(d, x.data(), logs.data[0], Real(0.5), p.begin());
    CHECK(worst(p, [&](int64_t i) { return 0.5 * std::exp(double(x[i]) - double(logs.data[0])); }) < 1e-6);
  }
  for (int64_t width : {2, 6, 16, 34}) {
    const int64_t rows = 3, heads = 2, half = width / 2;
    const Numbers x = random_numbers(rows * heads * width, 9), cosines = random_numbers(5 * half, 10),
                  sines = random_numbers(5 * half, 11);
    const std::vector<int32_t> positions{4, 0, 2};
    Output y(rows * heads * width);
    table().rope(rows, heads, width, positions.data(), cosines.data(), sines.data(), 1, x.data(), y.begin());
    CHECK(worst(y, [&](int64_t i) {
            const int64_t at = positions[i / (heads * width)] * half + i % width % half;
            const bool low = i % width < half;
            return double(x[i]) * double(cosines[at]) +
                   (low ? -1 : 1) * double(x[low ? i + half : i - half]) * double(sines[at]);
          }) < 1e-6);
  }
}

TEST_CASE("attention equals its twin for every number of queries and keys", "[kernels]") {
  for (int64_t queries : {1, 2, 31, 32, 33, 67})
    for (int64_t extra : {0, 1, 19})
      for (int64_t group : {1, 3}) {
        const int64_t width = 6, keys = queries + extra, q_row = group * width + 5, kv_row = width + 3;
        INFO(queries << " queries, " << keys << " keys, group of " << group);
        const Numbers q = random_numbers(queries * q_row, 12, -3, 3), k = random_numbers(keys * kv_row, 13, -3, 3),
                      v = random_numbers(keys * kv_row, 14);
        std::vector<int32_t> visible;
        for (int64_t i = 0; i < queries; ++i) visible.push_back(int32_t(i + 1 + extra));
        const kernels::AttentionHead head{queries,  keys,     group,    width, Real(0.4), visible.data(),
                                          q.data(), k.data(), v.data(), q_row, kv_row};
        const std::vector<double> expected = reference::attention(head);
        Output out(queries * group * width), log_sum(queries * group);
        Numbers work(kernels::attention_scratch(keys, width));
        table().attention(head, out.begin(), group * width, log_sum.begin(), group, work.data());
        CHECK(worst(out, [&](int64_t i) { return expected[i]; }) < 1e-5);
        CHECK(log_sum.intact());
      }
}

TEST_CASE("attention keeps to its working space, also where every query sees every key", "[kernels]") {
  for (int64_t width : {6, 16, 32})
    for (int64_t keys : {1, 4, 17, 31, 33, 34, 50, 65}) {
      INFO(keys << " keys of width " << width);
      const int64_t n = keys * width;
      const Numbers q = random_numbers(n, 12), k = random_numbers(n, 13), v = random_numbers(n, 14);
      const std::vector<int32_t> visible(keys, int32_t(keys));
      const kernels::AttentionHead head{keys,     keys,     1,        width, Real(0.4), visible.data(),
                                        q.data(), k.data(), v.data(), width, width};
      Output out(n), log_sum(keys), dq(n), dk(n), dv(n), work(kernels::attention_scratch(keys, width));
      for (Output* sum : {&dk, &dv}) std::fill_n(sum->begin(), n, Real(0));
      table().attention(head, out.begin(), width, log_sum.begin(), 1, work.begin());
      table().attention_backward(head, out.begin(), q.data(), width, log_sum.begin(), 1, dq.begin(), dk.begin(),
                                 dv.begin(), work.begin());
      for (const Output* each : {&out, &log_sum, &dq, &dk, &dv, &work}) CHECK(each->intact());
    }
}

TEST_CASE("AdamW equals its twin", "[kernels]") {
  const int64_t n = 37;
  const Numbers g = random_numbers(n, 15);
  Output p(n), m(n), v(n);
  const Numbers p0 = random_numbers(n, 16), m0 = random_numbers(n, 17), v0 = random_numbers(n, 18, 0, 1);
  std::copy(p0.begin(), p0.end(), p.begin());
  std::copy(m0.begin(), m0.end(), m.begin());
  std::copy(v0.begin(), v0.end(), v.begin());
  table().adamw(n, {Real(0.01), Real(0.9), Real(0.95), Real(1e-8), Real(0.1), Real(0.19), Real(0.0975)}, g.data(),
                p.begin(), m.begin(), v.begin());
  const auto m1 = [&](int64_t i) { return 0.9 * double(m0[i]) + 0.1 * double(g[i]); };
  const auto v1 = [&](int64_t i) { return 0.95 * double(v0[i]) + 0.05 * double(g[i]) * double(g[i]); };
  CHECK(worst(m, m1) < 1e-6);
  CHECK(worst(v, v1) < 1e-6);
  CHECK(worst(p, [&](int64_t i) {
          return double(p0[i]) * (1 - 0.001) - 0.01 * (m1(i) / 0.19) / (std::sqrt(v1(i) / 0.0975) + 1e-8);
        }) < 1e-6);
}
