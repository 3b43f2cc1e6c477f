#pragma once
// The model once more, as the formulas read: every token goes through every recursion, whole matrices of scores are
// masked, and what a router does not take is thrown away afterwards. No gathered rows, no cache, no code in common with
// mor/ but the configuration: it reads a checkpoint's weights by their names.

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "mor/config.h"
#include "mor/rule.h"
#include "tensor/tensor.h"

namespace tinymor {

class DenseModel {
 public:
  using Matrix = std::vector<std::vector<double>>;

  DenseModel(const ModelConfig& config, const std::map<std::string, Tensor>& weights) : c_(config), weights_(weights) {}

  Matrix logits;           // [T,V]
  std::vector<int> depth;  // [T]
  /// [layers][heads] [T,T] the weight that each query gives each key; of active tokens only.
  std::vector<std::vector<Matrix>> attention;

  /// One sequence. Not for random routers.
  void run(const std::vector<int32_t>& tokens, Rule rule) {
    const int length = int(tokens.size()), n = int(c_.n_recursions);
    const Matrix embedding = matrix("model.embed_tokens.weight");
    Matrix x;
    for (int32_t token : tokens) x.push_back(embedding[token]);
    depth.assign(length, 0);
    attention.assign(c_.n_layers, std::vector<Matrix>(c_.n_heads, Matrix(length, std::vector<double>(length, 0))));
    const bool middle = c_.sharing == Sharing::middle_cycle || c_.sharing == Sharing::middle_sequence;
    const bool loops = c_.sharing == Sharing::cycle || c_.sharing == Sharing::middle_cycle;
    const int edge = middle ? 1 : 0, inner = int(c_.n_layers) - 2 * edge;
    const bool passes = loops || c_.sharing == Sharing::none;
    const int block = passes ? inner / n : inner, recursions = passes ? n : 1;
    const std::vector<bool> everyone(length, true);

    if (middle) x = layer(0, x, everyone);
    Matrix start = x, carried = x;
    std::vector<bool> active = everyone;
    std::vector<int> chosen;
    Matrix scores;
    if (c_.routing == Routing::token_choice) choose(x, scores, chosen);
    for (int r = 0; r < recursions; ++r) {
      std::vector<double> gate(length, 1);
      if (c_.routing == Routing::expert_choice) select(r, x, rule, active, gate);
      if (c_.routing == Routing::exit_gate && r > 0 && rule != Rule::topk) {
        const Matrix z = score(fmt::format("model.routers.{}", r - 1), x);
        for (int t = 0; t < length; ++t) active[t] = active[t] && z[t][0] >= 0;
      }
      if (c_.routing == Routing::token_choice)
        for (int t = 0; t < length; ++t) active[t] = chosen[t] >= r;
      Matrix y = c_.routing == Routing::token_choice ? carried : x;
      for (int j = 0; j < block; ++j) y = layer(edge + r * block + j, y, active);
      for (int t = 0; t < length; ++t) {
        if (!active[t]) continue;
        ++depth[t];
        for (size_t i = 0; i < y[t].size(); ++i) {
          double out = y[t][i];
          if (c_.routing == Routing::expert_choice) {
            const double change = c_.router.residual == RouterResidual::delta ? out - x[t][i] : out;
            out = x[t][i] + (c_.router.gating == RouterGating::additive ? 1 : gate[t]) * change;
          } else if (c_.routing == Routing::token_choice) {
            if (c_.router.gating == RouterGating::weighted_every) out *= scores[t][r];
            carried[t][i] = out;
            const double change = c_.router.residual == RouterResidual::delta ? out - start[t][i] : out;
            if (chosen[t] == r)
              out = start[t][i] + (c_.router.gating == RouterGating::weighted ? scores[t][r] : 1) * change;
          }
          x[t][i] = out;
        }
      }
    }
    if (middle) x = layer(int(c_.n_layers) - 1, x, everyone);
    const Matrix head = matrix(c_.tie_embeddings ? "model.embed_tokens.weight" : "lm_head.weight");
    logits = times(normed(x, "model.norm.weight"), head);
  }

