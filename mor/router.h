#pragma once
// Who decides which tokens go through the shared block once more (paper 2.2.1).
//
// The model's loop is the same for every strategy: ask `select` which of the active tokens enter recursion r, run the
// block on those rows alone, and let `combine` make their new state. Tokens that are not selected keep their state and
// are out for good. A Router lives for one forward pass; its weights belong to the model.

#include <cstdint>
#include <memory>
#include <vector>

#include "autograd/module.h"
#include "autograd/ops.h"
#include "autograd/optim.h"
#include "mor/config.h"
#include "mor/probe.h"
#include "mor/rows.h"
#include "mor/rule.h"
#include "tensor/function_ref.h"

namespace tinymor {

/// Scores tokens x [n,d] -> [n,outputs] with linear maps, GELU between them, no biases (paper App. G.1): one map, or
/// two with a hidden width of 2d (mlp) or 4d (wide_mlp). The input is divided by the temperature.
struct Scorer : Module {
  std::vector<Variable> layers;  ///< [out,in] each
  double temperature;

  Scorer(const ModelConfig& config, int64_t outputs);
  Variable operator()(const Variable& x) const;
  void members(Members& m) override;
};

/// How many weights the routers of a configuration have. Expert choice has a scorer per recursion, with one output;
/// token choice has one scorer with an output per recursion; an exit gate has a scorer for each recursion but the last;
/// random routing has none.
struct RouterShape {
  int64_t scorers = 0, outputs = 0;
  int64_t aux_scorers = 0;  ///< sampling = aux_router: as many again
  int64_t biases = 0;       ///< balancing = loss_free: one for each depth
};
RouterShape router_shape(const ModelConfig& config);

/// All weights of a model's routers, in its RouterShape.
struct RouterWeights : Module {
  std::vector<Scorer> main;
  std::vector<Scorer> aux;  ///< sampling = aux_router: the judges of the causal rule, like `main`
  Tensor bias;              ///< [N] balancing = loss_free: added to a depth's score when depths are compared

  explicit RouterWeights(const ModelConfig& config);
  void members(Members& m) override;
};

/// What an experiment changes in the recursions.
struct ChoiceShift {
  double cut_off = 0;    ///< The logit from which on the causal rules take a token.
  double capacity = 1;   ///< Times every capacity below 1, under the training rule.
  int64_t without = -1;  ///< The recursion, from 0, that is computed but leaves the tokens as they came; -1: none.
};

/// What a router needs to know about its forward pass. Everything referred to must outlive the router.
struct RouterCall {
  const ModelConfig& config;
  const RouterWeights& weights;
  Rule rule;
  IntTensor ids;             ///< [R] the tokens of the whole batch
  int64_t recursions;        ///< the most that a token may take
  int64_t step = -1;         ///< training forward passes before this one; negative outside of training
  bool keeps_first = false;  ///< the first token of each sequence takes every recursion
  /// [R] recursions that each token is to take, whatever its score; empty: not forced
  std::span<const int32_t> depths = {};
  ChoiceShift shift = {};
  Probe* probe = nullptr;
};

/// The tokens still recurring.
struct Active {
  Variable x;                   ///< [n,d] their state
  Rows rows;                    ///< their places in the texts
  std::vector<int32_t> places;  ///< [n] their rows in the whole batch

  /// Those at `index` [k] of these.
  Active select(const IntTensor& index) const;
};

/// The tokens that enter a recursion.
struct Selection {
  bool all = true;  ///< Every active token does; `index` is then not set.
  IntTensor index;  ///< [k] rows among the active ones, ascending.
  Variable gate;    ///< [k,1] weight of the block's output; undefined when it has none.
  Tensor logits;    ///< [n] score of every active token; undefined when recursions are not scored one by one.
  Tensor gates;     ///< [n] the gate that each would get.

  /// Those for which `wanted(i)`, i = 0..n-1.
  static Selection of(int64_t n, FunctionRef<bool(int64_t)> wanted);
};

/// What training adds to the language-model loss, each before its coefficient; undefined where there is nothing.
struct RouterLosses {
  Variable aux;      ///< [] how badly the sign of the scores predicts the choice (paper 2.2.1)
  Variable z;        ///< [] mean square of the logits' logsumexp (paper App. G)
  Variable balance;  ///< [] N times the sum over depths of load x mean score (paper App. A.2)
  Variable experts;  ///< [] GateLosses::balance
};

struct RouterMetrics {
  /// Share of the last recursion's candidates whose logit sign agrees with the choice (paper App. G.2); 1 without
  /// expert choice.
  double sampling_accuracy = 1;
  std::vector<double> load = {};  ///< [N] share of the tokens that chose each depth; empty without token choice

  /// Adds `weight` times the numbers of `other`: for means over several passes, from one that begins with 0.
  void add(const RouterMetrics& other, double weight = 1);
  /// (largest load - mean load) / mean load (paper App. G.2).
  double max_violation() const;
  /// Entropy of the load in nats (paper App. G.2): ln N where each depth is chosen equally often, 0 for one depth
  /// alone.
  double entropy() const;
};

class Router {
 public:
  explicit Router(const RouterCall& call) : call_(call) {}
  virtual ~Router() = default;
  /// Which of the active tokens enter recursion r, counted from 0.
  virtual Selection select(int64_t r, const Active& active) = 0;
  /// The new state [k,d] of the selected tokens, from their state before and the block's output y [k,d].
  virtual Variable combine(int64_t r, const Selection& selection, const Active& selected, const Variable& y) const = 0;

  const RouterLosses& losses() const { return losses_; }
  const RouterMetrics& metrics() const { return metrics_; }
  /// After each recursion but the last: how much each token [R,1] wants to go on. Only of exit gates that learn.
  const std::vector<Variable>& scores() const { return scores_; }

 protected:
  const RouterConfig& config() const { return call_.config.router; }

  RouterCall call_;
  RouterLosses losses_;
  RouterMetrics metrics_;
  std::vector<Variable> scores_;
};

std::unique_ptr<Router> make_router(const RouterCall& call);

/// How many of `length` tokens a recursion of this capacity takes: max(1, floor(capacity * length)).
int64_t capacity_count(double capacity, int64_t length);

/// The parameters of a model, and those of its auxiliary routers, if it has any: they only watch the model, so they may
/// learn ten times as fast, and their gradient is clipped separately (paper App. B).
std::vector<ParameterGroup> parameter_groups(Module& model);

}  // namespace tinymor
