#include <algorithm>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

using Graph = std::vector<std::vector<int64_t>>;

std::string shown_graph(const Graph& graph) {
  std::string text;
  for (size_t i = 0; i < graph.size(); ++i)
    if (!graph[i].empty()) text += fmt::format("{}{} from {}", text.empty() ? "" : ", ", i, shown(graph[i]));
  return text;
}

/// Any order will do that has all the wanted nodes once, each after those that use it.
Finding compare(const std::string& graph_text, const Graph& graph, int64_t result, std::vector<int64_t> wanted) {
  trying(graph_text);
  const std::vector<int64_t> given = backward_order(graph, result);
  const std::string order = given.size() > 20 ? fmt::format("{} nodes", given.size()) : shown(given);
  const auto wrong = [&](const std::string& what, const char* hint) {
    return not_yet(fmt::format("{}: {}", graph_text, what), hint);
  };
  std::vector<int64_t> place(graph.size(), -1);
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i] < 0 || given[i] >= int64_t(graph.size()))
      return wrong(fmt::format("your order {} names node {}, which does not exist", order, given[i]), "");
    if (place[given[i]] >= 0)
      return wrong(fmt::format("your order {} visits node {} twice", order, given[i]),
                   "a node is used by several others, and visited once: when the last of them has been");
    place[given[i]] = int64_t(i);
  }
  for (int64_t node : wanted)
    if (place[node] < 0)
      return wrong(fmt::format("node {} of {} is missing in your order {}", node, wanted.size(), order), "");
  if (given.size() != wanted.size())
    return wrong(fmt::format("your order {} has {} nodes, but {} depends on {} only", order, given.size(), result,
                             wanted.size()),
                 "begin at the result and follow inputs; nodes that you do not reach do not belong");
  for (int64_t user : wanted)
    for (int64_t input : graph[user])
      if (place[input] < place[user])
        return wrong(
            fmt::format("your order {} visits {} before {}, which still has a gradient for it", order, input, user),
            "count the uses of each node first; a node's turn comes when its count reaches 0");
  return done();
}

Finding check_order() {
  const Graph chain{{}, {0}, {1}};
  // 0 is a; 1 = 0 + 0; 2 = 1 + 1; and 3 = 2 + 0 uses the leaf once more.
  const Graph shared{{}, {0, 0}, {1, 1}, {2, 0}};
  // The same kind of graph with numbers in no order: 1 is the leaf, 4 has nothing to do with 0.
  const Graph shuffled{{3, 2}, {}, {1, 3}, {1, 1}, {0, 1}};
  struct Case {
    const Graph& graph;
    int64_t result;
    std::vector<int64_t> nodes;
  };
  for (const auto& [graph, result, nodes] :
       {Case{chain, 2, {0, 1, 2}}, Case{shared, 3, {0, 1, 2, 3}}, Case{shuffled, 0, {0, 1, 2, 3}}}) {
    const Finding finding = compare(shown_graph(graph), graph, result, nodes);
    if (!finding.done) return finding;
  }
  Graph longest(1000000);
  std::vector<int64_t> all{0};
  for (int64_t i = 1; i < int64_t(longest.size()); ++i) {
    longest[i] = {i - 1};
    all.push_back(i);
  }
  return compare("a chain of 1000000 nodes", longest, int64_t(longest.size()) - 1, all);
}

const AddExercise add({3, "autograd_2_order", "The order of backward",
                       "count the uses of each node, begin with the result, and go on with a node that has no use left",
                       check_order});

}  // namespace
}  // namespace tinymor
