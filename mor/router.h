#pragma once
// Who decides which tokens go through the shared block once more (paper 2.2.1).
//
// The model's loop is the same for every strategy: ask `select` which of the active tokens enter recursion r, run the
// block on those rows alone, and let `combine` make their new state. Tokens that are not selected keep their state and
// are out for good. A Router lives for one forward pass; its weights belong to the model.

#include <cstdint>
#include <memory>
#include <vector>

#include "autograd/ops.h"
#include "mor/config.h"
#include "mor/rows.h"
#include "mor/trace.h"

namespace tinymor {

/// The tokens that enter a recursion.
struct Selection {
  bool all = true;  ///< Every active token does; `index` is then not set.
  IntTensor index;  ///< [k] rows among the active ones, ascending.
  Variable gate;    ///< [k,1] weight of the block's output; undefined when nothing routes.
  Tensor logits;    ///< [n] score of every active token; undefined when nothing routes.
  Tensor gates;     ///< [n] the gate that each would get.
};

class Router {
 public:
  virtual ~Router() = default;
  /// Which of the active tokens x [n,d] enter recursion r, counted from 0.
  virtual Selection select(int64_t r, const Variable& x, const Rows& active) = 0;
  /// The new state [k,d] of the selected tokens, from their state x before and the block's output y.
  virtual Variable combine(const Selection& selection, const Variable& x, const Variable& y) const = 0;
  /// What training adds to the language-model loss, before its coefficient, []; undefined when there is nothing.
  virtual Variable aux_loss() const { return {}; }
  /// Share of the last recursion's candidates whose logit sign agrees with the choice (paper App. G.2); 1 without
  /// routing.
  virtual double sampling_accuracy() const { return 1; }
};

/// A linear router's weights for recursion r stand in weights[r], [1,d].
std::unique_ptr<Router> make_router(const ModelConfig& config, const std::vector<Variable>& weights, Rule rule);

/// How many of `length` tokens a recursion of this capacity takes: max(1, floor(capacity * length)).
int64_t capacity_count(double capacity, int64_t length);

}  // namespace tinymor
