#include "visualizer/panels/inspector_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/panels/formulas.h"
#include "visualizer/panels/lens_details.h"
#include "visualizer/panels/loop_told.h"
#include "visualizer/panels/loop_words.h"
#include "visualizer/panels/panel.h"
#include "visualizer/panels/patch_words.h"

namespace tinymor {
namespace {

/// Its depth, by both rules where they differ.
void add_depth(TokenLine& line, const AppState& state, TokenRef token) {
  const TextView& view = state.shown.text(token.subject, state.rule);
  if (!view.recurs()) {
    line.say("no recursions: " + view.whole);
    return;
  }
  const auto put = [&](RuleView rule) {
    const std::string depth = fmt::format("{}", state.shown.text(token.subject, rule).depth[size_t(token.token)]);
    if (token.subject == Subject::watched)
      line.number(depth, {Glow::depth, token.token});
    else
      line.say(depth);
  };
  line.say("depth ");
  const size_t t = size_t(token.token);
  if (token.subject == Subject::watched && view.routing == Routing::expert_choice) {
    if (state.shown.training.depth[t] == state.shown.causal.depth[t]) {
      put(RuleView::causal);
      line.say(" by both rules");
      return;
    }
    put(RuleView::training);
    line.say(" by the training rule, ");
    put(RuleView::causal);
    line.say(" by the causal rule");
    return;
  }
  put(RuleView::causal);
  if (token.subject == Subject::generated) line.say(" as generated");
}

/// Whose formulas they are, with what an experiment changed.
Inspected inspected_of(const Source& source, const AppState& state, TokenRef token, const TextView& view) {
  const bool changed = changed_trace(source, state, token.subject), watched = token.subject == Subject::watched;
  Inspected out{view, token.token, source.geometry().model.router};
  out.training = shows_training(state, token);
  out.bar = bar_in_force(source, state, token.subject);
  out.gates = out.sources = watched;
  out.forced = changed && state.tried.depth > 0 && (state.tried.token < 0 || state.tried.token == token.token);
  out.without = changed ? state.tried.without : 0;
  return out;
}

}  // namespace

std::optional<TokenRef> inspected_token(const AppState& state) {
  const auto valid = [&](const TokenRef& token) {
    return token.token >= 0 && token.token < state.shown.text(token.subject, state.rule).size();
  };
  if (const auto selected = state.selected(); selected && valid(*selected)) return selected;
  if (state.pinned && valid(*state.pinned)) return state.pinned;
  const TextView& view = state.shown.text(Subject::watched, state.rule);
  if (view.size() == 0) return std::nullopt;
  return TokenRef{Subject::watched, told_token(view)};
}

bool shows_training(const AppState& state, TokenRef token) {
  return token.subject == Subject::watched && state.rule == RuleView::training;
}

std::vector<TokenLine> token_lines(const Source& source, const AppState& state, TokenRef token) {
  const TextView view = text_in_force(source, state, token.subject);
  const int t = token.token;
  std::vector<TokenLine> out = {
      {fmt::format("token {} {}: ", token_number(t), in_quotes(view.pieces[size_t(t)])), false}};
  add_depth(out[0], state, token);
  for (TokenLine& line : formulas(inspected_of(source, state, token, view))) out.push_back(std::move(line));
  if (std::isfinite(view.nll[size_t(t)]) && t + 1 < view.size()) {
    const std::string loss = fmt::format("{:.2f}", view.nll[size_t(t)]);
    TokenLine line{fmt::format("predicts {} next: ", in_quotes(view.pieces[size_t(t) + 1]))};
    if (token.subject == Subject::watched)
      line.number(loss, {Glow::guess, t, int(view.rows.size())});
    else
      line.say(loss);
    out.push_back(line.say(fmt::format(" nats ({})", percent(std::exp(-view.nll[size_t(t)])))));
  }
  if (changed_trace(source, state, token.subject)) {
    out.push_back({fmt::format("what if: depth {} here", view.depth[size_t(t)]), false});
    return out;
  }
  if (token.subject == Subject::watched && size_t(t) < state.shown.likely.size())
    out.push_back({(view.routing == Routing::expert_choice ? "causal rule, likeliest: " : "likeliest: ") +
                       state.shown.likely[size_t(t)],
                   false, false, true});
  if (t > 0 && std::isfinite(view.nll[size_t(t) - 1]))
    out.push_back({fmt::format("was predicted itself: {:.2f} nats", view.nll[size_t(t) - 1]), false});
  return out;
}

std::optional<PatchRef> inspected_patch(const Source& source, const AppState& state) {
  if (state.shown.images < 0) return std::nullopt;
  const ImageSnapshot& images = source.history().images[size_t(state.shown.images)];
  const int patches = images.rows * images.columns;
  const auto there = [&](const PatchRef& p) {
    return p.image >= 0 && p.image < int(images.images.size()) && p.patch >= 0 && p.patch < patches;
  };
  if (state.hovered_patch && there(*state.hovered_patch)) return state.hovered_patch;
  if (images.images.empty()) return std::nullopt;
  const PatchRef chosen{state.told_image_number(source), pinned_in(state, Subject::watched, patches).value_or(-1)};
  if (there(chosen)) return chosen;
  const std::vector<int32_t>& depth = images.images[size_t(chosen.image)].depth;
  return PatchRef{chosen.image, int(std::max_element(depth.begin(), depth.end()) - depth.begin())};
}

std::string patch_name(const Source& source, const AppState& state, PatchRef patch) {
  const int columns = source.history().images[size_t(state.shown.images)].columns;
  return fmt::format("row {}, column {}", patch.patch / columns + 1, patch.patch % columns + 1);
}

SeenImage inspected_image(const Source& source, const AppState& state, PatchRef patch) {
  SeenImage image = source.history().images[size_t(state.shown.images)].images[size_t(patch.image)];
  const bool told = patch.image == state.told_image_number(source);
  if (const ImageTrace* changed = told ? changed_image(source, state) : nullptr)
    static_cast<ImageTrace&>(image) = *changed;
  return image;
}

namespace {

/// "as routed: 7 (98 %), 1 (1 %)" for each number of passes.
TokenLine guesses_line(const Source& source, const SeenImage& image) {
  const Guesses guesses = guesses_of(image);
  if (guesses.likely.empty()) return {"what fewer passes would take it for was not recorded", false};
  TokenLine out{"after so many passes: ", false, false, true};
  for (size_t r = 0; r < guesses.likely.size(); ++r) {
    out.say((r > 0 ? "; " : "") + most_recursions(r, guesses.likely.size()) + ":");
    for (size_t c = 0; c < std::min<size_t>(3, guesses.likely[r].size()); ++c) {
      const Candidate& guess = guesses.likely[r][c];
      out.say(fmt::format("{} {} ({})", c > 0 ? "," : "", class_name(source, guess.id), percent(guess.probability)));
    }
  }
  return out;
}

}  // namespace

std::vector<TokenLine> patch_lines(const Source& source, const AppState& state, PatchRef patch) {
  const SeenImage image = inspected_image(source, state, patch);
  const bool told = patch.image == state.told_image_number(source);
  const TextView view = view_of(image, source.geometry());
  Inspected inspected{view, patch.patch, source.geometry().model.router, true};
  inspected.gates = !inspected.router.random;
  inspected.sources = told;
  inspected.what = "patch";
  TokenLine first{image.truth == SeenImage::unknown
                      ? std::string("patch of what you drew: ")
                      : fmt::format("patch of image {}, a {}: ", patch.image + 1, class_name(source, image.truth)),
                  false};
  const std::string depth = fmt::format("{}", view.depth[size_t(patch.patch)]);
  if (!view.recurs())
    first.say("no recursions: " + view.whole);
  else if (inspected.sources)
    first.say("depth ").number(depth, {Glow::depth, patch.patch});
  else
    first.say("depth " + depth);
  std::vector<TokenLine> out = {std::move(first)};
  if (view.recurs()) out.push_back({patch_rule(source), false});
  for (TokenLine& line : formulas(inspected)) out.push_back(std::move(line));
  out.push_back({"the whole image is " + verdict(source, image).front()});
  if (view.recurs()) out.push_back(guesses_line(source, image));
  return out;
}

namespace {

/// The depth and loss of a part of the text.
struct SpanSummary {
  std::string text;
  double depth = 0, loss = 0;  ///< Means; of the losses that are known.
};

SpanSummary summary_of(const TextView& view, int first, int last) {
  SpanSummary out;
  double depth = 0, loss = 0;
  int known = 0;
  for (int t = first; t <= last; ++t) {
    out.text += view.pieces[size_t(t)];
    depth += view.depth[size_t(t)];
    if (!std::isfinite(view.nll[size_t(t)])) continue;
    loss += view.nll[size_t(t)];
    ++known;
  }
  out.depth = depth / (last - first + 1);
  out.loss = known > 0 ? loss / known : std::nan("");
  return out;
}

}  // namespace

std::vector<TokenLine> span_lines(const Source& source, const AppState& state) {
  const TextView& view = state.shown.text(Subject::watched, state.rule);
  if (!state.span || state.span->second >= view.size()) return {};
  const auto [first, last] = *state.span;
  const SpanSummary part = summary_of(view, first, last), whole = summary_of(view, 0, view.size() - 1);
  return {{in_quotes(part.text)},
          {fmt::format("positions {} to {}: {} of {} tokens", token_number(first), token_number(last), last - first + 1,
                       view.size())},
          {view.recurs() ? fmt::format("{:.2f} recursions per token, in the whole text {:.2f}", part.depth, whole.depth)
                         : "no recursions: " + view.whole + " for every token"},
          {fmt::format("{:.2f} nats to predict what follows, in the whole text {:.2f}", part.loss, whole.loss)},
          {fmt::format("step {}{}", state.shown.step, and_rule(source, rule_in_force(state))), false}};
}

std::string inspected_in_short(const Source& source, const AppState& state) {
  if (const auto patch = inspected_patch(source, state)) {
    std::string out = patch_name(source, state, *patch);
    for (const TokenLine& line : patch_lines(source, state, *patch)) out += " \u00b7 " + line.text;
    return out;
  }
  if (const std::vector<TokenLine> lines = span_lines(source, state); !lines.empty())
    return lines[0].text + " \u00b7 " + lines[2].text;
  const auto token = inspected_token(state);
  if (!token) return "";
  const TextView& view = state.shown.text(token->subject, state.rule);
  const size_t t = size_t(token->token);
  std::string out = fmt::format("{} \u00b7 {}", in_quotes(view.pieces[t]),
                                view.recurs() ? fmt::format("depth {}", view.depth[t]) : view.whole);
  std::vector<std::string> scores;
  for (const RecursionRow& row : view.rows)
    if (row.cells[t].scored) scores.push_back(fmt::format("{:.2f}", router_score(row.cells[t].logit)));
  if (!scores.empty()) out += fmt::format(" \u00b7 scores {}", fmt::join(scores, ", "));
  if (std::isfinite(view.nll[t])) out += fmt::format(" \u00b7 {:.2f} nats to predict what follows", view.nll[t]);
  return out;
}

}  // namespace tinymor
