#pragma once
// All that was written with a model, as a tree of tokens: it forks where a text went on in two ways, and nothing is
// lost by going back. A text that begins with another token is a tree of its own beside the others.

#include <vector>

#include "visualizer/runs/generation.h"

namespace tinymor {

struct TextTree {
  struct Node {
    GeneratedPiece token;
    int parent = -1;  ///< -1: a first token.
    int branch = 0;   ///< From 0. What came first after a token is of its branch, all else begins another one.
    std::vector<int> next = {};  ///< The tokens after it, in the order in which they came.
  };
  std::vector<Node> nodes;  ///< Each behind its parent.
  std::vector<int> first;   ///< Those without a parent.
  int branches = 0;
  int tip = -1;  ///< The last token of the text that there is now; -1: there is none.

  /// Takes in the text as it is now. What is known of its tokens from before and not said now (how they were drawn,
  /// their time and their cache) is filled in, up to a token that has another depth, by other weights.
  void follow(std::vector<GeneratedPiece>& text);

  /// The nodes from the first token to this one; none for -1.
  std::vector<int> path(int node) const;
  /// The last node of a branch; -1 where there is no such branch.
  int end_of(int branch) const;
  /// The request to have the text up to `node` again, with the settings of `request`.
  GenerateRequest go_back(GenerateRequest request, int node) const;
};

/// Tokens that follow one another without a fork between them.
struct TextStretch {
  std::vector<int> nodes;
  int forks = 0;      ///< How many are before it.
  bool last = false;  ///< Its branch ends with it.
};
/// The whole tree: before each fork what leads to it, then the ways on in the order in which they came.
std::vector<TextStretch> stretches(const TextTree& tree);

}  // namespace tinymor
