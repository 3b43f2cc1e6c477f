#include "visualizer/state/shown.h"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/pieces.h"

namespace tinymor {

const char* rule_name(RuleView rule) {
  static constexpr const char* names[] = {"training rule", "causal rule", "training against causal rule"};
  return names[int(rule)];
}

std::string and_rule(const Source& source, RuleView rule) {
  return source.geometry().routing == Routing::expert_choice ? std::string(" \u00b7 ") + rule_name(rule) : "";
}

namespace {

std::vector<std::string> likely_next(const Trace& trace, const Source& source) {
  std::vector<std::string> out;
  const size_t tokens = trace.tokens.size(), each = tokens > 0 ? trace.likely.size() / tokens : 0;
  for (size_t t = 0; each > 0 && t < tokens; ++t) {
    out.emplace_back();
    for (size_t i = 0; i < each; ++i) {
      const Candidate& candidate = trace.likely[t * each + i];
      out.back() += fmt::format("{}{} {}", i > 0 ? ", " : "", in_quotes(source.quoted(candidate.id)),
                                percent(candidate.probability));
    }
  }
  return out;
}

}  // namespace

void TextZoom::follow(const std::vector<int32_t>& ids) {
  if (ids.empty() || ids == text) return;
  const bool same = std::equal(ids.begin(), ids.begin() + std::min(ids.size(), text.size()), text.begin());
  if (same)
    grow(double(text.size()), double(ids.size()));
  else
    static_cast<Zoom&>(*this) = {};
  text = ids;
}

void CallZoom::follow(int now) {
  constexpr int most = 400, at_first = 200;
  if (now == 0 || now == calls) return;
  if (calls == 0 && now > most && width() == 1)
    from = 1 - double(at_first) / double(now);
  else
    grow(double(calls), double(now));
  calls = now;
}

void Shown::update(const Source& source, int snapshot, int tokens) {
  const RunHistory& history = source.history();
  const std::vector<Snapshot>& all = history.snapshots;
  const bool there = snapshot >= 0 && snapshot < history.snapshot_count();
  step = there ? history.snapshot_step(snapshot) : 0;
  index = there && !all.empty() ? snapshot : -1;
  // An image that was drawn has the step of the run's own images before it.
  images = there && !history.of_images() ? history.images_at(step) : snapshot;
  if (!there) images = -1;
  if (images >= 0 && !is_drawn(history.images[images]) && !consistent(history.images[images])) images = -1;
  // A snapshot never changes, though its index may.
  std::optional<Key> made_of;
  if (index >= 0) made_of.emplace(step, all[index].threshold.tokens, all[index].threshold.exits.size());
  if (made_of != made_of_) {
    training = made_of ? view_of(all[index].topk, source.geometry()) : TextView();
    causal = made_of ? view_of(all[index].threshold, source.geometry()) : TextView();
    lens = made_of ? lens_of(all[index]) : LensView();
    likely = made_of ? likely_next(all[index].threshold, source) : std::vector<std::string>();
    made_of_ = std::move(made_of);
  }
  const std::vector<GeneratedPiece>& text = source.generation().text;
  tokens = std::min(tokens, int(text.size()));
  if (source.generation_version() != generation_version_ || tokens != generated_tokens_)
    generated = view_of(std::span(text).first(size_t(tokens)), source.geometry());
  generation_version_ = source.generation_version();
  generated_tokens_ = tokens;
}

const TextView& Shown::text(Subject subject, RuleView rule) const {
  if (subject == Subject::generated) return generated;
  return rule == RuleView::training ? training : causal;
}

}  // namespace tinymor
