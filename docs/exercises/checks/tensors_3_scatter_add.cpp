#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_scatter_add() {
  const Tensor x({3, 2}, {1, 2, 3, 4, 5, 6});
  struct Case {
    const char* what;
    int64_t rows;
    IntTensor index;
    Tensor x, result;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{"rows (1,2) (3,4) (5,6) at 2, 0, 1", 3, IntTensor({3}, {2, 0, 1}), x,
                          Tensor({3, 2}, {3, 4, 5, 6, 1, 2}), "row i of x belongs into row index.data()[i] of y"},
                         {"rows (1,2) (3,4) (5,6) at 2, 0, 2", 3, IntTensor({3}, {2, 0, 2}), x,
                          Tensor({3, 2}, {3, 4, 0, 0, 6, 8}), "row 2 is named twice: add, do not assign"},
                         {"rows (1,3,5) (2,4,6), a transposed view, at 1, 0", 2, IntTensor({2}, {1, 0}),
                          x.transpose(0, 1), Tensor({2, 3}, {2, 4, 6, 1, 3, 5}),
                          "in a view, neighbours may not be next to each other in memory: x.at({i, j}) knows where"},
                         {"no rows at all into 2 rows of width 2", 2, IntTensor(Shape{0}), x.slice(0, 0, 0),
                          Tensor::zeros({2, 2}), "begin with Tensor::zeros({rows, d}), d = x.dim(1)"}}) {
    trying(wanted.what);
    const Tensor given = scatter_add(wanted.rows, wanted.index, wanted.x);
    if (!same(given, wanted.result))
      return not_yet(fmt::format("{}: should be {}, you gave {}", wanted.what, shown(wanted.result), shown(given)),
                     wanted.hint);
  }
  return done();
}

const AddExercise add({2, "tensors_3_scatter_add", "Adding rows where an index says",
                       "begin with Tensor::zeros({rows, d}) and add each row of x to its place", check_scatter_add});

}  // namespace
}  // namespace tinymor
