// Values and gradients of every differentiable operation against PyTorch's, which torch/make_vectors.py computed in
// double precision. The file says what goes in and what must come out; the table below says how a case is computed
// here. A case is run twice, with its inputs laid out in memory in two ways.

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "autograd/recompute.h"
#include "support/catch.h"
#include "support/gradient_check.h"
#include "tensor/safetensors.h"

using namespace tinymor;

namespace {

using Inputs = std::vector<Variable>;

/// Everything the file holds under one "function/number/".
class Case {
 public:
  void add(const std::string& field, Tensor tensor) { fields_[field] = std::move(tensor); }

  bool has(const std::string& field) const { return fields_.count(field) > 0; }
  const Tensor& tensor(const std::string& field) const {
    INFO("field " << field);
    REQUIRE(has(field));
    return fields_.at(field);
  }
  double number(const std::string& field) const { return tensor(field).item(); }
  int64_t integer(const std::string& field) const { return int64_t(number(field)); }
  std::vector<int64_t> integers(const std::string& field) const {
    const std::vector<Real> numbers = tensor(field).to_vector();
    return {numbers.begin(), numbers.end()};
  }
  Shape shape(const std::string& field) const { return Shape(integers(field)); }
  /// As a view with gaps, like a column of a batch.
  IntTensor ids(const std::string& field) const {
    std::vector<int64_t> dims = tensor(field).shape().dims();
    dims.push_back(2);
    std::vector<int32_t> numbers;
    for (int64_t number : integers(field)) numbers.insert(numbers.end(), {-1000, int32_t(number)});
    return IntTensor(Shape(dims), numbers).select(-1, 1);
  }
  AttentionPlan plan() const {
    const std::vector<int64_t> visible = integers("visible");
    return {integers("query_offsets"), integers("key_begin"), {visible.begin(), visible.end()}};
  }

