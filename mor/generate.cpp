#include "mor/generate.h"

#include <algorithm>
#include <numeric>

#include "tensor/error.h"
#include "tensor/kernels/kernels.h"
#include "tensor/random.h"

namespace tinymor {
namespace {

/// Notes each token's score at every recursion it was a candidate for.
class ScoreNotes : public Probe {
 public:
  explicit ScoreNotes(int64_t first) : first_(first) {}
  std::vector<std::vector<float>> scores;  // by row

  void on_recursion(int64_t, const Rows& candidates, const Tensor& logits, const Tensor&, const Rows&) override {
    if (!logits.defined()) return;
    for (int64_t i = 0; i < candidates.count(); ++i) {
      const size_t row = size_t(candidates.positions.data()[i] - first_);
      scores.resize(std::max(scores.size(), row + 1));
      scores[row].push_back(float(logits.data()[i]));
    }
  }

 private:
  int64_t first_;
};

/// Tokens with weights in proportion to their probabilities, likeliest first.
struct Nucleus {
  std::vector<int32_t> ids;
  std::vector<Real> weights;
  double total = 0;
};

Nucleus nucleus_of(std::span<const Real> logits, const SampleOptions& options) {
  std::vector<int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  if (order.size() > 1) std::erase(order, options.never);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return logits[a] > logits[b]; });
  if (options.temperature <= 0) return {{order[0]}, {1}, 1};
  if (options.top_k > 0) order.resize(std::min<size_t>(order.size(), size_t(options.top_k)));

  std::vector<Real> weights;
  for (int32_t id : order) weights.push_back((logits[id] - logits[order[0]]) / Real(options.temperature));
  kernels::table().unary(kernels::Unary::exp, int64_t(weights.size()), weights.data(), weights.data());
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  double nucleus = 0;
  size_t kept = 0;
  while (kept < weights.size() && (kept == 0 || nucleus < options.top_p * total)) nucleus += weights[kept++];
  order.resize(kept);
  weights.resize(kept);
  return {std::move(order), std::move(weights), nucleus};
}

}  // namespace

std::vector<Candidate> distribution(std::span<const Real> logits, const SampleOptions& options) {
  const Nucleus nucleus = nucleus_of(logits, options);
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < nucleus.ids.size(); ++i)
    candidates.push_back({nucleus.ids[i], float(nucleus.weights[i] / nucleus.total)});
  return candidates;
}

int32_t sample(std::span<const Real> logits, const SampleOptions& options, double draw) {
  const Nucleus nucleus = nucleus_of(logits, options);
  double left = draw * nucleus.total;
  for (size_t i = 0; i < nucleus.ids.size(); ++i) {
    left -= nucleus.weights[i];
    if (left < 0) return nucleus.ids[i];
  }
  return nucleus.ids.back();
}

double sampling_draw(uint64_t seed, int64_t n) {
  Random random(seed, stream_of(Stream::sampling));
  random.skip(uint64_t(n));
  return random.uniform();
}

Generator::Generator(const Model& model, SampleOptions options, int64_t max_depth)
    : model_(model), options_(options), max_depth_(max_depth), cache_(model.config()) {}

void Generator::set_options(SampleOptions options, int64_t max_depth) {
  options_ = options;
  max_depth_ = max_depth;
}

std::vector<GeneratedToken> Generator::prompt(std::span<const int32_t> ids, int64_t drawn) {
  check_input(!ids.empty(), "prompt: it has no tokens (give some text to start from)");
  drawn_ = drawn;
  return restart(ids);
}

std::vector<GeneratedToken> Generator::restart(std::span<const int32_t> ids) {
  const size_t longest = size_t(model_.config().max_seq_len);
  cache_.clear();
  text_.clear();
  return run(ids.size() > longest ? ids.subspan(ids.size() - longest) : ids);
}

GeneratedToken Generator::next() {
  check(!logits_.empty(), "[generate] next before a prompt");
  const int32_t id = sample(logits_, options_, sampling_draw(options_.seed, drawn_++));
  if (int64_t(text_.size()) < model_.config().max_seq_len) return run({&id, 1}).front();
  std::vector<int32_t> rest(text_.begin() + (text_.size() + 1) / 2, text_.end());
  rest.push_back(id);
  return restart(rest).back();
}

std::vector<GeneratedToken> Generator::run(std::span<const int32_t> ids) {
  const NoGrad off;
  const int64_t count = int64_t(ids.size()), first = int64_t(text_.size());
  ScoreNotes notes(first);
  const ForwardResult result = model_.forward(
      IntTensor({count}, ids), Rows::batch(1, count, first),
      {.rule = causal_rule(model_.config()), .max_depth = max_depth_, .cache = &cache_, .probe = &notes});
  text_.insert(text_.end(), ids.begin(), ids.end());
  const auto last = result.logits.value().slice(0, count - 1, count).values();
  logits_.assign(last.begin(), last.end());
  notes.scores.resize(size_t(count));
  std::vector<GeneratedToken> tokens;
  for (int64_t i = 0; i < count; ++i) tokens.push_back({ids[i], result.depth[i], std::move(notes.scores[i])});
  return tokens;
}

}  // namespace tinymor
