#include "autograd/sequential.h"

#include "autograd/layer_norm.h"
#include "autograd/linear.h"
#include "support/catch.h"

using namespace tinymor;

TEST_CASE("a Sequential calls its steps one after the other and lists the parameters of its modules") {
  Random random(1);
  const Linear first(3, 4, random), last(4, 2, random, false);
  Sequential net{first, Tanh(), LayerNorm(4), [](const Variable& x) { return x * 2; }, last};
  const Tensor x = random_normal({5, 3}, random);
  CHECK(net(x).value().to_vector() == last(LayerNorm(4)(tanh(first(x))) * 2).value().to_vector());
  std::vector<std::string> names;
  for (const Variable* parameter : net.parameters()) names.push_back(parameter->name());
  CHECK(names == std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias", "4.weight"});
}

TEST_CASE("an unshared copy of a Sequential has numbers of its own") {
  Random random(1);
  Sequential net{Sequential{Linear(2, 3, random), ReLU()}, Linear(3, 1, random)};
  Sequential copy = net;
  copy.unshare();
  for (Variable* parameter : copy.parameters()) parameter->mutable_value().fill(0);
  CHECK(copy(Tensor::ones({1, 2})).item() == 0);
  CHECK(net(Tensor::ones({1, 2})).item() != 0);
  net = copy;
  CHECK(net(Tensor::ones({1, 2})).item() == 0);
}
