#include "questions.h"

#include <cmath>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "autograd/ops.h"
#include "mor/counts.h"
#include "mor/expert_choice.h"
#include "mor/kv_cache.h"
#include "mor/router.h"
#include "mor/sampling.h"
#include "mor/sharing.h"
#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/ops.h"

namespace tinymor {
namespace {

using Numbers = std::vector<double>;

template <class Values>
Numbers numbers(const Values& values) {
  return Numbers(values.begin(), values.end());
}

Variable number(Real value) {
  return Variable::parameter(Tensor({}, {value}));
}

Numbers gradients(const Variable& y, std::initializer_list<Variable> of) {
  y.backward();
  Numbers grads;
  for (const Variable& x : of) grads.push_back(x.grad().item());
  return grads;
}

/// Loss and gradient of one prediction.
Numbers loss_and_gradient(std::vector<Real> logits, int32_t target) {
  const int64_t count = int64_t(logits.size());
  const Variable scores = Variable::parameter(Tensor({1, count}, logits));
  const Variable loss = cross_entropy(scores, IntTensor({1}, {target}));
  loss.backward();
  Numbers all{loss.item()};
  for (Real grad : scores.grad().to_vector()) all.push_back(grad);
  return all;
}

ModelConfig model(Sharing sharing, int64_t layers, int64_t recursions) {
  ModelConfig config;
  config.vocab_size = 256;
  config.d_model = 64;
  config.n_heads = 4;
  config.n_kv_heads = 2;
  config.d_ff = 192;
  config.n_layers = layers;
  config.max_seq_len = 128;
  config.sharing = sharing;
  config.n_recursions = recursions;
  config.resolve();
  return config;
}

ModelConfig routed(ModelConfig config) {
  config.routing = Routing::expert_choice;
  config.resolve();
  return config;
}

/// Entries of the cache for one token.
int64_t entries(const ModelConfig& config, int64_t depth) {
  return kv_bytes_of_token(config, depth) / kv_bytes_per_entry(config);
}

Numbers entries_per_token() {
  ModelConfig config = model(Sharing::middle_cycle, 34, 4);
  config.kv_cache = KvStrategy::shared;
  const double entry = double(kv_bytes_per_entry(config));
  return {kv_bytes_per_token(config, KvStrategy::shared) / entry, vanilla_kv_bytes_per_token(config) / entry};
}

const std::vector<Real> kEightScores{0.2f, -0.5f, 1.1f, 0.2f, 0.7f, -0.1f, 0.2f, -2.0f};

Numbers at_least_0(const std::vector<Real>& scores) {
  Numbers taken;
  for (size_t i = 0; i < scores.size(); ++i)
    if (scores[i] >= 0) taken.push_back(double(i));
  return taken;
}

Numbers ids_left(const std::vector<Real>& logits, const SampleOptions& options) {
  Numbers ids;
  for (const Candidate& candidate : distribution(logits, options))
    if (candidate.probability > 0) ids.push_back(candidate.id);
  return ids;
}

const std::vector<std::pair<std::string, std::function<Numbers()>>>& questions() {
  static const std::vector<std::pair<std::string, std::function<Numbers()>>> all{
      {"one-in-four",
       [] {
         return Numbers{loss_and_gradient({0, 0, 0, 0}, 0)[0]};
       }},
      {"layers-of-had", [] { return Numbers{layers_per_token(routed(model(Sharing::middle_cycle, 8, 3)), 2)}; }},
      {"shape-of-a-sum",
       [] {
         return numbers((Tensor::zeros({4, 1, 3}) + Tensor::zeros({2, 1})).shape());
       }},
      {"strides-of-a-slice",
       [] {
         return numbers(Tensor::zeros({2, 3}).transpose(0, 1).slice(0, 1, 3).strides());
       }},
      {"two-uses",
       [] {
         const Variable a = number(3), b = number(2);
         return gradients((a + b) * a, {a, b});
       }},
      {"doubled-and-squared",
       [] {
         const Variable a = number(3), b = a + a;
         return gradients(b * b, {a});
       }},
      {"without-token-0",
       [] {
         return numbers(softmax(Variable(Tensor({2}, {2, 3}))).value().to_vector());
       }},
      {"map-of-six", [] { return numbers(layer_map(model(Sharing::middle_sequence, 6, 2)).weights); }},
      {"eleven-layers", [] { return Numbers{double(count_parameters(model(Sharing::middle_cycle, 11, 3)).total())}; }},
      {"take-four", [] { return numbers(top_k_ascending(kEightScores, capacity_count(0.5, 8))); }},
      {"pull-at-a-score",
       [] {
         const Variable score = number(-1.45f);
         return gradients(bce_with_logits(score, Tensor({}, {0})) * Real(0.25), {score});
       }},
      {"weights-of-a-router",
       [] {
         ModelConfig config = model(Sharing::middle_cycle, 8, 3);
         config.d_model = 128;
         return Numbers{double(count_parameters(routed(config)).routers)};
       }},
      {"take-by-sign", [] { return at_least_0(kEightScores); }},
      {"without-the-last",
       [] {
         Numbers taken;
         for (double share : {1.0, 2.0 / 3, 1.0 / 3}) taken.push_back(double(capacity_count(share, 5)));
         return taken;
       }},
      {"four-tokens",
       [] {
         int64_t sum = 0;
         for (int64_t depth : {1, 3, 2, 1}) sum += entries(routed(model(Sharing::middle_cycle, 5, 3)), depth);
         return Numbers{double(sum)};
       }},
      {"entries-per-token", entries_per_token},
      {"top-p-at-two",
       [] {
         return ids_left({3, 2, 1.5f, 0, -1, -2}, {.temperature = 2, .top_p = 0.8});
       }},
      {"token-0-comes",
       [] {
         return loss_and_gradient({2, 1, 0}, 0);
       }},
  };
  return all;
}

/// The decimal number at `at`, which is moved behind it; none without a digit there. The same in every locale.
std::optional<double> read_number(std::string_view text, size_t& at) {
  size_t end = at;
  double value = 0, unit = 1;
  bool digits = false, fraction = false;
  const bool negative = end < text.size() && text[end] == '-';
  if (negative) ++end;
  for (; end < text.size(); ++end) {
    if (text[end] == '.' && !fraction) {
      fraction = true;
    } else if (text[end] >= '0' && text[end] <= '9') {
      digits = true;
      value = value * 10 + (text[end] - '0');
      if (fraction) unit *= 10;
    } else {
      break;
    }
  }
  if (!digits) return std::nullopt;
  at = end;
  return (negative ? -value : value) / unit;
}

Numbers read_numbers(std::string text) {
  const std::string minus = "\u2212";
  for (size_t at; (at = text.find(minus)) != std::string::npos;) text.replace(at, minus.size(), "-");
  Numbers all;
  for (size_t at = 0; at < text.size();) {
    std::optional<double> number = read_number(text, at);
    if (!number) {
      ++at;
      continue;
    }
    if (at < text.size() && text[at] == '/')
      if (const std::optional<double> below = read_number(text, ++at)) *number /= *below;
    all.push_back(*number);
  }
  return all;
}

bool near(double given, double right) {
  const bool whole = std::abs(right - std::round(right)) < 1e-6;
  return std::abs(given - right) <= (whole ? 1e-6 : 0.01 * std::abs(right));
}

}  // namespace

std::vector<std::string> question_names() {
  std::vector<std::string> names;
  for (const auto& [name, answer] : questions()) names.push_back(name);
  return names;
}

std::vector<double> worked_out(const std::string& question) {
  for (const auto& [name, answer] : questions())
    if (name == question) return answer();
  throw Error(fmt::format("there is no question {}", cited(question)));
}

bool right_answer(const std::string& question, const std::string& answer) {
  const Numbers right = worked_out(question), given = read_numbers(answer.substr(0, 1000));
  if (given.size() != right.size()) return false;
  for (size_t i = 0; i < right.size(); ++i)
    if (!near(given[i], right[i])) return false;
  return true;
}

}  // namespace tinymor
