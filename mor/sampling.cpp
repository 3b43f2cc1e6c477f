#include "mor/sampling.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "tensor/kernels/kernels.h"
#include "tensor/random.h"

namespace tinymor {
namespace {

/// The logits without the token that never comes, and with the penalty for repeating.
std::vector<Real> adjusted(std::span<const Real> logits, const SampleOptions& options, std::span<const int32_t> text) {
  std::vector<Real> scores(logits.begin(), logits.end());
  if (options.repetition_penalty != 1) {
    const Real penalty = Real(options.repetition_penalty);
    for (int32_t id : text) scores[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
  }
  if (options.never >= 0 && scores.size() > 1) scores[options.never] = -std::numeric_limits<Real>::infinity();
  return scores;
}

/// As std::max_element, in steps that the compiler makes vectors of: a vocabulary is long, and this is done per token.
Real largest_of(const std::vector<Real>& scores) {
  std::array<Real, 32> best;
  best.fill(-std::numeric_limits<Real>::infinity());
  const size_t whole = scores.size() / best.size() * best.size();
  for (size_t first = 0; first < whole; first += best.size())
    for (size_t i = 0; i < best.size(); ++i) best[i] = std::max(best[i], scores[first + i]);
  const Real rest = *std::max_element(best.begin(), best.end());
  return std::accumulate(scores.begin() + int64_t(whole), scores.end(), rest,
                         [](Real a, Real b) { return std::max(a, b); });
}

/// A token with a weight in proportion to its probability.
struct Weighted {
  Real weight;
  int32_t id;
};
bool likelier(const Weighted& a, const Weighted& b) {
  return a.weight != b.weight ? a.weight > b.weight : a.id < b.id;
}
/// Likeliest first.
using Ranking = std::vector<Weighted>;

double total_of(const Ranking& ranking) {
  return std::accumulate(ranking.begin(), ranking.end(), 0.0,
                         [](double sum, const Weighted& token) { return sum + token.weight; });
}
/// Keeps the first that together reach `mass`, and at least one.
void keep_mass(Ranking& ranking, double mass) {
  double sum = 0;
  size_t kept = 0;
  while (kept < ranking.size() && (kept == 0 || sum < mass)) sum += ranking[kept++].weight;
  ranking.resize(kept);
}

/// The first `count` tokens of `weights`, of which the largest is 1, or fewer if those reach `mass`. To sort all of a
/// large vocabulary for every token would take longer than the model; a few tokens almost always have almost all of the
/// weight, and only these are sorted.
Ranking ranked(const std::vector<Real>& weights, size_t count, double mass) {
  Ranking ranking;
  for (Real floor : {Real(0x1p-4), Real(0x1p-8), Real(0x1p-16), std::numeric_limits<Real>::min()}) {
    ranking.clear();
    double sum = 0;
    for (size_t id = 0; id < weights.size(); ++id) {
      if (weights[id] < floor) continue;
      ranking.push_back({weights[id], int32_t(id)});
      sum += weights[id];
    }
    if (ranking.size() >= count || sum >= mass) break;
  }
  std::sort(ranking.begin(), ranking.end(), likelier);
  ranking.resize(std::min(ranking.size(), count));
  keep_mass(ranking, mass);
  return ranking;
}

/// The tokens that are left after all cut-offs, as far as a draw of `share` reaches, and the weight of all that are
/// left.
struct Nucleus {
  Ranking likely;
  double total;
};

Nucleus nucleus_of(std::span<const Real> logits, const SampleOptions& options, std::span<const int32_t> text,
                   double share) {
  std::vector<Real> weights = adjusted(logits, options, text);
  const Real largest = largest_of(weights);
  if (options.temperature <= 0) {
    const auto likeliest = std::find(weights.begin(), weights.end(), largest);
    return {{{1, likeliest == weights.end() ? 0 : int32_t(likeliest - weights.begin())}}, 1};  // all NaN
  }
  for (Real& w : weights) w = (w - largest) / Real(options.temperature);
  kernels::table().unary(kernels::Unary::exp, int64_t(weights.size()), weights.data(), weights.data());
  double total = 0;
  for (Real& w : weights) {
    if (w < options.min_p) w = 0;
    total += w;
  }
  if (options.top_k == 0 && options.top_p >= 1) return {ranked(weights, weights.size(), share * total), total};
  Ranking likely;
  if (options.top_k > 0) {
    likely = ranked(weights, size_t(options.top_k), std::numeric_limits<double>::infinity());
    keep_mass(likely, options.top_p * total_of(likely));
  } else {
    likely = ranked(weights, weights.size(), options.top_p * total);
  }
  total = total_of(likely);
  return {std::move(likely), total};
}

}  // namespace

std::vector<Candidate> distribution(std::span<const Real> logits, const SampleOptions& options,
                                    std::span<const int32_t> text) {
  const auto [likely, total] = nucleus_of(logits, options, text, 1);
  std::vector<Candidate> candidates;
  for (const Weighted& token : likely) candidates.push_back({token.id, float(token.weight / total)});
  return candidates;
}

int32_t sample(std::span<const Real> logits, const SampleOptions& options, double draw, std::span<const int32_t> text) {
  const auto [likely, total] = nucleus_of(logits, options, text, draw);
  double left = draw * total;
  for (const Weighted& token : likely) {
    left -= token.weight;
    if (left < 0) return token.id;
  }
  return likely.back().id;
}

double sampling_draw(uint64_t seed, int64_t n) {
  Random random(seed, stream_of(Stream::sampling));
  random.skip(uint64_t(n));
  return random.uniform();
}

}  // namespace tinymor
