#pragma once
// A tap on the forward pass. A probe hears what the model computes anyway; without one nothing is called, and with one
// the numbers stay the same to the bit.

#include <cstdint>

#include "autograd/variable.h"
#include "mor/rows.h"

namespace tinymor {

class KvStore;

class Probe {
 public:
  virtual ~Probe() = default;
  /// Recursion r (from 0) looked at `candidates` and took `selected`, both rows of the packed batch. logits and gates
  /// [n] belong to the candidates and are undefined when nothing routes.
  virtual void on_recursion(int64_t r, const Rows& candidates, const Tensor& logits, const Tensor& gates,
                            const Rows& selected) = 0;
  /// Under token choice the router gave the tokens of `rows` these logits [R,N], one for each depth.
  virtual void on_depth_scores(const Rows& rows, const Tensor& logits) {
    (void)rows;
    (void)logits;
  }
  /// After recursion r, and with r = -1 before the first: states [R,d] of all rows, those of tokens that are not in it
  /// as they were.
  virtual void on_states(int64_t /*r*/, const Variable& /*states*/) {}
  /// In effective layer `layer` the gate gave `rows` p [R,n], of n experts, and they go through those of `chosen`
  /// [R,k], best first.
  virtual void on_experts(int64_t layer, const Rows& rows, const Tensor& p, const IntTensor& chosen) {
    (void)layer;
    (void)rows;
    (void)p;
    (void)chosen;
  }
  /// In effective layer `layer` the queries q [R,H*D] of `rows` attend to what kv.view(layer, rows) shows.
  virtual void on_attention(int64_t layer, const Rows& rows, const Tensor& q, const KvStore& kv) {
    (void)layer;
    (void)rows;
    (void)q;
    (void)kv;
  }
};

}  // namespace tinymor
