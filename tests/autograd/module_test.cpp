#include "autograd/module.h"

#include "autograd/embedding.h"
#include "autograd/layer_norm.h"
#include "autograd/linear.h"

#include "autograd/ops.h"
#include "support/catch.h"
#include "tensor/error.h"

using namespace tinymor;

namespace {

struct Block : Module {
  Linear inner;
  explicit Block(Random& random) : inner(4, 4, random, false) {}
  void members(Members& m) override { m("inner", inner); }
};

struct Net : Module {
  Embedding table;
  std::vector<Block> blocks;
  LayerNorm norm{4};
  Variable head;  // the table again
  Tensor steps = Tensor(3);

  explicit Net(uint64_t seed) : table(table_of(seed)), head(table.weight) {
    Random random(seed, 1);
    for (int i = 0; i < 2; ++i) blocks.emplace_back(random);
  }
  Variable operator()(const IntTensor& ids) const {
    Variable x = table(ids);
    for (const Block& block : blocks) x = x + tanh(block.inner(x));
    return linear(norm(x), head);
  }
  void members(Members& m) override {
    m("table", table);
    m("blocks", blocks);
    m("norm", norm);
    m("head", head);
    m("steps", steps);
  }

 private:
  static Embedding table_of(uint64_t seed) {
    Random random(seed);
    return Embedding(5, 4, random);
  }
};

std::vector<std::string> keys(const std::map<std::string, Tensor>& state) {
  std::vector<std::string> names;
  for (const auto& entry : state) names.push_back(entry.first);
  return names;
}

}  // namespace

TEST_CASE("a module lists parameters by path, a shared one once") {
  Net net(1);
  std::vector<std::string> names;
  for (const Variable* parameter : net.parameters()) names.push_back(parameter->name());
  CHECK(names == std::vector<std::string>{"table.weight", "blocks.0.inner.weight", "blocks.1.inner.weight",
                                          "norm.weight", "norm.bias"});
  CHECK(net.parameter_count() == 5 * 4 + 2 * 16 + 4 + 4);
}

TEST_CASE("a state dict holds parameters and buffers once each, and loading it gives the same outputs") {
  Net first(1), second(2);
  CHECK(keys(first.state_dict()) == std::vector<std::string>{"blocks.0.inner.weight", "blocks.1.inner.weight",
                                                             "norm.bias", "norm.weight", "steps", "table.weight"});
  first.steps.fill(8);
  const IntTensor ids({3}, {4, 0, 4});
  CHECK(first(ids).value().to_vector() != second(ids).value().to_vector());
  second.load_state_dict(first.state_dict());
  CHECK(first(ids).value().to_vector() == second(ids).value().to_vector());
  CHECK(second.steps.item() == 8);
}

TEST_CASE("a copy that was unshared has the same numbers in memory of its own, and shares within itself") {
  const Net net(3);
  Net copy = net;
  const IntTensor ids({2}, std::vector<int32_t>{1, 4});
  sum(copy(ids)).backward();
  copy.unshare();
  CHECK_FALSE(copy.table.weight.grad().defined());
  CHECK(copy(ids).value().to_vector() == net(ids).value().to_vector());
  CHECK(copy.parameters().size() == net.parameters().size());
  copy.head.mutable_value().mutable_data()[0] += 1;
  copy.steps.mutable_data()[0] += 1;
  CHECK(copy.table.weight.value().data()[0] == net.table.weight.value().data()[0] + 1);
  CHECK(net.steps.item() == 3);
}

TEST_CASE("a state that is not the module's is refused by name and changes nothing") {
  Net net(1);
  const auto before = net.state_dict().at("blocks.0.inner.weight").to_vector();
  auto state = Net(2).state_dict();
  state["blocks.1.inner.weight"] = Tensor::zeros({4, 3});
  CHECK_THROWS_WITH(net.load_state_dict(state),
                    ContainsSubstring("blocks.1.inner.weight: has the shape [4,3], not [4,4]"));
  state.erase("blocks.1.inner.weight");
  CHECK_THROWS_WITH(net.load_state_dict(state), ContainsSubstring("blocks.1.inner.weight: is missing"));
  state = Net(2).state_dict();
  state["extra"] = Tensor(1);
  CHECK_THROWS_WITH(net.load_state_dict(state), ContainsSubstring("extra: is not part of this model"));
  CHECK(net.state_dict().at("blocks.0.inner.weight").to_vector() == before);
}

TEST_CASE("gradients of a shared parameter add up over its uses, and zero_grad forgets them") {
  Net net(1);
  sum(net(IntTensor({2}, {1, 2}))).backward();
  for (const Variable* parameter : net.parameters()) CHECK(parameter->grad().defined());
  // Row 3 is never embedded: its gradient comes from the head alone.
  const Tensor grad = net.table.weight.grad();
  CHECK(grad.at({3, 0}) != 0);
  CHECK(grad.at({3, 0}) != grad.at({1, 0}));
  net.zero_grad();
  for (const Variable* parameter : net.parameters()) CHECK_FALSE(parameter->grad().defined());
}
