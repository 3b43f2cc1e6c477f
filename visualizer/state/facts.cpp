#include "visualizer/state/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "mor/sharing.h"
#include "visualizer/views/scores_view.h"

namespace tinymor {
namespace {

using Getter = std::string (*)(const AppState&, const Source&);

SettingEntry fact(const char* name, Getter get) {
  return {{name, "", true}, get, [](AppState&, const Source&, const std::string&) { return false; }};
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

const TextView& probe(const AppState& s) {
  return s.shown.text(Subject::probe, s.rule);
}

/// Tokens that a recursion of the probe computed, or "none".
std::string computed(const AppState& s, bool last) {
  const std::vector<RecursionRow>& rows = probe(s).rows;
  return rows.empty() ? "none" : fmt::format("{}", (last ? rows.back() : rows.front()).computed);
}

std::string differing(const AppState& s, const Source&) {
  const auto &training = s.shown.training.depth, &causal = s.shown.causal.depth;
  int count = 0;
  for (size_t t = 0; t < std::min(training.size(), causal.size()); ++t) count += training[t] != causal[t];
  return fmt::format("{}", count);
}

/// By how much the mean loss of the probe by the causal rule falls when tokens may take more than one recursion.
std::string lens_gain(const AppState& s, const Source&) {
  const LensView& lens = s.shown.lens;
  return lens.nll.empty() ? "none" : number(lens.mean(0) - lens.mean(lens.nll.size() - 1));
}

/// The mean loss of the probe as a share of that of a guess among all tokens alike.
std::string loss_of_uniform(const AppState& s, const Source& source) {
  return number(probe(s).lm_loss / std::log(double(source.history().run.vocabulary.size())));
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
std::string cache_bytes(const AppState& s, const Source& source, KvStrategy strategy) {
  const TextView& view = s.shown.text(s.cache_subject, s.rule);
  return fmt::format("{}", cache_under(view, source.geometry(), strategy).bytes);
}

KvStrategy drawn_strategy(const AppState& s, const Source& source) {
  return s.cache_strategy == 0 ? source.geometry().model.kv_cache : KvStrategy(s.cache_strategy - 1);
}

int written_of(int tokens, const Source& source) {
  return std::max(0, tokens - source.generation().prompt_tokens());
}

std::string layers(const Source& source, bool unique) {
  const LayerMap map = layer_map(source.config().model);
  return fmt::format("{}", unique ? map.unique : int64_t(map.weights.size()));
}

}  // namespace

std::vector<SettingEntry> facts() {
  return {
      fact("recursions",
           [](const AppState&, const Source& source) { return fmt::format("{}", source.geometry().recursions); }),
      fact("layers", [](const AppState&, const Source& source) { return layers(source, false); }),
      fact("layers.unique", [](const AppState&, const Source& source) { return layers(source, true); }),
      fact("pinned.depth", pinned_depth),
      fact("pinned.differs", pinned_differs),
      fact("loss.of_uniform", loss_of_uniform),
      fact("depth", [](const AppState& s, const Source&) { return number(probe(s).mean_depth); }),
      fact("computed.first", [](const AppState& s, const Source&) { return computed(s, false); }),
      fact("computed.last", [](const AppState& s, const Source&) { return computed(s, true); }),
      fact("differing", differing),
      fact("lens.gain", lens_gain),
      fact("overlap", overlap_here),
      fact("cache.bytes",
           [](const AppState& s, const Source& source) { return cache_bytes(s, source, drawn_strategy(s, source)); }),
      fact("cache.shared",
           [](const AppState& s, const Source& source) { return cache_bytes(s, source, KvStrategy::shared); }),
      fact("cache.recursion_wise",
           [](const AppState& s, const Source& source) { return cache_bytes(s, source, KvStrategy::recursion_wise); }),
      fact("cache.vanilla",
           [](const AppState& s, const Source&) {
             return fmt::format("{}", s.shown.text(s.cache_subject, s.rule).kv.vanilla_bytes);
           }),
      fact("text",
           [](const AppState&, const Source& source) { return fmt::format("{}", source.generation().text.size()); }),
      fact("written",
           [](const AppState&, const Source& source) {
             return fmt::format("{}", written_of(int(source.generation().text.size()), source));
           }),
      fact("written.here",
           [](const AppState& s, const Source& source) {
             return fmt::format("{}", written_of(s.shown.generated.size(), source));
           }),
      fact("status", [](const AppState&, const Source& source) { return std::string(status_name(source.status())); })};
}

}  // namespace tinymor
