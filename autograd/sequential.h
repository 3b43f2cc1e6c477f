#pragma once
// Modules and functions one after the other:
//
//   Sequential net{Linear(2, 8, random), Tanh(), Linear(8, 1, random)};
//   Variable y = net(x);
//
// Use braces: C++ evaluates what is in them from left to right, so that every compiler gives the same random numbers.

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "autograd/module.h"
#include "autograd/ops.h"

namespace tinymor {

/// A function of ops.h as an object.
template <Variable (*f)(const Variable&)>
struct Activation {
  Variable operator()(const Variable& x) const { return f(x); }
};
using ReLU = Activation<relu>;
using GELU = Activation<gelu>;
using SiLU = Activation<silu>;
using Sigmoid = Activation<sigmoid>;
using Tanh = Activation<tanh>;

class Sequential : public Module {
 public:
  /// Each step is a module, which is copied, or a function; both are called with the result of the step before. Members
  /// are named by their place: "0.weight".
  template <class... Steps>
  requires(sizeof...(Steps) != 1 || !(std::is_same_v<Steps, Sequential> && ...)) explicit Sequential(Steps... steps) {
    (add(std::move(steps)), ...);
  }
  Sequential(const Sequential& other);
  Sequential& operator=(Sequential other);

  Variable operator()(Variable x) const;
  void members(Members& m) override;

 private:
  /// A module or function of any type.
  struct Step {
    virtual ~Step() = default;
    virtual Variable operator()(const Variable& x) const = 0;
    virtual Module* module() = 0;
    virtual std::unique_ptr<Step> copy() const = 0;
  };
  template <class F>
  struct StepOf : Step {
    explicit StepOf(F function) : f(std::move(function)) {}
    Variable operator()(const Variable& x) const override { return f(x); }
    Module* module() override {
      if constexpr (std::is_base_of_v<Module, F>) return &f;
      return nullptr;
    }
    std::unique_ptr<Step> copy() const override { return std::make_unique<StepOf>(f); }
    F f;
  };
  template <class F>
  void add(F step) {
    steps_.push_back(std::make_unique<StepOf<F>>(std::move(step)));
  }

  std::vector<std::unique_ptr<Step>> steps_;
};

}  // namespace tinymor
