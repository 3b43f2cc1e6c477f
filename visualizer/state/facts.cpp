#include "visualizer/state/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "mor/sharing.h"
#include "visualizer/runs/draw.h"
#include "visualizer/views/scores_view.h"

namespace tinymor {
namespace {

/// A fact whose value is a number or a text.
template <class Get>
Setting fact(const char* name, Get get) {
  return {name, "", [=](const AppState& s, const Source& source) { return fmt::format("{}", get(s, source)); }};
}

/// "none" for a number that is not known.
std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : "none";
}

/// What is known of the pinned token, or "none".
template <class Get>
std::string of_pinned(const AppState& s, Get&& get) {
  if (!s.pinned) return "none";
  const TextView& view = s.shown.text(s.pinned->subject, s.rule);
  return s.pinned->token < view.size() ? get(view, s.pinned->token) : "none";
}

std::string pinned_depth(const AppState& s, const Source&) {
  return of_pinned(s, [](const TextView& view, int t) { return fmt::format("{}", view.depth[size_t(t)]); });
}

std::string pinned_differs(const AppState& s, const Source&) {
  return of_pinned(s, [&](const TextView&, int t) {
    const auto &training = s.shown.training.depth, &causal = s.shown.causal.depth;
    const size_t at = size_t(t);
    return at < training.size() && at < causal.size() && training[at] != causal[at] ? "yes" : "no";
  });
}

const TextView& watched(const AppState& s) {
  return s.shown.text(Subject::watched, s.rule);
}

/// Tokens of the watched text that the first or last recursion computed, or "none".
std::string computed(const AppState& s, bool last) {
  const std::vector<RecursionRow>& rows = watched(s).rows;
  return rows.empty() ? "none" : fmt::format("{}", (last ? rows.back() : rows.front()).computed);
}

int differing(const AppState& s, const Source&) {
  const auto &training = s.shown.training.depth, &causal = s.shown.causal.depth;
  int count = 0;
  for (size_t t = 0; t < std::min(training.size(), causal.size()); ++t) count += training[t] != causal[t];
  return count;
}

/// By how much the mean loss of the watched text falls, by the causal rule, when tokens may take more than one
/// recursion.
std::string lens_gain(const AppState& s, const Source&) {
  const LensView& lens = s.shown.lens;
  return lens.nll.empty() ? "none" : number(lens.mean(0) - lens.mean(lens.nll.size() - 1));
}

/// The mean loss of the watched text as a share of the loss of a guess that finds all tokens equally likely.
std::string loss_of_uniform(const AppState& s, const Source& source) {
  return number(watched(s).lm_loss / std::log(double(source.history().run.vocabulary.size())));
}

/// The largest overlap of the scores of taken and left tokens at the step that is shown.
std::string overlap_here(const AppState& s, const Source& source) {
  const ScoreHistogram* scores = scores_at(source.history(), s.shown.step);
  if (!scores) return "none";
  double most = -1;
  for (int r = 0; r < source.geometry().recursions; ++r) most = std::fmax(most, overlap(*scores, r));
  return most < 0 ? "none" : number(most);
}

/// What the cache of the text that the cache panel shows takes under a strategy, in bytes.
int64_t cache_bytes(const AppState& s, const Source& source, KvStrategy strategy) {
  const TextView& view = s.shown.text(s.cache_subject, s.rule);
  return cache_under(view, source.geometry(), strategy).bytes;
}

KvStrategy drawn_strategy(const AppState& s, const Source& source) {
  return s.cache_strategy == 0 ? source.geometry().model.kv_cache : KvStrategy(s.cache_strategy - 1);
}

/// The probability that the likeliest candidate for the next token of the generated text has, as it is drawn.
std::string likeliest(const AppState& s, const Source& source) {
  const Generation& g = source.generation();
  if (g.logits.empty() || g.running) return "none";
  const std::vector<int32_t>& ids = s.shown.generated.ids;
  return number(draw_of(g.logits, s.request, ids, int(ids.size()) - g.prompt_tokens()).candidates[0].probability);
}

int written_of(int tokens, const Source& source) {
  return std::max(0, tokens - source.generation().prompt_tokens());
}

}  // namespace

std::vector<Setting> facts() {
  using State = const AppState&;
  using Run = const Source&;
  return {
      fact("recursions", [](State, Run run) { return run.geometry().recursions; }),
      fact("layers", [](State, Run run) { return layer_map(run.config().model).weights.size(); }),
      fact("layers.unique", [](State, Run run) { return layer_map(run.config().model).unique; }),
      fact("pinned.depth", pinned_depth),
      fact("pinned.differs", pinned_differs),
      fact("loss.of_uniform", loss_of_uniform),
      fact("depth", [](State s, Run) { return number(watched(s).mean_depth); }),
      fact("computed.first", [](State s, Run) { return computed(s, false); }),
      fact("computed.last", [](State s, Run) { return computed(s, true); }),
      fact("differing", differing),
      fact("lens.gain", lens_gain),
      fact("overlap", overlap_here),
      fact("cache.bytes", [](State s, Run run) { return cache_bytes(s, run, drawn_strategy(s, run)); }),
      fact("cache.shared", [](State s, Run run) { return cache_bytes(s, run, KvStrategy::shared); }),
      fact("cache.recursion_wise", [](State s, Run run) { return cache_bytes(s, run, KvStrategy::recursion_wise); }),
      fact("cache.vanilla", [](State s, Run) { return s.shown.text(s.cache_subject, s.rule).kv.vanilla_bytes; }),
      fact("text", [](State, Run run) { return run.generation().text.size(); }),
      fact("written", [](State, Run run) { return written_of(int(run.generation().text.size()), run); }),
      fact("written.here", [](State s, Run run) { return written_of(s.shown.generated.size(), run); }),
      fact("likeliest", likeliest),
      fact("status", [](State, Run run) { return status_name(run.status()); })};
}

}  // namespace tinymor
