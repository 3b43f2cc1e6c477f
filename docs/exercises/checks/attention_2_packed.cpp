#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding compare(const char* what, const Tensor& q, const Tensor& k, const Tensor& v,
                const std::vector<int64_t>& offsets, const Tensor& wanted, const char* hint) {
  trying(what);
  const Tensor given = packed_attention(q, k, v, offsets);
  const std::vector<Real> right = wanted.to_vector();
  if (!given.defined() || given.shape() != wanted.shape())
    return not_yet(fmt::format("{}: should have the shape {}, you gave {}", what, wanted.shape(), shown(given)),
                   "begin with Tensor::zeros(v.shape())");
  const std::vector<Real> numbers = given.to_vector();
  for (size_t i = 0; i < right.size(); ++i)
    if (!(std::abs(double(numbers[i]) - double(right[i])) < 1e-3))
      return not_yet(fmt::format("{}: element ({},{}) should be {:.4f}, you gave {:.4f}", what,
                                 int64_t(i) / wanted.dim(1), int64_t(i) % wanted.dim(1), right[i], numbers[i]),
                     hint);
  return done();
}

Finding check_packed() {
  // The chapter's example: all queries are the same, and the scores are 1, 2 and 3.
  const Tensor q({3, 4}, {1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0}), k({3, 4}, {2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0}),
      v({3, 2}, {1, 10, 2, 20, 4, 30});
  const double e = std::exp(1.0), second = 1 / (1 + e), third = 1 / (1 + e + e * e);
  const auto row = [](double a, double b) { return std::pair<Real, Real>(Real(a), Real(b)); };
  const auto mixed = row(second * (1 + 2 * e), second * (10 + 20 * e));
  const auto last = row(third * (1 + 2 * e + 4 * e * e), third * (10 + 20 * e + 30 * e * e));
  const auto pair = row(second * (2 + 4 * e), second * (20 + 30 * e));
  const Tensor low({2, 4}, {-1800, 0, 0, 0, -1800, 0, 0, 0});
  const Tensor sharp({2, 4}, {1800, 0, 0, 0, 0, 1800, 0, 0});
  struct Case {
    const char* what;
    Tensor q, k, v;
    std::vector<int64_t> offsets;
    Tensor result;
    const char* hint;
  };
  const Tensor two = q.slice(0, 0, 2), values = v.slice(0, 0, 2);
  const Tensor mix({3, 2}, {1, 10, mixed.first, mixed.second, last.first, last.second});
  for (const Case& wanted :
       std::vector<Case>{{"one token",
                          q.slice(0, 0, 1),
                          k.slice(0, 0, 1),
                          v.slice(0, 0, 1),
                          {0, 1},
                          Tensor({1, 2}, {1, 10}),
                          "a token that sees only itself has the weight 1: its result is its value"},
                         {"one text of three tokens with the scores 1, 2, 3",
                          q,
                          k,
                          v,
                          {0, 3},
                          mix,
                          "row 1 sees the rows 0 and 1, row 2 all three; the products 2, 4, 6 are divided by sqrt(4)"},
                         {"two texts, of one and of two tokens",
                          q,
                          k,
                          v,
                          {0, 1, 3},
                          Tensor({3, 2}, {1, 10, 2, 20, pair.first, pair.second}),
                          "row 1 begins a text: it must not see row 0, which belongs to another"},
                         {"two texts, the first without tokens",
                          q,
                          k,
                          v,
                          {0, 0, 3},
                          mix,
                          "offsets[s] and offsets[s+1] may be equal: that text has no rows"},
                         {"two tokens with the scores 900 and 1800",
                          two,
                          sharp,
                          values,
                          {0, 2},
                          Tensor({2, 2}, {1, 10, 2, 20}),
                          "e^900 overflows: subtract the largest score first"},
                         {"two tokens whose scores are all -900",
                          two,
                          low,
                          values,
                          {0, 2},
                          Tensor({2, 2}, {1, 10, 1.5, 15}),
                          "e^-900 is 0: the largest begins with the first score, not with 0"}}) {
    const Finding finding =
        compare(wanted.what, wanted.q, wanted.k, wanted.v, wanted.offsets, wanted.result, wanted.hint);
    if (!finding.done) return finding;
  }
  return done();
}

const AddExercise add({5, "attention_2_packed", "Causal attention over texts end to end",
                       "for each text, for each of its rows i: scores with the rows up to i, softmax, mix of values",
                       check_packed});

}  // namespace
}  // namespace tinymor
