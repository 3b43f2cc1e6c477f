// Gradients of random graphs: a few values of random shapes, a few operations on whatever is there already, so that
// values are used again and again, and everything that came out as the result. Backward must agree with differences.
// Only smooth operations take part, and each keeps its results near 1: differences have too few digits for corners and
// for large derivatives. The others are in ops_test_f64.cpp.

#include <map>
#include <set>
#include <utility>

#include "autograd/recompute.h"
#include "support/gradient_check.h"
#include "support/random_cases.h"

using namespace tinymor;

namespace {

using Inputs = std::vector<Variable>;

/// A graph under construction. Which operation comes next, and on which values, depends on the random numbers and the
/// shapes alone, so that the function is the same one whenever it is computed.
class RandomGraph {
 public:
  RandomGraph(Random random, const Inputs& inputs) : random_(random), values_(inputs) {}

  /// Adds `steps` values, each from values that are there.
  void grow(int64_t steps) {
    while (steps > 0) {
      const Variable next = step(any());
      if (!next.defined()) continue;
      values_.push_back(next);
      --steps;
    }
  }

  /// All values as one.
  Variable result() const {
    Inputs flat;
    for (const Variable& value : values_) flat.push_back(reshape(value, {-1}));
    return concat(flat, 0);
  }

 private:
  const Variable& any() { return values_[random_.below(int64_t(values_.size()))]; }
  int64_t axis_of(const Variable& x) { return pick(random_, -x.rank(), x.rank() - 1); }

  /// Some value that broadcasts with x, or x.
  Variable partner(const Variable& x) {
    for (int tries = 0; tries < 4; ++tries) {
      const Variable& y = any();
      try {
        broadcast(x.shape(), y.shape(), "test");
        if (broadcast(x.shape(), y.shape(), "test").count() <= 60) return y;
      } catch (const Error&) {
      }
    }
    return x;
  }

  /// Some value in the shape of x.
  Variable twin(const Variable& x) {
    for (int tries = 0; tries < 4; ++tries)
      if (const Variable& y = any(); y.shape() == x.shape()) return y;
    return tanh(x);
  }

  IntTensor index(const Shape& shape, int64_t end) {
    std::vector<int32_t> numbers;
    for (int64_t i = 0; i < shape.count(); ++i) numbers.push_back(int32_t(random_.below(end)));
    return IntTensor(shape, numbers);
  }

  /// x as rows along the last axis.
  static Variable rows_of(const Variable& x) { return reshape(x, {x.shape().rows(), x.dim(-1)}); }

  /// A value computed from x, or nothing where what was drawn does not go with its shape.
  Variable step(const Variable& x) {
    switch (pick(random_, 0, 31)) {
      case 0:
        return tanh(x + partner(x));
      case 1:
        return x - partner(x) * scale(x, Real(0.5));
      case 2:
        return tanh(x) * tanh(partner(x));
      case 3:
        return x / (softplus(partner(x)) + 1);
      case 4:
        return exp(tanh(x));
      case 5:
        return one_in(random_, 2) ? log(softplus(x) + 1) : pow(softplus(x) + 1, -1.5);
      case 6:
        return sqrt(sigmoid(x) + 0.5);
      case 7:
        return gelu(x);
      case 8:
        return gelu_tanh(tanh(x));
      case 9:
        return silu(x);
      case 10:
        return dropout(x, 0.3, Random(uint64_t(random_.next())));
      case 11: {
        const Variable y = partner(x);
        const Shape shape = broadcast(x.shape(), y.shape(), "test");
        return where(random_tensor(shape, random_.next()) > 0, x, y);
      }
      case 12: {
        Variable y = scale(x, Real(0.5));
        const Variable other = partner(x);
        if (broadcast(x.shape(), other.shape(), "test") != x.shape()) return {};
        add_in_place(y, tanh(other));
        scale_in_place(y, Real(0.7));
        return y;
      }
      case 13:
        return recompute([](const Inputs& in) { return sigmoid(in[0]) * tanh(in[1]); }, {x, partner(x)});
      case 14:
      case 15: {
        const Axes axes = random_axes(random_, x.rank());
        const bool keep = one_in(random_, 2);
        if (one_in(random_, 2)) return tanh(sum(x, axes, keep));
        if (reduced_shape(x.shape(), axes).count() > 0 && x.value().count() == 0) return {};
        if (one_in(random_, 2)) return mean(x, axes, keep);
        if (one_in(random_, 2)) return logsumexp(x, axes, keep);
        return norm(x * x + 0.3, axes, keep);
      }
      case 16:
        return permute(x, random_order(random_, x.rank()));
      case 17: {
        if (x.rank() > 3) return {};
        std::vector<int64_t> dims = x.shape().dims();
        for (int64_t& d : dims) d = d == 1 ? pick(random_, 1, 3) : d;
        dims.insert(dims.begin(), pick(random_, 1, 2));
        return Shape(dims).count() <= 60 ? expand(x, Shape(dims)) : Variable();
      }
      case 18:
        return concat({reshape(x, {-1}), reshape(any(), {-1})}, 0);
      case 19: {
        const int64_t axis = pick(random_, 0, x.rank());
        return x.rank() < 4 ? stack({x, twin(x)}, axis) : Variable();
      }
      case 20:
        if (x.value().count() == 0) return {};
        return bce_with_logits(x, random_tensor(x.shape(), random_.next(), 0, 1));
      case 21: {
        // Two matrices that fit, from whatever there is.
        if (x.rank() < 1) return {};
        const Variable y = partner(x);
        if (y.rank() < 1 || y.dim(-1) != x.dim(-1)) return {};
        return tanh(linear(x, rows_of(y)));
      }
      case 22:
        if (x.rank() < 2) return {};
        return tanh(matmul(x, transpose(twin(x), -1, -2)));
      default:
        return x.rank() < 1 ? Variable() : step_along_axis(x, random_.below(9));
    }
  }