 private:
  std::map<std::string, Tensor> fields_;
};

/// Reports where `actual` is further than 1e-5 (1 + |x|) from `expected`: float carries seven digits, and no case adds
/// up enough numbers to lose more than two of them.
void check_close(const std::string& what, const Tensor& actual, const Tensor& expected) {
  INFO(what);
  REQUIRE(actual.shape() == expected.shape());
  const std::vector<Real> ours = actual.to_vector(), theirs = expected.to_vector();
  for (size_t i = 0; i < ours.size(); ++i) {
    if (ours[i] == theirs[i]) continue;  // infinities too
    INFO("element " << i << ": " << ours[i] << " here, " << theirs[i] << " there");
    CHECK(std::abs(double(ours[i]) - double(theirs[i])) <= 1e-5 * (1 + std::abs(double(theirs[i]))));
  }
}

/// Twice the input as a value of its own, which may be changed in place.
Variable doubled(const Variable& x) {
  return scale(x, 2);
}

using Compute = Variable (*)(const Case&, const Inputs&);

const std::map<std::string, Compute>& table() {
  static const std::map<std::string, Compute> functions{
      {"add", [](const Case&, const Inputs& in) { return in[0] + in[1]; }},
      {"sub", [](const Case&, const Inputs& in) { return in[0] - in[1]; }},
      {"mul", [](const Case&, const Inputs& in) { return in[0] * in[1]; }},
      {"div", [](const Case&, const Inputs& in) { return in[0] / in[1]; }},
      {"where", [](const Case& c, const Inputs& in) { return where(c.tensor("condition"), in[0], in[1]); }},
      {"scale", [](const Case& c, const Inputs& in) { return scale(in[0], Real(c.number("factor"))); }},
      {"scale_in_place",
       [](const Case& c, const Inputs& in) {
         Variable y = doubled(in[0]);
         scale_in_place(y, Real(c.number("factor")));
         return y;
       }},
      {"add_in_place",
       [](const Case& c, const Inputs& in) {
         Variable y = doubled(in[0]);
         add_in_place(y, c.has("uses_itself") ? in[0] * in[1] : in[1]);
         return y;
       }},
      {"exp", [](const Case&, const Inputs& in) { return exp(in[0]); }},
      {"log", [](const Case&, const Inputs& in) { return log(in[0]); }},
      {"sqrt", [](const Case&, const Inputs& in) { return sqrt(in[0]); }},
      {"abs", [](const Case&, const Inputs& in) { return abs(in[0]); }},
      {"pow", [](const Case& c, const Inputs& in) { return pow(in[0], c.number("exponent")); }},
      {"clamp",
       [](const Case& c, const Inputs& in) { return clamp(in[0], Real(c.number("low")), Real(c.number("high"))); }},
      {"relu", [](const Case&, const Inputs& in) { return relu(in[0]); }},
      {"gelu", [](const Case&, const Inputs& in) { return gelu(in[0]); }},
      {"gelu_tanh", [](const Case&, const Inputs& in) { return gelu_tanh(in[0]); }},
      {"sigmoid", [](const Case&, const Inputs& in) { return sigmoid(in[0]); }},
      {"silu", [](const Case&, const Inputs& in) { return silu(in[0]); }},
      {"tanh", [](const Case&, const Inputs& in) { return tanh(in[0]); }},
      {"softplus", [](const Case&, const Inputs& in) { return softplus(in[0]); }},
      {"softmax", [](const Case& c, const Inputs& in) { return softmax(in[0], c.integer("axis")); }},
      {"log_softmax", [](const Case& c, const Inputs& in) { return log_softmax(in[0], c.integer("axis")); }},
      {"dropout", [](const Case& c,
                     const Inputs& in) { return dropout(in[0], c.number("p"), Random(uint64_t(c.integer("seed")))); }},
      {"sum", [](const Case& c, const Inputs& in) { return sum(in[0], c.integers("axes"), c.integer("keep")); }},
      {"mean", [](const Case& c, const Inputs& in) { return mean(in[0], c.integers("axes"), c.integer("keep")); }},
      {"max", [](const Case& c, const Inputs& in) { return max(in[0], c.integers("axes"), c.integer("keep")); }},
      {"logsumexp",
       [](const Case& c, const Inputs& in) { return logsumexp(in[0], c.integers("axes"), c.integer("keep")); }},
      {"norm", [](const Case& c, const Inputs& in) { return norm(in[0], c.integers("axes"), c.integer("keep")); }},
      {"sum_all", [](const Case&, const Inputs& in) { return sum(in[0]); }},
      {"mean_all", [](const Case&, const Inputs& in) { return mean(in[0]); }},
      {"reshape", [](const Case& c, const Inputs& in) { return reshape(in[0], c.shape("shape")); }},
      {"permute", [](const Case& c, const Inputs& in) { return permute(in[0], c.integers("order")); }},
      {"transpose", [](const Case& c, const Inputs& in) { return transpose(in[0], c.integer("a"), c.integer("b")); }},
      {"slice",
       [](const Case& c, const Inputs& in) {
         return slice(in[0], c.integer("axis"), c.integer("begin"), c.integer("end"), c.integer("step"));
       }},
      {"expand", [](const Case& c, const Inputs& in) { return expand(in[0], c.shape("shape")); }},
      {"concat", [](const Case& c, const Inputs& in) { return concat(in, c.integer("axis")); }},
      {"stack", [](const Case& c, const Inputs& in) { return stack(in, c.integer("axis")); }},
      {"gather_rows", [](const Case& c, const Inputs& in) { return gather_rows(in[0], c.ids("index")); }},
      {"scatter_add_rows",
       [](const Case& c, const Inputs& in) { return scatter_add_rows(in[0], c.ids("index"), in[1]); }},
      {"replace_rows", [](const Case& c, const Inputs& in) { return replace_rows(in[0], c.ids("index"), in[1]); }},
      {"embedding", [](const Case& c, const Inputs& in) { return embedding(in[0], c.ids("ids")); }},
      {"take_along", [](const Case& c, const Inputs& in) { return take_along(in[0], c.ids("index")); }},
      {"matmul", [](const Case&, const Inputs& in) { return matmul(in[0], in[1]); }},
      {"linear", [](const Case&, const Inputs& in) { return linear(in[0], in[1]); }},
      {"rms_norm", [](const Case& c, const Inputs& in) { return rms_norm(in[0], in[1], Real(c.number("eps"))); }},
      {"layer_norm",
       [](const Case& c, const Inputs& in) { return layer_norm(in[0], in[1], in[2], Real(c.number("eps"))); }},
      {"swiglu", [](const Case&, const Inputs& in) { return swiglu(in[0], in[1]); }},
      {"recompute",
       [](const Case&, const Inputs& in) {
         return recompute([](const Inputs& again) { return sigmoid(again[0] * again[1]) * again[0]; }, in);
       }},
      {"rope",
       [](const Case& c, const Inputs& in) {
         return rope(in[0], c.ids("positions"), RopeTable(40, c.integer("width"), c.number("theta")));
       }},
      {"attention",
       [](const Case& c, const Inputs& in) {
         return attention(in[0], in[1], in[2], c.plan(), c.integer("heads"), c.integer("kv_heads"));
       }},
      {"cross_entropy",
       [](const Case& c, const Inputs& in) {
         return cross_entropy(in[0], c.ids("targets"), Reduction(c.integer("reduction")), int32_t(c.integer("ignore")));
       }},
      {"bce_with_logits", [](const Case& c, const Inputs& in) { return bce_with_logits(in[0], c.tensor("targets")); }},
  };
  return functions;
}

/// The file's cases: function -> number -> fields.
std::map<std::string, std::map<int, Case>> read_cases() {
  std::map<std::string, std::map<int, Case>> cases;
  for (const auto& [name, tensor] : read_safetensors(TINYMOR_TEST_DATA "/autograd/torch/vectors.safetensors").tensors) {
    const size_t first = name.find('/'), last = name.rfind('/');
    INFO(name);
    REQUIRE(first < last);
    cases[name.substr(0, first)][std::stoi(name.substr(first + 1, last - first - 1))].add(name.substr(last + 1),
                                                                                          tensor);
  }
  return cases;
}

/// Computes the case here, compares, and adds the operations that took part to `ops`.
void check_case(const Case& c, Compute compute, Tensor (*lay_out)(const Tensor&), std::set<std::string>& ops) {
  Inputs in;
  for (size_t i = 0; c.has("input" + std::to_string(i)); ++i)
    in.push_back(Variable::parameter(lay_out(c.tensor("input" + std::to_string(i)))));
  const Variable y = compute(c, in);
  for (const auto& node : tape_of(y))
    if (node->op) ops.insert(node->op->name());
  check_close("output", y.value(), c.tensor("output"));
  y.backward(c.tensor("cotangent"));
  for (size_t i = 0; i < in.size(); ++i) {
    const Tensor& grad = in[i].grad();
    check_close("grad" + std::to_string(i), grad.defined() ? grad : Tensor::zeros(in[i].shape()),
                c.tensor("grad" + std::to_string(i)));
  }
}

}  // namespace

TEST_CASE("every op gives PyTorch's values and gradients") {
  std::set<std::string> in_file, in_table, ops, existing;
  for (const auto& [function, numbered] : read_cases()) {
    in_file.insert(function);
    const auto row = table().find(function);
    if (row == table().end()) continue;  // reported below
    for (const auto& [number, c] : numbered) {
      INFO(function << "/" << number);
      check_case(
          c, row->second, [](const Tensor& x) { return x; }, ops);
      INFO("with other strides");
      check_case(c, row->second, with_other_strides, ops);
    }
  }
  for (const auto& [function, compute] : table()) in_table.insert(function);
  CHECK(in_file == in_table);
  for (const Op* op : Op::all()) existing.insert(op->name());
  CHECK(ops == existing);
}
