#pragma once
// The recursions of some tokens: the router says who goes in, the shared block is run on those, and again.
//
// It is a state and not a loop because two callers drive it. Trunk::forward takes one to its end; the scheduler
// (mor/scheduler.h) has several under way, each in a recursion of its own, and runs the block once for all of them.

#include <cstdint>
#include <memory>
#include <vector>

#include "mor/router.h"

namespace tinymor {

class Recurrence {
 public:
  /// x [R,d] of `rows`.
  Recurrence(const Variable& x, const Rows& rows, const RouterCall& call);

  /// Lets the router choose the tokens that enter the next recursion. False when there are none, or no next one.
  bool enter();
  /// After enter(): the tokens inside and their recursion, counted from 0.
  const Active& inside() const { return active_; }
  int64_t recursion() const { return recursion_; }
  /// Takes what the block made of those inside, y [k,d].
  void leave(const Variable& y);

  /// [R,d] the state of every token, inside or not.
  const Variable& states() const { return states_; }
  /// [R] recursions that each token has taken.
  const std::vector<int32_t>& depth() const { return depth_; }
  const Router& router() const { return *router_; }

 private:
  int64_t recursions_, without_, recursion_ = -1;
  Probe* probe_;
  Variable states_;
  Active active_;
  std::vector<int32_t> depth_;
  std::unique_ptr<Router> router_;
  Selection selection_;
};

}  // namespace tinymor
