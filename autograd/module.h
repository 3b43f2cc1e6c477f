#pragma once
// Parts of a model that hold parameters. Each part lists its members by name, once; gathering parameters, saving,
// loading and counting all use that list.
//
//   struct Net : Module {
//     Linear hidden, output;
//     explicit Net(Random& random) : hidden(2, 8, random), output(8, 1, random) {}
//     Variable operator()(const Variable& x) const { return output(tanh(hidden(x))); }
//     void members(Members& m) override { m("hidden", hidden), m("output", output); }
//   };
// Docs: docs/03-autograd.md

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "autograd/variable.h"

namespace tinymor {

class Module;

/// Collects the members that modules name: m("weight", weight). The path of a member is the names of its owners and its
/// own, with dots between: "hidden.weight", "layers.0.weight".
class Members {
 public:
  /// A parameter; an undefined one (a bias that is not used) is skipped.
  void operator()(const std::string& name, Variable& parameter);
  /// A buffer: numbers that are saved but not trained.
  void operator()(const std::string& name, Tensor& buffer);
  void operator()(const std::string& name, Module& child);
  template <class Child>
  void operator()(const std::string& name, std::vector<Child>& children) {
    for (size_t i = 0; i < children.size(); ++i) (*this)(name + "." + std::to_string(i), children[i]);
  }

  const std::vector<std::pair<std::string, Variable*>>& parameters() const { return parameters_; }
  const std::vector<std::pair<std::string, Tensor*>>& buffers() const { return buffers_; }

 private:
  std::string prefix_;
  std::vector<std::pair<std::string, Variable*>> parameters_;
  std::vector<std::pair<std::string, Tensor*>> buffers_;
};

class Module {
 public:
  virtual ~Module() = default;
  /// Gives every member to `m` by name, always in the same order.
  virtual void members(Members& m) = 0;

  /// Every parameter once, in the order named, also when several members share it. A parameter without a name gets its
  /// path as its name.
  std::vector<Variable*> parameters();
  std::vector<const Variable*> parameters() const;
  /// The number of elements of all parameters together.
  int64_t parameter_count() const;
  void zero_grad();
  /// Gives a copy of a module numbers of its own, equal to those that it shared with the original, and no gradients.
  /// Members that share numbers with each other still do.
  void unshare();

  /// Parameters and buffers by path, sharing their numbers with the module; what several members share is there
  /// once, under the first path.
  std::map<std::string, Tensor> state_dict() const;
  /// Copies the numbers of `state` into the module. Throws InputError, naming the path, unless `state` has exactly the
  /// entries of state_dict() in their shapes; then nothing is changed.
  void load_state_dict(const std::map<std::string, Tensor>& state);
};

}  // namespace tinymor
