#include "autograd/optim.h"

#include <algorithm>
#include <cmath>

#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/threads.h"

namespace tinymor {
namespace {

/// A part of one parameter, which one thread handles at a time.
struct Piece {
  size_t parameter;
  int64_t begin, end;
};

/// Calls body(i, piece) for every piece i; threads take one after the other.
template <class Body>
void for_pieces(const std::vector<Piece>& pieces, Body body) {
  parallel_for(int64_t(pieces.size()), [&](int64_t i) { body(i, pieces[i]); });
}

/// The pieces of all parameters that have a gradient.
std::vector<Piece> pieces_of(const std::vector<const Variable*>& parameters) {
  constexpr int64_t grain = 16384;
  std::vector<Piece> pieces;
  for (size_t p = 0; p < parameters.size(); ++p) {
    const int64_t n = parameters[p]->grad().defined() ? parameters[p]->value().count() : 0;
    for (int64_t begin = 0; begin < n; begin += grain) pieces.push_back({p, begin, std::min(n, begin + grain)});
  }
  // A thread gets the same part of every parameter, as in the operations that made its gradient.
  const auto place = [&](const Piece& piece) {
    return double(piece.begin) / double(parameters[piece.parameter]->value().count());
  };
  std::stable_sort(pieces.begin(), pieces.end(), [&](const Piece& a, const Piece& b) { return place(a) < place(b); });
  return pieces;
}

}  // namespace

double clip_grad_norm(const std::vector<Variable*>& parameters, double max_norm) {
  check(max_norm >= 0, "[clip_grad_norm] {} is not a norm (give 0 or more)", max_norm);
  const std::vector<Piece> pieces = pieces_of({parameters.begin(), parameters.end()});
  std::vector<Tensor> grads;
  for (const Variable* parameter : parameters) grads.push_back(parameter->grad());
  std::vector<double> squares(pieces.size());
  for_pieces(pieces, [&](int64_t i, const Piece& piece) {
    const Real* g = grads[piece.parameter].data() + piece.begin;
    squares[i] = double(kernels::table().dot(piece.end - piece.begin, g, g));
  });
  double norm = 0;
  for (double square : squares) norm += square;
  norm = std::sqrt(norm);
  if (!(norm > max_norm)) return norm;

  const Real factor = Real(max_norm / norm);
  std::vector<Real*> to;
  for (Tensor& grad : grads) to.push_back(grad.defined() ? grad.mutable_data() : nullptr);
  for_pieces(pieces, [&](int64_t, const Piece& piece) {
    Real* g = to[piece.parameter] + piece.begin;
    kernels::table().binary(kernels::Binary::mul, piece.end - piece.begin, g, 1, &factor, 0, g);
  });
  return norm;
}

Optimizer::Optimizer(std::vector<ParameterGroup> groups, double rate, const std::vector<std::string>& remembered)
    : lr(rate), groups_(std::move(groups)), names_(remembered) {
  for (const ParameterGroup& group : groups_)
    for (Variable* parameter : group.parameters) {
      trained_.push_back({parameter, group.lr_factor, {}});
      for (size_t i = 0; i < names_.size(); ++i)
        trained_.back().remembered.push_back(Tensor::zeros(parameter->shape()));
    }
}

void Optimizer::zero_grad() {
  for (const Trained& one : trained_) one.parameter->zero_grad();
}

std::map<std::string, Tensor> Optimizer::state() const {
  std::map<std::string, Tensor> state;
  for (const Trained& one : trained_)
    for (size_t i = 0; i < names_.size(); ++i) state[names_[i] + "." + one.parameter->name()] = one.remembered[i];
  return state;
}

bool Optimizer::is_state(const std::string& name) const {
  return std::any_of(names_.begin(), names_.end(), [&](const auto& known) { return name.starts_with(known + "."); });
}

void Optimizer::restore(const std::map<std::string, Tensor>& state, int64_t steps) {
  for (const auto& [name, to] : this->state()) {
    const auto found = state.find(name);
    check_input(found != state.end() && found->second.shape() == to.shape(),
                "optimizer state: {} is missing or has another shape (the checkpoint is damaged; use another copy)",
                name);
  }
  for (auto& [name, to] : this->state()) Tensor(to).copy_from(state.at(name));
  steps_ = steps;
}

SGD::SGD(std::vector<ParameterGroup> groups, Options options)
    : Optimizer(std::move(groups), options.lr,
                options.momentum > 0 ? std::vector<std::string>{"momentum"} : std::vector<std::string>()),
      options_(options) {
  check(!options.nesterov || options.momentum > 0, "[sgd] Nesterov's method has no meaning without momentum");
}

void SGD::step() {
  ++steps_;
  for (Trained& one : trained_) {
    if (!one.parameter->grad().defined()) continue;
    Tensor& x = one.parameter->mutable_value();
    Tensor g = one.parameter->grad();
    if (options_.weight_decay > 0) g = g + x * options_.weight_decay;
    if (options_.momentum > 0) {
      Tensor& v = one.remembered[0];
      v = v * options_.momentum + g;
      g = options_.nesterov ? g + v * options_.momentum : v;
    }
    add_into(x, g * (-lr * one.lr_factor));
  }
}

AdamW::AdamW(std::vector<ParameterGroup> groups, Options options)
    : Optimizer(std::move(groups), options.lr, {"m", "v"}), options_(options) {}

void AdamW::step() {
  ++steps_;
  std::vector<const Variable*> parameters;
  std::vector<Real*> values, m, v;
  for (Trained& one : trained_) {
    parameters.push_back(one.parameter);
    values.push_back(one.parameter->grad().defined() ? one.parameter->mutable_value().mutable_data() : nullptr);
    m.push_back(one.remembered[0].mutable_data());
    v.push_back(one.remembered[1].mutable_data());
  }
  const kernels::AdamW rule{.lr = Real(lr),
                            .beta1 = Real(options_.beta1),
                            .beta2 = Real(options_.beta2),
                            .eps = Real(options_.eps),
                            .weight_decay = Real(options_.weight_decay),
                            .correction1 = Real(1 - std::pow(options_.beta1, double(steps_))),
                            .correction2 = Real(1 - std::pow(options_.beta2, double(steps_)))};
  for_pieces(pieces_of(parameters), [&](int64_t, const Piece& piece) {
    const size_t p = piece.parameter;
    kernels::AdamW own = rule;
    own.lr = Real(lr * trained_[p].lr_factor);
    if (parameters[p]->rank() <= 1) own.weight_decay = 0;
    kernels::table().adamw(piece.end - piece.begin, own, parameters[p]->grad().data() + piece.begin,
                           values[p] + piece.begin, m[p] + piece.begin, v[p] + piece.begin);
  });
}

}  // namespace tinymor