 private:
  const Tensor& weight(const std::string& name) const { return weights_.at(name); }
  Matrix matrix(const std::string& name) const {
    const Tensor& w = weight(name);
    Matrix m(w.dim(0));
    for (int64_t i = 0; i < w.dim(0); ++i)
      for (int64_t j = 0; j < w.dim(1); ++j) m[i].push_back(w.at({i, j}));
    return m;
  }
  /// x w^T
  static Matrix times(const Matrix& x, const Matrix& w) {
    Matrix y(x.size());
    for (size_t i = 0; i < x.size(); ++i)
      for (const auto& row : w) {
        double sum = 0;
        for (size_t k = 0; k < row.size(); ++k) sum += x[i][k] * row[k];
        y[i].push_back(sum);
      }
    return y;
  }
  static Matrix transposed(const Matrix& x) {
    Matrix y(x[0].size());
    for (const auto& row : x)
      for (size_t j = 0; j < row.size(); ++j) y[j].push_back(row[j]);
    return y;
  }
  bool has(const std::string& name) const { return weights_.count(name) > 0; }
  /// The matrix that effective layer l uses: the shared one, and what it adds to that.
  Matrix matrix_of(int l, const std::string& name) const {
    const Matrix shared = matrix(fmt::format("model.layers.{}.{}.weight", set_of(l), name));
    const std::string own = fmt::format("model.relaxations.{}.{}.lora_", l, name);
    if (!has(own + "A.weight")) return shared;
    return plus(shared, times(matrix(own + "B.weight"), transposed(matrix(own + "A.weight"))));
  }
  Matrix normed_of(int l, const Matrix& x, const std::string& name) const {
    const std::string own = fmt::format("model.relaxations.{}.{}.weight", l, name);
    return normed(x, has(own) ? own : fmt::format("model.layers.{}.{}.weight", set_of(l), name));
  }
  Matrix normed(Matrix x, const std::string& name) const {
    for (auto& row : x) {
      double squares = 0;
      for (double v : row) squares += v * v;
      const double rms = std::sqrt(squares / double(row.size()) + c_.rms_eps);
      for (size_t i = 0; i < row.size(); ++i) row[i] *= weight(name).at({int64_t(i)}) / rms;
    }
    return x;
  }
  static double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

  Matrix score(const std::string& prefix, Matrix x) const {
    for (auto& row : x)
      for (double& v : row) v /= c_.router.temperature;
    Matrix y = times(x, matrix(prefix + ".0.weight"));
    if (c_.router.type == RouterType::linear) return y;
    for (auto& row : y)
      for (double& v : row) v *= 0.5 * (1 + std::erf(v / std::sqrt(2.0)));
    return times(y, matrix(prefix + ".1.weight"));
  }

