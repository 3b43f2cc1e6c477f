#include "visualizer/panels/inspector_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "mor/config.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/panels/loop_words.h"
#include "visualizer/panels/panel.h"

namespace tinymor {
namespace {

/// What the block's result does to the token's state.
std::string update_text(const RouterConfig& router, const Cell& cell) {
  const char* result = router.residual == RouterResidual::delta ? "(block(old) \u2212 old)" : "block(old)";
  if (router.gating == RouterGating::additive) return fmt::format("new state = old + {}", result);
  return fmt::format("new state = old + {:.3f} \u00b7 {}, the gate: {:.3g} \u00b7 {:.2f}", cell.gate, result,
                     router.alpha, cell.gate / router.alpha);
}

/// How many of the tokens that a recursion took come after this one.
int taken_later(const RecursionRow& row, int token) {
  return int(std::count_if(row.cells.begin() + token + 1, row.cells.end(),
                           [](const Cell& cell) { return cell.state == CellState::computed; }));
}

/// What a router's score is worked out from: its weights and the token's state, or nothing at all.
std::string raw_score(const RouterConfig& router, bool training) {
  if (router.random) return "a random number";
  if (!training && router.sampling == RouterSampling::aux_router) return "auxiliary router(h)";
  return router.type == RouterType::linear ? "r\u00b7h" : "r(h)";
}

void add_choice(std::vector<TokenLine>& out, const TextView& view, int token, bool training, double bar,
                bool gates_known, const RouterConfig& router) {
  for (size_t r = 0; r < view.rows.size(); ++r) {
    const RecursionRow& row = view.rows[r];
    const Cell& cell = row.cells[size_t(token)];
    const bool taken = cell.state == CellState::computed;
    if (cell.state == CellState::exited) {
      out.push_back({fmt::format("pass {}: it has left before", r + 1), false});
      continue;
    }
    if (row.capacity >= 1) {
      out.push_back({fmt::format("pass {}: every token goes in", r + 1), true, taken});
    } else if (cell.scored) {
      const double score = router_score(cell.logit);
      const char* verdict = taken ? "it goes on" : "it is done and keeps its state";
      out.push_back({fmt::format("pass {}: \u03c3({}) = \u03c3({:.2f}) = {:.2f}", r + 1, raw_score(router, training),
                                 cell.logit, score),
                     true, taken});
      if (training)
        out.push_back({fmt::format("rank {} of {}, the best {} go on: {} ({} of them come after it)", cell.rank,
                                   row.candidates, row.computed, verdict, taken_later(row, token)),
                       false});
      else
        out.push_back(
            {fmt::format("{} {} {:.2f}: {}", score_text(score, bar), taken ? "\u2265" : "<", bar, verdict), false});
    } else {
      out.push_back({fmt::format("pass {}: {}", r + 1, taken ? "goes on" : "done"), true, taken});
    }
    if (taken && cell.scored && gates_known) out.push_back({update_text(router, cell), false});
  }
}

void add_chosen_depth(std::vector<TokenLine>& out, const TextView& view, int token, const RouterConfig& router) {
  const char* function = router.function == RouterFunction::sigmoid ? "\u03c3" : "softmax";
  const int depth = view.depth[size_t(token)];
  for (size_t r = 0; r < view.rows.size(); ++r) {
    const Cell& cell = view.rows[r].cells[size_t(token)];
    const bool chosen = int(r) + 1 == depth;
    const std::string share =
        cell.scored ? fmt::format("{}({}) = {:.2f}", function, raw_score(router, true), router_score(cell.logit))
                    : "chosen at the start";
    out.push_back(
        {fmt::format("{} pass{}: {}{}", r + 1, r == 0 ? "" : "es", share, chosen ? ", its choice" : ""), true, chosen});
  }
  if (router.balancing == RouterBalancing::loss_free)
    out.push_back({"it chooses the largest sum of score and bias; the biases keep the depths in balance", false});
}

std::string depth_text(const AppState& state, TokenRef token) {
  const TextView& view = state.shown.text(token.subject, state.rule);
  if (!view.recurs()) return "no recursions: " + view.whole;
  const auto depth = [&](RuleView rule) { return state.shown.text(token.subject, rule).depth[size_t(token.token)]; };
  if (token.subject == Subject::generated) return fmt::format("depth {} as generated", depth(RuleView::causal));
  if (view.routing != Routing::expert_choice) return fmt::format("depth {}", depth(RuleView::causal));
  return fmt::format("depth {} by the training rule, {} by the causal rule", depth(RuleView::training),
                     depth(RuleView::causal));
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
      {fmt::format("token {} \"{}\": {}", t, quoted_piece(view.pieces[size_t(t)]), depth_text(state, token)), false}};
  if (view.routing == Routing::expert_choice)
    add_choice(out, view, t, shows_training(state, token), bar_in_force(source, state, token.subject),
               token.subject == Subject::watched, source.geometry().model.router);
  if (view.routing == Routing::token_choice) add_chosen_depth(out, view, t, source.geometry().model.router);
  if (std::isfinite(view.nll[size_t(t)]) && t + 1 < view.size())
    out.push_back({fmt::format("predicts \"{}\" next: {:.2f} nats ({})", quoted_piece(view.pieces[size_t(t) + 1]),
                               view.nll[size_t(t)], percent(std::exp(-view.nll[size_t(t)])))});
  if (changed_trace(source, state, token.subject)) {
    out.push_back({fmt::format("what if: depth {} here", view.depth[size_t(t)]), false});
    return out;
  }
  if (token.subject == Subject::watched && size_t(t) < state.shown.likely.size())
    out.push_back({"causal rule, likeliest: " + state.shown.likely[size_t(t)], false});
  if (t > 0 && std::isfinite(view.nll[size_t(t) - 1]))
    out.push_back({fmt::format("was predicted itself: {:.2f} nats", view.nll[size_t(t) - 1]), false});
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

std::vector<TokenLine> span_lines(const AppState& state) {
  const TextView& view = state.shown.text(Subject::watched, state.rule);
  if (!state.span || state.span->second >= view.size()) return {};
  const auto [first, last] = *state.span;
  const SpanSummary part = summary_of(view, first, last), whole = summary_of(view, 0, view.size() - 1);
  return {{"\"" + quoted_piece(part.text) + "\""},
          {fmt::format("positions {} to {}: {} of {} tokens", first, last, last - first + 1, view.size())},
          {view.recurs() ? fmt::format("{:.2f} recursions per token, in the whole text {:.2f}", part.depth, whole.depth)
                         : "no recursions: " + view.whole + " for every token"},
          {fmt::format("{:.2f} nats to predict what follows, in the whole text {:.2f}", part.loss, whole.loss)},
          {fmt::format("step {}, {} rule", state.shown.step, state.rule == RuleView::training ? "training" : "causal"),
           false}};
}

std::string inspected_in_short(const AppState& state) {
  if (const std::vector<TokenLine> lines = span_lines(state); !lines.empty())
    return lines[0].text + " \u00b7 " + lines[2].text;
  const auto token = inspected_token(state);
  if (!token) return "";
  const TextView& view = state.shown.text(token->subject, state.rule);
  const size_t t = size_t(token->token);
  std::string out = fmt::format("\"{}\" \u00b7 {}", quoted_piece(view.pieces[t]),
                                view.recurs() ? fmt::format("depth {}", view.depth[t]) : view.whole);
  std::vector<std::string> scores;
  for (const RecursionRow& row : view.rows)
    if (row.cells[t].scored) scores.push_back(fmt::format("{:.2f}", router_score(row.cells[t].logit)));
  if (!scores.empty()) out += fmt::format(" \u00b7 scores {}", fmt::join(scores, ", "));
  if (std::isfinite(view.nll[t])) out += fmt::format(" \u00b7 {:.2f} nats to predict what follows", view.nll[t]);
  return out;
}

}  // namespace tinymor
