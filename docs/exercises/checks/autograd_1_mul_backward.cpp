#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding compare(const Tensor& a, const Tensor& b, const Tensor& g, const MulGrads& wanted, const char* hint) {
  trying(fmt::format("a is {}, b is {}", shown(a), shown(b)));
  const MulGrads given = mul_backward(a, b, g);
  const auto wrong = [&](const char* name, const Tensor& right, const Tensor& got) {
    return not_yet(fmt::format("a is {}, b is {}, g is {}: {} should be {}, you gave {}", shown(a), shown(b), shown(g),
                               name, shown(right), shown(got)),
                   hint);
  };
  if (!same(given.da, wanted.da)) return wrong("da", wanted.da, given.da);
  if (!same(given.db, wanted.db)) return wrong("db", wanted.db, given.db);
  return done();
}

Finding check_mul_backward() {
  const Finding plain = compare(Tensor({2}, {3, 5}), Tensor({2}, {2, 7}), Tensor({2}, {1, 10}),
                                {Tensor({2}, {2, 70}), Tensor({2}, {3, 50})},
                                "where a changes by 1, y changes by b, and the loss by g b");
  if (!plain.done) return plain;
  const Finding row =
      compare(Tensor({2, 3}, {1, 2, 3, 4, 5, 6}), Tensor({3}, {10, 20, 30}), Tensor::ones({2, 3}),
              {Tensor({2, 3}, {10, 20, 30, 10, 20, 30}), Tensor({3}, {5, 7, 9})},
              "each number of b was used in two rows: its gradient is the sum of both; sum_to knows how");
  if (!row.done) return row;
  return compare(Tensor({2, 1}, {2, 3}), Tensor({1, 2}, {5, 7}), Tensor({2, 2}, {1, 2, 3, 4}),
                 {Tensor({2, 1}, {19, 43}), Tensor({1, 2}, {11, 16})},
                 "here both were repeated: both gradients must be summed back");
}

const AddExercise add({3, "autograd_1_mul_backward", "The backward of multiplication",
                       "da is g b and db is g a, each summed to the shape of what it belongs to", check_mul_backward});

}  // namespace
}  // namespace tinymor
