// One table of all differentiable operations: each row is checked by differences in double precision, with its inputs
// laid out in memory in two ways. An operation without a row fails the last test. A row that fails prints the line that
// runs it alone.

#include <cstdlib>
#include <set>

#include "autograd/recompute.h"
#include "support/catch.h"
#include "support/gradient_check.h"

using namespace tinymor;

namespace {

struct Row {
  std::string op;
  std::vector<Shape> inputs;
  Function f;
  double low = -1, high = 1;  // range of the inputs
};

using Inputs = std::vector<Variable>;

IntTensor ids(std::initializer_list<int32_t> values) {
  return IntTensor({int64_t(values.size())}, values);
}

const std::vector<Shape> kShapes{{}, {1}, {5, 7}, {2, 3, 4}, {0}, {33}, {1, 1, 3}, {2, 0, 3}, {3, 1, 2, 1}};

/// Index sets over `n` rows: repeated, empty, full, one.
std::vector<IntTensor> index_sets() {
  return {ids({2, 0, 2, 2}), ids({}), ids({0, 1, 2}), ids({1})};
}

AttentionPlan causal(std::vector<int64_t> lengths) {
  AttentionPlan plan{{0}, {}, {}};
  for (int64_t n : lengths) {
    plan.key_begin.push_back(plan.query_offsets.back());
    plan.query_offsets.push_back(plan.query_offsets.back() + n);
    for (int64_t i = 0; i < n; ++i) plan.visible.push_back(int32_t(i + 1));
  }
  return plan;
}

/// Two sequences of 3 and 1 queries over 5 and 4 keys, as in a cache with room to spare.
AttentionPlan cached() {
  return {{0, 3, 4}, {0, 6}, {2, 3, 5, 4}};
}

void add_arithmetic(std::vector<Row>& rows) {
  const std::vector<std::pair<Shape, Shape>> broadcasts{
      {{2, 3}, {2, 3}},    {{2, 3}, {3}},       {{2, 1}, {1, 4}}, {{3}, {}},       {{}, {2, 2}},          {{}, {}},
      {{1}, {}},           {{2, 1, 3}, {4, 1}}, {{0, 3}, {3}},    {{0, 1}, {4}},   {{17}, {17}},          {{1, 1}, {1}},
      {{2, 3, 4}, {3, 1}}, {{3, 1}, {2, 3, 4}}, {{1, 0}, {2, 1}}, {{40}, {2, 40}}, {{2, 1, 1, 2}, {3, 1}}};
  const auto binary = [&](const std::string& op, Variable (*f)(const Variable&, const Variable&), double low) {
    for (const auto& [a, b] : broadcasts)
      rows.push_back({op, {a, b}, [f](const Inputs& in) { return f(in[0], in[1]); }, low, 2});
  };
  binary("add", add, -1);
  binary("sub", sub, -1);
  binary("mul", mul, -1);
  binary("div", div, 0.5);
  binary(
      "where",
      [](const Variable& a, const Variable& b) {
        return where(random_tensor(broadcast(a.shape(), b.shape(), "test"), 3) > 0, a, b);
      },
      -1);
  for (const auto& [a, b] : broadcasts) {
    if (broadcast(a, b, "test") != a) continue;
    rows.push_back({"add_in_place", {a, b}, [](const Inputs& in) {
                      Variable y = scale(in[0], 3);
                      add_in_place(y, in[1]);
                      return y;
                    }});
    rows.push_back({"scale_in_place", {a, b}, [](const Inputs& in) {
                      Variable y = in[0] * in[1];
                      scale_in_place(y, Real(-2.5));
                      return y * in[0];
                    }});
  }
}

void add_elementwise(std::vector<Row>& rows) {
  const auto unary = [&](const std::string& op, Variable (*f)(const Variable&), double low, double high) {
    for (const Shape& shape : kShapes)
      rows.push_back({op, {shape}, [f](const Inputs& in) { return f(in[0]); }, low, high});
  };
  unary(
      "scale", [](const Variable& x) { return scale(x, Real(-2.5)); }, -1, 1);
  unary("exp", exp, -2, 2);
  unary("log", log, 0.2, 3);
  unary("sqrt", sqrt, 0.2, 3);
  unary("abs", abs, 0.2, 3);
  unary(
      "abs", [](const Variable& x) { return abs(-x); }, 0.2, 3);
  for (double exponent : {0.0, 1.0, 2.0, 7.0, -3.0, 0.5, -2.5})
    for (const Shape& shape : kShapes)
      rows.push_back({"pow", {shape}, [exponent](const Inputs& in) { return pow(in[0], exponent); }, 0.5, 2});
  unary(
      "pow", [](const Variable& x) { return pow(x, 3); }, -2, -0.2);
  unary(
      "where", [](const Variable& x) { return clamp(x, Real(-0.55), Real(0.45)); }, -1, 1);
  unary(
      "scale", [](const Variable& x) { return 2 - (1 + x * 3) / 4 - 1 / (3 + x); }, -1, 1);
  unary("relu", relu, -2, 2);
  unary("gelu", gelu, -4, 4);
  unary("gelu_tanh", gelu_tanh, -4, 4);
  unary("sigmoid", sigmoid, -4, 4);
  unary("silu", silu, -4, 4);
  unary("tanh", tanh, -4, 4);
  unary("softplus", softplus, -4, 4);
  unary(
      "dropout", [](const Variable& x) { return dropout(x, 0.4, Random(7)); }, -1, 1);
  unary(
      "recompute",
      [](const Variable& x) { return recompute([](const Inputs& in) { return silu(in[0] * in[0]); }, {x}); }, -2, 2);
  // A chain through values that are computed again instead of kept.
  unary(
      "mul", [](const Variable& x) { return silu(x) * sigmoid(gelu(x)) / exp(tanh(x)); }, -2, 2);
  for (const Shape& shape : {Shape{1}, Shape{3, 5}, Shape{2, 2, 19}, Shape{2, 1}, Shape{0, 4}, Shape{3, 0}}) {
    rows.push_back({"softmax", {shape}, [](const Inputs& in) { return softmax(in[0]); }, -3, 3});
    rows.push_back({"log_softmax", {shape}, [](const Inputs& in) { return log_softmax(in[0]); }, -3, 3});
    rows.push_back({"softmax", {shape}, [](const Inputs& in) { return softmax(in[0], 0); }, -3, 3});
  }
}

void add_reductions(std::vector<Row>& rows) {
  const std::vector<std::pair<Shape, Axes>> cases{{{}, {}},
                                                  {{4}, {0}},
                                                  {{2, 3, 4}, {0}},
                                                  {{2, 3, 4}, {1}},
                                                  {{2, 3, 4}, {-1}},
                                                  {{2, 3, 4}, {2, 0}},
                                                  {{2, 3, 4}, {1, 2}},
                                                  {{2, 3, 4}, {0, 1, 2}},
                                                  {{2, 3, 4}, {}},
                                                  {{3, 1, 2}, {1}},
                                                  {{0, 3}, {1}},
                                                  {{5, 70}, {0}},
                                                  {{3, 2, 2, 3}, {0, 2}}};
  for (const auto& [shape, axes] : cases)
    for (bool keep : {false, true}) {
      const auto add = [&](const std::string& op, Variable (*f)(const Variable&, const Axes&, bool)) {
        rows.push_back({op, {shape}, [f, axes = axes, keep](const Inputs& in) { return f(in[0], axes, keep); }});
      };
      add("sum", sum);
      add("scale", mean);
      add("max", max);
      add("logsumexp", logsumexp);
      add("norm", norm);
    }
  for (const Shape& shape : {Shape{}, Shape{4}, Shape{2, 3, 4}}) {
    rows.push_back({"max", {shape}, [](const Inputs& in) { return max(in[0]); }});
    rows.push_back({"scale", {shape}, [](const Inputs& in) { return mean(in[0]); }});
  }
  for (const Shape& shape : {Shape{0}, Shape{2, 0}})
    rows.push_back({"sum", {shape}, [](const Inputs& in) { return sum(in[0]) + sum(in[0], {-1}); }});
}

void add_shapes(std::vector<Row>& rows) {
  for (const Shape& shape : kShapes) {
    rows.push_back({"reshape", {shape}, [](const Inputs& in) { return reshape(in[0], {-1}); }});
    if (shape.rank() > 0)
      rows.push_back({"slice", {shape}, [](const Inputs& in) {
                        const int64_t n = in[0].dim(0);
                        return slice(in[0], 0, n / 3, n) * sum(slice(in[0], 0, 0, n, 2));
                      }});
    rows.push_back({"expand", {shape}, [](const Inputs& in) {
                      std::vector<int64_t> dims = in[0].shape().dims();
                      dims.insert(dims.begin(), 2);
                      return expand(in[0], Shape(dims));
                    }});
    rows.push_back({"concat", {shape, shape}, [](const Inputs& in) { return stack({in[0], in[1], in[0]}, 0); }});
  }
  for (const std::vector<int64_t>& order : {std::vector<int64_t>{2, 0, 1}, {0, 1, 2}, {1, 0, -1}})
    rows.push_back({"permute", {{2, 3, 4}}, [order](const Inputs& in) { return permute(in[0], order); }});
  rows.push_back({"permute", {{2, 3, 1}}, [](const Inputs& in) { return transpose(in[0], 0, -1); }});
  rows.push_back({"expand", {{2, 1, 3}}, [](const Inputs& in) { return expand(in[0], {4, 2, 5, 3}); }});
  rows.push_back({"concat", {{2, 3}, {2, 0}, {2, 2}}, [](const Inputs& in) {
                    return concat({in[0], in[1], in[2]}, 1);
                  }});
}

void add_rows(std::vector<Row>& rows) {
  for (const IntTensor& index : index_sets()) {
    rows.push_back({"gather_rows", {{3, 4}}, [index](const Inputs& in) { return gather_rows(in[0], index); }});
    rows.push_back({"scatter_add_rows", {{3, 4}, {index.dim(0), 4}}, [index](const Inputs& in) {
                      return scatter_add_rows(in[0], index, in[1]);
                    }});
  }
  for (const IntTensor& index : {ids({2, 0}), ids({}), ids({0, 1, 2}), ids({1})})
    rows.push_back({"replace_rows", {{3, 4}, {index.dim(0), 4}}, [index](const Inputs& in) {
                      return replace_rows(in[0], index, in[1]);
                    }});
  rows.push_back({"gather_rows", {{3, 130}}, [](const Inputs& in) {  // more than one piece of columns
                    return gather_rows(in[0], ids({2, 2, 0, 1, 2}));
                  }});
  rows.push_back({"gather_rows", {{4, 2}}, [](const Inputs& in) {
                    return embedding(in[0], ids({3, 0, 0, 3}).reshape({2, 1, 2}));
                  }});
  rows.push_back(
      {"take_along", {{2, 3, 5}}, [](const Inputs& in) { return take_along(in[0], top_k(in[0].value(), 2).indices); }});
  rows.push_back(
      {"take_along", {{2, 5}}, [](const Inputs& in) { return take_along(in[0], sort(in[0].value()).indices); }});
  rows.push_back({"take_along", {{2, 3}}, [](const Inputs& in) {
                    return take_along(in[0], ids({1, 1, 1, 1, 0, 2, 2, 2}).reshape({2, 4}));
                  }});
  rows.push_back({"take_along", {{2, 3}}, [](const Inputs& in) { return take_along(in[0], IntTensor({2, 0})); }});
}

void add_products(std::vector<Row>& rows) {
  for (auto [m, k, n] : std::vector<std::array<int64_t, 3>>{
           {1, 1, 1}, {3, 4, 5}, {2, 17, 1}, {1, 0, 2}, {14, 3, 18}, {0, 2, 3}, {3, 2, 0}, {1, 5, 3}}) {
    rows.push_back({"matmul", {{m, k}, {k, n}}, [](const Inputs& in) { return matmul(in[0], in[1]); }});
    rows.push_back({"linear", {{m, k}, {n, k}}, [](const Inputs& in) { return linear(in[0], in[1]); }});
    rows.push_back({"linear", {{2, m, k}, {n, k}}, [](const Inputs& in) { return linear(in[0], in[1]); }});
  }
  rows.push_back({"linear", {{3}, {2, 3}}, [](const Inputs& in) { return linear(in[0], in[1]); }});
  for (const auto& [a, b] : std::vector<std::pair<Shape, Shape>>{{{2, 3, 4}, {2, 4, 2}},
                                                                 {{3, 4}, {2, 4, 2}},
                                                                 {{2, 3, 4}, {4, 2}},
                                                                 {{2, 1, 3, 4}, {5, 4, 2}},
                                                                 {{0, 3, 4}, {4, 2}}})
    rows.push_back({"matmul", {a, b}, [](const Inputs& in) { return matmul(in[0], in[1]); }});
  rows.push_back({"matmul", {{4, 3}, {4, 5}}, [](const Inputs& in) { return matmul(transpose(in[0], 0, 1), in[1]); }});
}

void add_layers(std::vector<Row>& rows) {
  for (const Shape& x :
       {Shape{1, 1}, Shape{3, 5}, Shape{2, 19}, Shape{130, 2}, Shape{0, 3}, Shape{2, 2, 3}, Shape{4}}) {
    rows.push_back({"rms_norm", {x, {x[-1]}}, [](const Inputs& in) { return rms_norm(in[0], in[1], Real(1e-5)); }});
    // Through linear, which keeps the recipe of its input.
    rows.push_back({"rms_norm", {x, {x[-1]}, {2, x[-1]}}, [](const Inputs& in) {
                      return linear(rms_norm(in[0], in[1], Real(1e-5)), in[2]);
                    }});
    rows.push_back({"layer_norm", {x, {x[-1]}, {x[-1]}}, [](const Inputs& in) {
                      return layer_norm(in[0], in[1], in[2], Real(1e-2));
                    }});
    rows.push_back(
        {"swiglu", {x, x, {2, x[-1]}}, [](const Inputs& in) { return linear(swiglu(in[0], in[1]), in[2]); }, -3, 3});
  }
  for (int64_t width : {2, 6, 32, 36})
    rows.push_back({"rope", {{4, 2 * width}}, [width](const Inputs& in) {
                      return rope(in[0], ids({0, 3, 7, 3}), RopeTable(8, width, 10000));
                    }});
  for (auto [heads, kv_heads] : {std::pair<int64_t, int64_t>{1, 1}, {4, 2}, {2, 2}, {4, 1}}) {
    rows.push_back({"attention",
                    {{6, heads * 4}, {6, kv_heads * 4}, {6, kv_heads * 4}},
                    [heads = heads, kv_heads = kv_heads](const Inputs& in) {
                      return attention(in[0], in[1], in[2], causal({4, 0, 1, 1}), heads, kv_heads);
                    }});
    rows.push_back({"attention",
                    {{4, heads * 2}, {11, kv_heads * 2}, {11, kv_heads * 2}},
                    [heads = heads, kv_heads = kv_heads](const Inputs& in) {
                      return attention(in[0], in[1], in[2], cached(), heads, kv_heads);
                    }});
  }
  // Longer than one strip of queries, and with heads that fill a panel.
  for (int64_t width : {2, 32})
    rows.push_back({"attention", {{35, 2 * width}, {35, width}, {35, width}}, [](const Inputs& in) {
                      return attention(in[0], in[1], in[2], causal({35}), 2, 1);
                    }});
}

void add_losses(std::vector<Row>& rows) {
  for (const IntTensor& targets : {ids({0, 4, 2}), ids({-1, 3, -1})})
    rows.push_back(
        {"cross_entropy", {{3, 5}}, [targets](const Inputs& in) { return cross_entropy(in[0], targets); }, -3, 3});
  rows.push_back({"cross_entropy",
                  {{2, 37}},
                  [](const Inputs& in) {
                    return cross_entropy(in[0], ids({36, 5}), Reduction::sum, 5);
                  },
                  -3,
                  3});
  rows.push_back({"cross_entropy", {{3, 5}}, [](const Inputs& in) {
                    return cross_entropy(in[0], ids({-1, 3, 0}), Reduction::none);
                  }});
  for (const Shape& shape : {Shape{1}, Shape{4, 3}})
    rows.push_back({"bce_with_logits",
                    {shape},
                    [](const Inputs& in) { return bce_with_logits(in[0], random_tensor(in[0].shape(), 5, 0, 1)); },
                    -4,
                    4});
}

std::vector<Row> table() {
  std::vector<Row> rows;
  for (auto add :
       {add_arithmetic, add_elementwise, add_reductions, add_shapes, add_rows, add_products, add_layers, add_losses})
    add(rows);
  return rows;
}

}  // namespace

