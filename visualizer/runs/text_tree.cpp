#include "visualizer/runs/text_tree.h"

#include <algorithm>

namespace tinymor {
namespace {

/// The node of the same token among those that may follow; -1: there is none. What was typed is not what was written.
int found_in(const std::vector<TextTree::Node>& nodes, const std::vector<int>& next, const GeneratedPiece& token) {
  const auto found = std::find_if(next.begin(), next.end(), [&](int node) {
    const GeneratedPiece& known = nodes[size_t(node)].token;
    return known.id == token.id && known.prompt == token.prompt;
  });
  return found == next.end() ? -1 : *found;
}

int add(TextTree& tree, int parent, const GeneratedPiece& token) {
  const int node = int(tree.nodes.size());
  std::vector<int>& next = parent < 0 ? tree.first : tree.nodes[size_t(parent)].next;
  const bool goes_on = parent >= 0 && next.empty();
  next.push_back(node);
  tree.nodes.push_back({token, parent, goes_on ? tree.nodes[size_t(parent)].branch : tree.branches++});
  return node;
}

void fill_in(GeneratedPiece& token, const GeneratedPiece& known) {
  if (!token.draw) token.draw = known.draw;
  if (token.seconds == 0) token.seconds = known.seconds;
  if (token.cached > 0) return;
  token.cached = known.cached;
  token.kv_bytes = known.kv_bytes;
}

}  // namespace

void TextTree::follow(std::vector<GeneratedPiece>& text) {
  tip = -1;
  bool same_weights = true;
  for (GeneratedPiece& token : text) {
    const int node = found_in(nodes, tip < 0 ? first : nodes[size_t(tip)].next, token);
    if (node < 0) {
      tip = add(*this, tip, token);
      continue;
    }
    GeneratedPiece& known = nodes[size_t(node)].token;
    same_weights &= known.depth == token.depth;
    if (same_weights) fill_in(token, known);
    known = token;
    tip = node;
  }
}

std::vector<int> TextTree::path(int node) const {
  std::vector<int> out;
  for (; node >= 0; node = nodes[size_t(node)].parent) out.push_back(node);
  std::reverse(out.begin(), out.end());
  return out;
}

int TextTree::end_of(int branch) const {
  for (int node = int(nodes.size()) - 1; node >= 0; --node)
    if (nodes[size_t(node)].branch == branch) return node;
  return -1;
}

GenerateRequest TextTree::go_back(GenerateRequest request, int node) const {
  request.kept.clear();
  request.kept_prompt = request.max_tokens = 0;
  for (const int at : path(node)) {
    request.kept.push_back(nodes[size_t(at)].token.id);
    request.kept_prompt += nodes[size_t(at)].token.prompt;
  }
  return request;
}

std::vector<TextStretch> stretches(const TextTree& tree) {
  std::vector<TextStretch> out;
  struct Beginning {
    int node, forks;
  };
  std::vector<Beginning> to_do;  // the next one last
  const auto put_off = [&](const std::vector<int>& next, int forks) {
    for (auto node = next.rbegin(); node != next.rend(); ++node) to_do.push_back({*node, forks});
  };
  put_off(tree.first, 0);
  while (!to_do.empty()) {
    const Beginning beginning = to_do.back();
    to_do.pop_back();
    TextStretch stretch{{beginning.node}, beginning.forks};
    const auto next = [&]() -> const std::vector<int>& { return tree.nodes[size_t(stretch.nodes.back())].next; };
    while (next().size() == 1) stretch.nodes.push_back(next().front());
    stretch.last = next().empty();
    put_off(next(), beginning.forks + 1);
    out.push_back(std::move(stretch));
  }
  return out;
}

}  // namespace tinymor
