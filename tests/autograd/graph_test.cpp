#include "autograd/graph.h"

#include "autograd/ops.h"
#include "support/catch.h"

using namespace tinymor;

TEST_CASE("a graph lists inputs before results, with values and gradients") {
  const Variable a = Variable::parameter(Tensor(2), "a"), b = Variable::parameter(Tensor(-3), "b");
  const KeepValues keep;
  const Variable c(Tensor(10));
  const Variable y = a * b + c;
  y.backward(Graph::retain);
  const std::vector<GraphNode> graph = graph_of(y);
  REQUIRE(graph.size() == 5);
  CHECK(graph[0].name == "a");
  CHECK(graph[0].value.item() == 2);
  CHECK(graph[0].grad.item() == -3);
  CHECK(graph[1].name == "b");
  CHECK(graph[2].op == "mul");
  CHECK(graph[2].inputs == std::vector<int64_t>{0, 1});
  CHECK(graph[2].value.item() == -6);
  CHECK(graph[2].grad.item() == 1);
  CHECK(graph[3].op == "constant");
  CHECK(graph[3].value.item() == 10);
  CHECK(graph[4].op == "add");
  CHECK(graph[4].inputs == std::vector<int64_t>{2, 3});
  CHECK(graph[4].value.item() == 4);
}

TEST_CASE("without KeepValues a graph has shapes and structure, and no values") {
  const Variable x = Variable::parameter(Tensor::ones({2, 3}), "x");
  const std::vector<GraphNode> graph = graph_of(sum(mul(x, x)));
  REQUIRE(graph.size() == 3);
  CHECK(graph[1].inputs == std::vector<int64_t>{0, 0});
  CHECK(graph[1].shape == Shape{2, 3});
  CHECK_FALSE(graph[1].value.defined());
  CHECK(graph_of(1).empty());
}

TEST_CASE("a graph in Graphviz's language names op, shape, value and gradient") {
  const KeepValues keep;
  const Variable x = Variable::parameter(Tensor({2}, {1, 3}), "the \"x\"");
  const Variable y = sum(exp(x));
  y.backward(Graph::retain);
  const std::string text = graphviz(graph_of(y));
  CHECK_THAT(text, ContainsSubstring("digraph {"));
  CHECK_THAT(
      text, ContainsSubstring("n0 [label=\"parameter the \\\"x\\\"\\n[2]\\nvalue [1, 3]\\ngrad [2.71828, 20.0855]\"]"));
  CHECK_THAT(text, ContainsSubstring("n1 [label=\"exp\\n[2]\\nvalue [2.71828, 20.0855]\\ngrad [1, 1]\"]"));
  CHECK_THAT(text, ContainsSubstring("n1 -> n2;"));
}