TEST_CASE("every op's gradient agrees with differences, whatever the shapes, strides and broadcasts") {
  const std::vector<Row> rows = table();
  const char* wanted = std::getenv("TINYMOR_CASE");
  size_t checked = 0;
  for (size_t number = 0; number < rows.size(); ++number) {
    if (wanted && std::to_string(number) != wanted) continue;
    const Row& row = rows[number];
    std::vector<Tensor> plain, strided;
    std::string shapes;
    for (size_t i = 0; i < row.inputs.size(); ++i) {
      plain.push_back(random_tensor(row.inputs[i], 10 + i, row.low, row.high));
      strided.push_back(with_other_strides(plain.back()));
      shapes += row.inputs[i].text();
    }
    INFO(row.op << " " << shapes << "; alone: TINYMOR_CASE=" << number << " build/tests/test_autograd_f64 'every op*'");
    CHECK(worst_gradient_error(row.f, plain) < 1e-8);
    CHECK(worst_gradient_error(row.f, strided) < 1e-8);
    ++checked;
  }
  CHECK(checked == (wanted ? 1 : rows.size()));
}

TEST_CASE("no op exists without a row in the table of gradient checks") {
  std::set<std::string> checked, existing;
  for (const Row& row : table()) checked.insert(row.op);
  for (const Op* op : Op::all()) existing.insert(op->name());
  CHECK(existing.size() >= 40);
  CHECK(checked == existing);
}
