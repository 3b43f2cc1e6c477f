#include "visualizer/runs/text_tree.h"

#include "support/catch.h"
#include "visualizer/runs/draw.h"

using namespace tinymor;

namespace {

/// The first token is the prompt; the others were drawn.
std::vector<GeneratedPiece> text_of(const std::vector<int32_t>& ids, int depth = 1) {
  std::vector<GeneratedPiece> text;
  for (const int32_t id : ids) {
    text.push_back({"t" + std::to_string(id), id, depth, text.empty(), {}});
    if (text.size() > 1) text.back().draw = std::make_shared<const Draw>();
  }
  return text;
}

void follow(TextTree& tree, std::vector<GeneratedPiece> text) {
  tree.follow(text);
}

std::vector<int32_t> ids_of(const TextTree& tree, const std::vector<int>& nodes) {
  std::vector<int32_t> ids;
  for (const int node : nodes) ids.push_back(tree.nodes[size_t(node)].token.id);
  return ids;
}

using Ids = std::vector<int32_t>;

}  // namespace

TEST_CASE("a text that grows is one branch, and taking tokens back loses none of them") {
  TextTree tree;
  follow(tree, text_of({1, 2}));
  follow(tree, text_of({1, 2, 3, 4}));
  CHECK(tree.branches == 1);
  CHECK(ids_of(tree, tree.path(tree.tip)) == Ids{1, 2, 3, 4});
  follow(tree, text_of({1, 2}));
  CHECK(ids_of(tree, tree.path(tree.tip)) == Ids{1, 2});
  CHECK(tree.nodes.size() == 4);
  CHECK(stretches(tree).size() == 1);
  follow(tree, {});
  CHECK(tree.tip == -1);
  CHECK(tree.path(tree.tip).empty());
  CHECK(tree.nodes.size() == 4);
}

TEST_CASE("another token at a place forks the tree, and the numbers of branches never change") {
  TextTree tree;
  follow(tree, text_of({1, 2, 3, 4}));
  follow(tree, text_of({1, 2, 7, 8}));
  follow(tree, text_of({1, 2, 7, 9}));
  follow(tree, text_of({1, 2, 3, 5}));
  CHECK(tree.branches == 4);
  CHECK(ids_of(tree, tree.path(tree.end_of(0))) == Ids{1, 2, 3, 4});
  CHECK(ids_of(tree, tree.path(tree.end_of(1))) == Ids{1, 2, 7, 8});
  CHECK(ids_of(tree, tree.path(tree.end_of(2))) == Ids{1, 2, 7, 9});
  CHECK(ids_of(tree, tree.path(tree.end_of(3))) == Ids{1, 2, 3, 5});
  CHECK(tree.end_of(4) == -1);
  std::vector<Ids> in_order;
  std::vector<int> forks;
  for (const TextStretch& stretch : stretches(tree)) {
    in_order.push_back(ids_of(tree, stretch.nodes));
    forks.push_back(stretch.forks);
    CHECK(stretch.last == tree.nodes[size_t(stretch.nodes.back())].next.empty());
  }
  CHECK(in_order == std::vector<Ids>{{1, 2}, {3}, {4}, {5}, {7}, {8}, {9}});
  CHECK(forks == std::vector<int>{0, 1, 2, 2, 1, 2, 2});
}

TEST_CASE("a text that begins otherwise is a tree beside the first, and a typed token is not a written one") {
  TextTree tree;
  follow(tree, text_of({1, 2}));
  follow(tree, text_of({9, 2}));
  CHECK(tree.first.size() == 2);
  std::vector<GeneratedPiece> typed = text_of({1, 2});
  typed[1].prompt = true;
  follow(tree, typed);
  CHECK(tree.branches == 3);
  CHECK(stretches(tree).size() == 4);
  const GenerateRequest request = tree.go_back({}, tree.end_of(2));
  CHECK(request.kept == Ids{1, 2});
  CHECK(request.kept_prompt == 2);
  CHECK(request.max_tokens == 0);
  CHECK(tree.go_back({}, tree.end_of(0)).kept_prompt == 1);
}

TEST_CASE(
    "a text that comes back has its draws, times and cache again, up to where other weights chose another depth") {
  TextTree tree;
  std::vector<GeneratedPiece> written = text_of({1, 2, 3, 4});
  for (GeneratedPiece& token : written) {
    token.seconds = 0.5;
    token.cached = 7;
    token.kv_bytes = 70;
  }
  follow(tree, written);
  std::vector<GeneratedPiece> again = text_of({1, 2, 3, 4});
  for (GeneratedPiece& token : again) token.draw = nullptr;
  again[2].depth = 2;
  tree.follow(again);
  CHECK(again[1].draw == written[1].draw);
  CHECK(again[1].seconds == 0.5);
  CHECK(again[1].cached == 7);
  CHECK(again[1].kv_bytes == 70);
  CHECK_FALSE(again[2].draw);
  CHECK_FALSE(again[3].draw);
  CHECK(again[3].cached == 0);
}
