#pragma once
// AdamW (Loshchilov and Hutter 2019) over a model's parameters, with clipping of the gradient's global norm.

#include <map>
#include <string>
#include <vector>

#include "autograd/variable.h"

namespace tinymor {

class AdamW {
 public:
  struct Options {
    double beta1 = 0.9, beta2 = 0.95, eps = 1e-8;
    double weight_decay = 0.1;  ///< not applied to norm weights, which have one axis
    double grad_clip = 1.0;     ///< largest global norm; 0: no clipping
  };

  /// Parameters whose gradient is clipped together, and what the learning rate is multiplied with for them.
  struct Group {
    std::vector<Variable*> parameters;
    double lr_factor = 1;
  };

  /// The parameters must outlive the optimizer.
  AdamW(std::vector<Group> groups, Options options);
  AdamW(std::vector<Variable*> parameters, Options options)
      : AdamW(std::vector<Group>{{std::move(parameters)}}, options) {}

  /// One step with the gradients gathered, which are then forgotten; parameters without one stay as they are. Returns
  /// the first group's norm before clipping.
  double step(double lr);

  /// First and second moments by parameter name ("m.NAME", "v.NAME") and the number of steps done: all there is to
  /// save.
  std::map<std::string, Tensor> state() const;
  int64_t steps() const { return steps_; }
  /// Whether `name` is one that state() gives.
  static bool is_state(const std::string& name);
  /// Takes back what state() gave. Throws InputError when something is missing or has another shape.
  void restore(const std::map<std::string, Tensor>& state, int64_t steps);

 private:
  /// A piece of one parameter: what a thread handles at a time.
  struct Piece {
    size_t parameter, group;
    int64_t begin, end;
  };

  std::vector<Variable*> parameters_;
  std::vector<double> lr_factors_;  // by group
  std::vector<Piece> pieces_;
  std::vector<Tensor> m_, v_;
  Options options_;
  int64_t steps_ = 0;
};

}  // namespace tinymor
