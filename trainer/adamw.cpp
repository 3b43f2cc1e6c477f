#include "trainer/adamw.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tensor/error.h"
#include "tensor/kernels/kernels.h"
#include "tensor/threads.h"

namespace tinymor {

AdamW::AdamW(std::vector<Group> groups, Options options) : options_(options) {
  constexpr int64_t grain = 16384;
  for (size_t group = 0; group < groups.size(); ++group) {
    lr_factors_.push_back(groups[group].lr_factor);
    for (Variable* parameter : groups[group].parameters) {
      const int64_t n = parameter->value().count();
      for (int64_t begin = 0; begin < n; begin += grain)
        pieces_.push_back({parameters_.size(), group, begin, std::min(n, begin + grain)});
      parameters_.push_back(parameter);
      m_.push_back(Tensor::zeros(parameter->shape()));
      v_.push_back(Tensor::zeros(parameter->shape()));
    }
  }
  // A thread gets the same part of every parameter, as in the operations that made its gradient.
  const auto place = [&](const Piece& piece) { return double(piece.begin) / double(m_[piece.parameter].count()); };
  std::stable_sort(pieces_.begin(), pieces_.end(), [&](const Piece& a, const Piece& b) { return place(a) < place(b); });
}

double AdamW::step(double lr) {
  ++steps_;
  // All parameters as one list of pieces, which threads take one after the other.
  const auto for_pieces = [&](auto body) {
    parallel_for(int64_t(pieces_.size()), [&](int64_t i) {
      const Piece& piece = pieces_[i];
      if (parameters_[piece.parameter]->grad().defined()) body(i, piece);
    });
  };
  std::vector<double> squares(pieces_.size(), 0.0);
  for_pieces([&](int64_t i, const Piece& piece) {
    const Real* g = parameters_[piece.parameter]->grad().data() + piece.begin;
    squares[i] = double(kernels::table().dot(piece.end - piece.begin, g, g));
  });
  std::vector<double> norms(lr_factors_.size(), 0.0), shrinks;
  for (size_t i = 0; i < pieces_.size(); ++i) norms[pieces_[i].group] += squares[i];
  for (double& norm : norms) {
    norm = std::sqrt(norm);
    shrinks.push_back(options_.grad_clip > 0 && norm > options_.grad_clip ? options_.grad_clip / norm : 1);
  }

  kernels::AdamW rule{.lr = Real(lr),
                      .beta1 = Real(options_.beta1),
                      .beta2 = Real(options_.beta2),
                      .eps = Real(options_.eps),
                      .weight_decay = 0,
                      .correction1 = Real(1 - std::pow(options_.beta1, double(steps_))),
                      .correction2 = Real(1 - std::pow(options_.beta2, double(steps_)))};
  std::vector<Real*> values, m, v;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const bool moves = parameters_[i]->grad().defined();
    values.push_back(moves ? parameters_[i]->mutable_value().mutable_data() : nullptr);
    m.push_back(m_[i].mutable_data());
    v.push_back(v_[i].mutable_data());
  }
  for_pieces([&](int64_t, const Piece& piece) {
    const size_t p = piece.parameter;
    kernels::AdamW own = rule;
    own.lr = Real(lr * lr_factors_[piece.group]);
    own.weight_decay = Real(parameters_[p]->rank() > 1 ? options_.weight_decay : 0);
    kernels::table().adamw(piece.end - piece.begin, own, parameters_[p]->grad().data() + piece.begin,
                           Real(shrinks[piece.group]), values[p] + piece.begin, m[p] + piece.begin, v[p] + piece.begin);
  });
  for (Variable* parameter : parameters_) parameter->zero_grad();
  return norms.front();
}

bool AdamW::is_state(const std::string& name) {
  return name.rfind("m.", 0) == 0 || name.rfind("v.", 0) == 0;
}

std::map<std::string, Tensor> AdamW::state() const {
  std::map<std::string, Tensor> state;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    state["m." + parameters_[i]->name()] = m_[i];
    state["v." + parameters_[i]->name()] = v_[i];
  }
  return state;
}

void AdamW::restore(const std::map<std::string, Tensor>& state, int64_t steps) {
  const auto take = [&](const std::string& name, Tensor& to) {
    const auto found = state.find(name);
    check_input(found != state.end() && found->second.shape() == to.shape(),
                "optimizer state: {} is missing or has another shape (the checkpoint is damaged; use another copy)",
                name);
    to.copy_from(found->second);
  };
  for (size_t i = 0; i < parameters_.size(); ++i) {
    take("m." + parameters_[i]->name(), m_[i]);
    take("v." + parameters_[i]->name(), v_[i]);
  }
  steps_ = steps;
}

}  // namespace tinymor