  void select(int r, const Matrix& x, Rule rule, std::vector<bool>& active, std::vector<double>& gate) const {
    const Matrix z = score(fmt::format("model.routers.{}", r), x);
    const Matrix judged = rule == Rule::aux_threshold ? score(fmt::format("model.aux_routers.{}", r), x) : z;
    const int length = int(x.size());
    std::vector<int> order;
    for (int t = 0; t < length; ++t) {
      const RouterFunction f = c_.router.function;
      const double p = f == RouterFunction::sigmoid ? sigmoid(z[t][0])
                       : f == RouterFunction::tanh  ? std::tanh(z[t][0])
                                                    : z[t][0];
      gate[t] = c_.router.alpha * p;
      if (active[t]) order.push_back(t);
    }
    std::vector<bool> taken(length, false);
    if (rule == Rule::topk) {
      std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return z[a][0] > z[b][0]; });
      const size_t k = size_t(std::max(1.0, std::floor(c_.router.capacity[r] * length)));
      for (size_t i = 0; i < std::min(k, order.size()); ++i) taken[order[i]] = true;
    } else {
      for (int t : order) taken[t] = c_.router.capacity[r] == 1 || judged[t][0] >= 0;
    }
    active = taken;
  }

  void choose(const Matrix& x, Matrix& scores, std::vector<int>& chosen) const {
    scores = score("model.routers.0", x);
    for (auto& row : scores) {
      double sum = 0;
      for (double z : row) sum += std::exp(z);
      for (double& z : row)
        z = c_.router.alpha * (c_.router.function == RouterFunction::softmax ? std::exp(z) / sum : sigmoid(z));
      std::vector<double> compared = row;
      if (c_.router.balancing == RouterBalancing::loss_free)
        for (size_t i = 0; i < row.size(); ++i) compared[i] += weight("model.router_bias").at({int64_t(i)});
      chosen.push_back(int(std::max_element(compared.begin(), compared.end()) - compared.begin()));
    }
  }

  int set_of(int l) const { return set_of(l, c_.sharing, int(c_.n_recursions)); }
  /// The layers with the same number have the same keys where keys are shared.
  int keys_of(int l) const {
    return c_.kv_sharing == Sharing::none ? set_of(l) : set_of(l, c_.kv_sharing, int(c_.kv_sharing_factor));
  }
  int set_of(int l, Sharing sharing, int n) const {
    const int layers = int(c_.n_layers);
    switch (sharing) {
      case Sharing::none:
        return l;
      case Sharing::cycle:
        return l % (layers / n);
      case Sharing::sequence:
        return l / n;
      default: {
        const int b = (layers - 2) / n;
        if (l == 0) return 0;
        if (l == layers - 1) return b + 1;
        return 1 + (sharing == Sharing::middle_cycle ? (l - 1) % b : (l - 1) / n);
      }
    }
  }

  /// All tokens through effective layer l; only the active ones' rows of the result mean something.
  Matrix layer(int l, Matrix x, const std::vector<bool>& active) {
    const std::string own = fmt::format("model.relaxations.{}.", l);
    if (has(own + "entry_encoding"))
      for (auto& row : x)
        for (size_t i = 0; i < row.size(); ++i) row[i] += weight(own + "entry_encoding").at({int64_t(i)});
    const Matrix n = normed_of(l, x, "input_layernorm");
    const Matrix q = rotated(times(n, matrix_of(l, "self_attn.q_proj")));
    Matrix k, v;
    std::vector<bool> seen = active;
    const auto first = kv_.find(keys_of(l));
    const bool again = c_.kv_cache != KvStrategy::recursion_wise && first != kv_.end();
    if (!again || c_.kv_cache == KvStrategy::hybrid) {
      k = rotated(times(n, matrix_of(l, "self_attn.k_proj")));
      v = times(n, matrix_of(l, "self_attn.v_proj"));
    }
    if (!again) {
      kv_[keys_of(l)] = {k, v, active};
    } else if (c_.kv_cache == KvStrategy::shared) {
      k = first->second.k, v = first->second.v, seen = first->second.active;
    } else {
      seen = first->second.active;
      for (size_t t = 0; t < x.size(); ++t)
        if (!active[t]) k[t] = first->second.k[t], v[t] = first->second.v[t];
    }
    const int head = int(c_.d_head()), group = int(c_.n_heads / c_.n_kv_heads);
    Matrix mixed(x.size(), std::vector<double>(q[0].size(), 0));
    for (int h = 0; h < c_.n_heads; ++h)
      for (size_t t = 0; t < x.size(); ++t) {
        std::vector<double> weights(t + 1, 0);
        double sum = 0;
        for (size_t s = 0; s <= t; ++s) {
          if (!seen[s]) continue;
          double dot = 0;
          for (int i = 0; i < head; ++i) dot += q[t][h * head + i] * k[s][h / group * head + i];
          sum += weights[s] = std::exp(dot / std::sqrt(double(head)));
        }
        for (size_t s = 0; s <= t && sum > 0; ++s) {
          attention[l][h][t][s] = weights[s] / sum;
          for (int i = 0; i < head; ++i) mixed[t][h * head + i] += weights[s] / sum * v[s][h / group * head + i];
        }
      }
    Matrix y = plus(x, times(mixed, matrix_of(l, "self_attn.o_proj")));
    const Matrix m = normed_of(l, y, "post_attention_layernorm");
    if (c_.ffn == Ffn::dense) {
      y = plus(y, mlp(l, m, "mlp."));
    } else {
      const Matrix gates = times(m, matrix_of(l, "mlp.gate"));
      for (int e = 0; e < c_.n_experts; ++e) {
        const Matrix said = mlp(l, m, fmt::format("mlp.experts.{}.", e));
        for (size_t t = 0; t < y.size(); ++t) {
          double sum = 0, larger = 0;
          for (double z : gates[t]) sum += std::exp(z), larger += z > gates[t][e];
          if (larger >= double(c_.experts_per_token)) continue;
          for (size_t i = 0; i < y[t].size(); ++i) y[t][i] += std::exp(gates[t][e]) / sum * said[t][i];
        }
      }
    }
    if (has(own + "exit_encoding"))
      for (auto& row : y)
        for (size_t i = 0; i < row.size(); ++i) row[i] *= weight(own + "exit_encoding").at({int64_t(i)});
    return y;
  }

  Matrix mlp(int l, const Matrix& m, const std::string& path) const {
    Matrix gate = times(m, matrix_of(l, path + "gate_proj"));
    const Matrix up = times(m, matrix_of(l, path + "up_proj"));
    for (size_t t = 0; t < gate.size(); ++t)
      for (size_t i = 0; i < gate[t].size(); ++i) gate[t][i] *= sigmoid(gate[t][i]) * up[t][i];
    return times(gate, matrix_of(l, path + "down_proj"));
  }

  static Matrix plus(Matrix a, const Matrix& b) {
    for (size_t t = 0; t < a.size(); ++t)
      for (size_t i = 0; i < a[t].size(); ++i) a[t][i] += b[t][i];
    return a;
  }

  Matrix rotated(const Matrix& x) const {
    const int head = int(c_.d_head());
    Matrix y = x;
    for (size_t t = 0; t < x.size(); ++t)
      for (size_t begin = 0; begin < x[t].size(); begin += head)
        for (int i = 0; i < head / 2; ++i) {
          const double angle = double(t) * std::pow(c_.rope_theta, -2.0 * i / head), a = x[t][begin + i],
                       b = x[t][begin + i + head / 2];
          y[t][begin + i] = a * std::cos(angle) - b * std::sin(angle);
          y[t][begin + i + head / 2] = b * std::cos(angle) + a * std::sin(angle);
        }
    return y;
  }

  struct Entry {
    Matrix k, v;
    std::vector<bool> active;
  };
  const ModelConfig& c_;
  const std::map<std::string, Tensor>& weights_;
  std::map<int, Entry> kv_;  // by keys_of, from its first use
};

}  // namespace tinymor
