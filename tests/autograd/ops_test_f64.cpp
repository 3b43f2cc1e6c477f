// One table of all differentiable operations: each row is checked by differences in double precision, with its inputs
// laid out in memory in two ways. An operation without a row fails the last test.

#include <set>

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

IntTensor ids(std::initializer_list<int32_t> values) {
  return IntTensor({int64_t(values.size())}, values);
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

using Inputs = std::vector<Variable>;

std::vector<Row> table() {
  std::vector<Row> rows;
  const auto binary = [&](const std::string& op, Variable (*f)(const Variable&, const Variable&), double low) {
    for (auto [a, b] : std::vector<std::pair<Shape, Shape>>{{{2, 3}, {2, 3}},
                                                            {{2, 3}, {3}},
                                                            {{2, 1}, {1, 4}},
                                                            {{3}, {}},
                                                            {{}, {2, 2}},
                                                            {{2, 1, 3}, {4, 1}},
                                                            {{0, 3}, {3}},
                                                            {{17}, {17}}})
      rows.push_back({op, {a, b}, [f](const Inputs& in) { return f(in[0], in[1]); }, low, 2});
  };
  binary("add", add, -1);
  binary("sub", sub, -1);
  binary("mul", mul, -1);
  binary("div", div, 0.5);
  const auto unary = [&](const std::string& op, Variable (*f)(const Variable&), double low, double high) {
    for (const Shape& shape : {Shape{}, Shape{1}, Shape{5, 7}, Shape{2, 3, 4}, Shape{0}, Shape{33}})
      rows.push_back({op, {shape}, [f](const Inputs& in) { return f(in[0]); }, low, high});
  };
  unary(
      "scale", [](const Variable& x) { return scale(x, Real(-2.5)); }, -1, 1);
  unary("exp", exp, -2, 2);
  unary("log", log, 0.2, 3);
  unary("sigmoid", sigmoid, -4, 4);
  unary("silu", silu, -4, 4);
  unary("sum", sum, -1, 1);
  unary(
      "reshape", [](const Variable& x) { return reshape(x, {-1}); }, -1, 1);
  for (auto [m, k, n] : std::vector<std::array<int64_t, 3>>{{1, 1, 1}, {3, 4, 5}, {2, 17, 1}, {1, 0, 2}, {14, 3, 18}}) {
    rows.push_back({"matmul", {{m, k}, {k, n}}, [](const Inputs& in) { return matmul(in[0], in[1]); }});
    rows.push_back({"linear", {{m, k}, {n, k}}, [](const Inputs& in) { return linear(in[0], in[1]); }});
  }
  for (const IntTensor& index : {ids({2, 0, 2, 2}), ids({}), ids({0, 1, 2}), ids({1})})
    rows.push_back({"gather_rows", {{3, 4}}, [index](const Inputs& in) { return gather_rows(in[0], index); }});
  for (const IntTensor& index : {ids({2, 0}), ids({}), ids({0, 1, 2}), ids({1})})
    rows.push_back({"replace_rows", {{3, 4}, {index.dim(0), 4}}, [index](const Inputs& in) {
                      return replace_rows(in[0], index, in[1]);
                    }});
  for (const Shape& x : {Shape{1, 1}, Shape{3, 5}, Shape{2, 19}, Shape{130, 2}, Shape{0, 3}}) {
    rows.push_back({"rms_norm", {x, {x[1]}}, [](const Inputs& in) { return rms_norm(in[0], in[1], Real(1e-5)); }});
    rows.push_back({"swiglu", {x, x}, [](const Inputs& in) { return swiglu(in[0], in[1]); }, -3, 3});
  }
  rows.push_back({"rope", {{4, 12}}, [](const Inputs& in) {
                    return rope(in[0], ids({0, 3, 7, 3}), RopeTable(8, 6, 10000));
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
  rows.push_back({"attention", {{35, 2}, {35, 2}, {35, 2}}, [](const Inputs& in) {  // longer than one strip of queries
                    return attention(in[0], in[1], in[2], causal({35}), 1, 1);
                  }});
  for (const IntTensor& targets : {ids({0, 4, 2}), ids({-1, 3, -1})})
    rows.push_back(
        {"cross_entropy", {{3, 5}}, [targets](const Inputs& in) { return cross_entropy(in[0], targets); }, -3, 3});
  rows.push_back({"cross_entropy",
                  {{2, 37}},
                  [](const Inputs& in) {
                    return cross_entropy(in[0], ids({36, 0}));
                  },
                  -3,
                  3});
  for (const Shape& shape : {Shape{1}, Shape{4, 3}})
    rows.push_back({"bce_with_logits",
                    {shape},
                    [](const Inputs& in) { return bce_with_logits(in[0], random_tensor(in[0].shape(), 5, 0, 1)); },
                    -4,
                    4});
  return rows;
}

}  // namespace

TEST_CASE("every op's gradient agrees with differences, whatever the shapes, strides and broadcasts") {
  for (const Row& row : table()) {
    std::vector<Tensor> plain, strided;
    std::string shapes;
    for (size_t i = 0; i < row.inputs.size(); ++i) {
      plain.push_back(random_tensor(row.inputs[i], 10 + i, row.low, row.high));
      strided.push_back(with_other_strides(plain.back()));
      shapes += row.inputs[i].text();
    }
    INFO(row.op << " " << shapes);
    CHECK(worst_gradient_error(row.f, plain) < 1e-8);
    CHECK(worst_gradient_error(row.f, strided) < 1e-8);
  }
}

TEST_CASE("no op exists without a row in the table of gradient checks") {
  std::set<std::string> checked, existing;
  for (const Row& row : table()) checked.insert(row.op);
  for (const Op* op : Op::all()) existing.insert(op->name());
  CHECK(existing.size() >= 18);
  CHECK(checked == existing);
}
