#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_groups() {
  struct Case {
    const char* what;
    Tensor q, k, v;
    int64_t heads, key_heads;
    std::vector<double> last;  // the row of the last token
    const char* hint;
  };
  const double e = std::exp(1.0), near = 1 / (1 + e), far = e / (1 + e);
  for (const Case& wanted : std::vector<Case>{{"one head of width 4 with the scores 1 and 2",
                                               Tensor({2, 4}, {1, 2, 3, 0, 1, 2, 3, 0}),
                                               Tensor({2, 4}, {2, 0, 0, 0, 0, 2, 0, 0}),
                                               Tensor({2, 4}, {1, 0, 0, 10, 0, 1, 0, 20}),
                                               1,
                                               1,
                                               {near, far, 0, 10 * near + 20 * far},
                                               "weights 0.2689 and 0.7311: divide by the root of 4"},
                                              {"two heads of width 1, each with a key head",
                                               Tensor({2, 2}, {1, 1, 1, 1}),
                                               Tensor({2, 2}, {0, 1, 1, 0}),
                                               Tensor({2, 2}, {2, 30, 4, 70}),
                                               2,
                                               2,
                                               {2 * near + 4 * far, 30 * far + 70 * near},
                                               "head 1 begins at column 1 of q, k and v, and has weights of its own"},
                                              {"two heads of width 1 on one key head",
                                               Tensor({2, 2}, {0, 0, 1, -1}),
                                               Tensor({2, 1}, {0, 1}),
                                               Tensor({2, 1}, {2, 4}),
                                               2,
                                               1,
                                               {2 * near + 4 * far, 2 * far + 4 * near},
                                               "both heads read key head 0, whose rows are one number wide"},
                                              {"four query heads on two key heads",
                                               Tensor({1, 4}, {1, 1, 1, 1}),
                                               Tensor({1, 2}, {1, 1}),
                                               Tensor({1, 2}, {5, 7}),
                                               4,
                                               2,
                                               {5, 5, 7, 7},
                                               "the heads 0 and 1 look at key head 0, 2 and 3 at key head 1"},
                                              {"four heads of width 4 with one key head and the scores 0 and 1000",
                                               Tensor::full({2, 16}, 1),
                                               Tensor({2, 4}, {0, 0, 0, 0, 500, 500, 500, 500}),
                                               Tensor({2, 4}, {1, 1, 1, 1, 2, 3, 4, 5}),
                                               4,
                                               1,
                                               {2, 3, 4, 5, 2, 3, 4, 5, 2, 3, 4, 5, 2, 3, 4, 5},
                                               "e^1000 overflows: take the largest score away first"}}) {
    trying(wanted.what);
    const Tensor given = grouped_attention(wanted.q, wanted.k, wanted.v, wanted.heads, wanted.key_heads);
    if (!given.defined() || given.shape() != wanted.q.shape())
      return not_yet(
          fmt::format("{}: should have the shape {}, you gave {}", wanted.what, wanted.q.shape(), shown(given)),
          "begin with Tensor::zeros(q.shape())");
    const int64_t last = wanted.q.dim(0) - 1;
    for (int64_t c = 0; c < wanted.q.dim(1); ++c)
      if (!(std::abs(double(given.at({last, c})) - wanted.last[c]) < 1e-4))
        return not_yet(fmt::format("{}: element ({},{}) should be {:.4f}, you gave {:.4f}", wanted.what, last, c,
                                   wanted.last[c], given.at({last, c})),
                       wanted.hint);
  }
  return done();
}

const AddExercise add({5, "attention_4_groups", "Few keys for many queries",
                       "query head h looks at key head h / (heads / key_heads); each head is an attention of its own",
                       check_groups});

}  // namespace
}  // namespace tinymor
