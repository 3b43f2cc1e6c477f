#include "visualizer/views/scores_view.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tinymor {
namespace {

constexpr int bins = ScoreHistogram::bins;

}  // namespace

std::span<const uint32_t> row_of(const std::vector<uint32_t>& counts, int r) {
  return std::span(counts).subspan(size_t(r) * bins, bins);
}

int recursions_of(const ScoreHistogram& scores) {
  return int(std::min(scores.taken.size(), scores.left.size()) / bins);
}

double total(std::span<const uint32_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

double mean_score(std::span<const uint32_t> counts) {
  double sum = 0;
  for (int bin = 0; bin < bins; ++bin) sum += counts[bin] * (bin + 0.5) / bins;
  return sum / total(counts);
}

const ScoreHistogram* scores_at(const RunHistory& history, int64_t step) {
  const auto found = std::lower_bound(history.scores.begin(), history.scores.end(), step,
                                      [](const ScoreHistogram& s, int64_t at) { return s.step < at; });
  if (history.scores.empty()) return nullptr;
  return found == history.scores.end() ? &history.scores.back() : &*found;
}

double ScoreCounts::peak() const {
  double most = 0;
  for (int bin = 0; bin < bins; ++bin) most = std::max(most, taken[bin] + left[bin]);
  return most;
}

std::vector<ScoreCounts> columns_of(std::span<const ScoreHistogram> scores, int recursion, int count) {
  std::vector<ScoreCounts> columns(count);
  for (int c = 0; c < count; ++c)
    for (size_t i = c * scores.size() / count; i < (c + 1) * scores.size() / count; ++i)
      for (int bin = 0; bin < bins && recursion < recursions_of(scores[i]); ++bin) {
        columns[c].taken[bin] += row_of(scores[i].taken, recursion)[bin];
        columns[c].left[bin] += row_of(scores[i].left, recursion)[bin];
      }
  return columns;
}

double overlap(const ScoreHistogram& scores, int r) {
  if (r >= recursions_of(scores)) return std::nan("");
  const auto taken = row_of(scores.taken, r), left = row_of(scores.left, r);
  double shared = 0;
  for (int bin = 0; bin < bins; ++bin) shared += std::min(taken[bin] / total(taken), left[bin] / total(left));
  return total(taken) > 0 && total(left) > 0 ? shared : std::nan("");
}

double cut(const ScoreCounts& counts) {
  const auto sum = [](const auto& of) { return std::accumulate(of.begin(), of.end(), 0.0); };
  double above = sum(counts.taken);
  if (above == 0 || sum(counts.left) == 0) return std::nan("");
  for (int bin = bins - 1;; --bin) {
    const double here = counts.taken[bin] + counts.left[bin];
    if (here >= above) return (bin + 1 - above / here) / bins;
    above -= here;
  }
}

double cut(const ScoreHistogram& scores, int r) {
  return cut(columns_of({&scores, 1}, r, 1).front());
}

}  // namespace tinymor