  /// The same, for operations that need an axis.
  Variable step_along_axis(const Variable& x, int64_t kind) {
    const int64_t axis = axis_of(x), extent = x.dim(axis);
    switch (kind) {
      case 0: {
        const int64_t begin = pick(random_, 0, extent), end = pick(random_, begin, extent);
        return slice(x, axis, begin, end, pick(random_, 1, 2));
      }
      case 1:
        return one_in(random_, 2) ? softmax(x, axis) : log_softmax(x, axis);
      case 2: {
        if (x.dim(-1) == 0) return {};
        Shape shape = x.shape();
        shape[-1] = pick(random_, 0, 4);
        return take_along(x, index(shape, x.dim(-1)));
      }
      default:
        break;
    }
    const Variable rows = rows_of(x);
    const int64_t n = rows.dim(0), d = rows.dim(1);
    if (n == 0 || d == 0) return {};
    switch (kind) {
      case 3: {
        if (one_in(random_, 2)) return embedding(rows, index(random_shape(random_, 2, 3), n));
        const Variable update = twin(rows);
        const IntTensor at = index({n}, n);
        return scatter_add_rows(rows, at, tanh(update));
      }
      case 4: {
        const std::vector<int64_t> order = random_order(random_, n);
        const int64_t count = pick(random_, 0, n);
        return replace_rows(rows, IntTensor({count}, std::vector<int32_t>(order.begin(), order.begin() + count)),
                            slice(twin(rows), 0, 0, count));
      }
      case 5:
        return rms_norm(x, sum(tanh(rows), {0}), Real(0.1));
      case 6:
        return layer_norm(x, tanh(sum(rows, {0})), mean(rows, {0}), Real(0.5));
      case 7: {
        if (one_in(random_, 2)) return swiglu(x, twin(x));
        if (d % 2 != 0) return {};
        return rope(rows, index({n}, 9), RopeTable(9, d, 100));
      }
      default: {
        if (one_in(random_, 2)) return cross_entropy(rows, index({n}, d));
        // One sequence, or two that share its rows, with one or two heads.
        const int64_t heads = d % 2 == 0 ? pick(random_, 1, 2) : 1, cut = pick(random_, 0, n - 1);
        AttentionPlan plan{{0, cut, n}, {0, cut}, {}};
        for (int64_t i = 0; i < n; ++i) plan.visible.push_back(int32_t(i < cut ? i + 1 : i - cut + 1));
        return attention(rows, tanh(rows), twin(rows), plan, heads, heads);
      }
    }
  }

  Random random_;
  Inputs values_;
};

}  // namespace

TEST_CASE("gradients of random graphs agree with differences") {
  std::map<std::string, int> seen;
  for_cases(1000, [&](Random& random) {
    std::vector<Tensor> inputs;
    std::string shapes;
    for (int64_t i = pick(random, 1, 3); i > 0; --i) {
      const Shape shape = random_shape(random, 3, 3);
      inputs.push_back(random_tensor(shape, random.next()));
      if (one_in(random, 2)) inputs.back() = with_other_strides(inputs.back());
      shapes += inputs.back().shape().text();
    }
    const int64_t steps = pick(random, 2, 10);
    const Function f = [&random = std::as_const(random), steps](const Inputs& in) {
      RandomGraph graph(random, in);
      graph.grow(steps);
      return graph.result();
    };
    Inputs leaves;
    for (const Tensor& x : inputs) leaves.push_back(Variable::parameter(x));
    for (const auto& node : tape_of(f(leaves)))
      if (node->op) ++seen[node->op->name()];
    INFO(shapes << ", " << steps << " steps");
    CHECK(worst_gradient_error(f, inputs) < 1e-7);
  });
  if (std::getenv("TINYMOR_CASE")) return;
  const std::set<std::string> with_corners{"relu", "max", "abs"};
  for (const Op* op : Op::all()) {
    INFO(op->name());
    CHECK((seen[op->name()] >= 5) == (with_corners.count(op->name()) == 0));
  }
}
