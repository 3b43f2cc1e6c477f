#include "visualizer/panels/formulas.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tinymor {
namespace {

/// Adds `digits` as a number with a source, or as a word where there is none.
void put(TokenLine& line, const Inspected& i, const std::string& digits, Glow::Kind kind, int pass) {
  if (i.sources)
    line.number(digits, {kind, i.token, pass});
  else
    line.say(digits);
}

const Cell& cell_of(const Inspected& i, int pass) {
  return i.view.rows[size_t(pass) - 1].cells[size_t(i.token)];
}

/// Whether the causal rule asks an auxiliary router, so that the gate comes from another score.
bool judged_apart(const Inspected& i) {
  return !i.training && i.router.sampling == RouterSampling::aux_router;
}

/// What a router's score is worked out from: its weights and the token's state, or nothing at all.
std::string raw_score(const Inspected& i) {
  if (i.router.random) return "a random number";
  if (judged_apart(i)) return "auxiliary router(h)";
  const char* heat = i.router.temperature == 1 ? "" : "/T";
  return i.router.type == RouterType::linear ? fmt::format("r\u00b7h{}", heat) : fmt::format("r(h{})", heat);
}

/// What the block did to the state, as far as it is known.
void add_sizes(TokenLine& line, const Inspected& i, int pass) {
  const Cell& cell = cell_of(i, pass);
  if (cell.before < 0 || cell.change < 0) return;
  line.say(": a change of ");
  put(line, i, fmt::format("{:.3g}", cell.change), Glow::change, pass);
  line.say(" on a state of ");
  put(line, i, fmt::format("{:.3g}", cell.before), Glow::change, pass);
}

/// "0.1 · " where the scale is not 1.
std::string scale_text(const RouterConfig& router) {
  return router.alpha == 1 ? "" : fmt::format("{:.3g} \u00b7 ", router.alpha);
}

/// Under expert choice: the weight of the block's output.
void add_gate(TokenLine& line, const Inspected& i, int pass) {
  const Cell& cell = cell_of(i, pass);
  line.say(scale_text(i.router));
  const double weight = cell.gate / i.router.alpha;
  const bool by_tanh = i.router.function == RouterFunction::tanh && !i.router.random;
  put(line, i, by_tanh && !judged_apart(i) ? fmt::format("tanh({:.2f})", cell.logit) : fmt::format("{:.2f}", weight),
      Glow::score, pass);
  line.say(" \u00b7 ");
}

void add_update(std::vector<TokenLine>& out, const Inspected& i, int pass) {
  TokenLine line{"", false};
  if (pass == i.without) {
    out.push_back(line.say("left out: the new state is the old one"));
    return;
  }
  const bool additive = i.router.gating == RouterGating::additive;
  if (!additive && !i.gates) return;
  line.say("new state = old + ");
  if (!additive) add_gate(line, i, pass);
  line.say(i.router.residual == RouterResidual::delta ? "(block(old) \u2212 old)" : "block(old)");
  add_sizes(line, i, pass);
  if (!additive && judged_apart(i)) line.say("; the gate is the main router's");
  out.push_back(std::move(line));
}

/// Where the block's output is the new state.
void add_plain_update(std::vector<TokenLine>& out, const Inspected& i, int pass) {
  TokenLine line{pass == i.without ? "left out: the new state is the old one" : "new state = block(old)", false};
  if (pass != i.without) add_sizes(line, i, pass);
  out.push_back(std::move(line));
}

/// How many of those that a recursion took come after the token.
int taken_later(const RecursionRow& row, int token) {
  return int(std::count_if(row.cells.begin() + token + 1, row.cells.end(),
                           [](const Cell& cell) { return cell.state == CellState::computed; }));
}

void add_decision(std::vector<TokenLine>& out, const Inspected& i, int pass) {
  const RecursionRow& row = i.view.rows[size_t(pass) - 1];
  const Cell& cell = cell_of(i, pass);
  const bool taken = cell.state == CellState::computed;
  TokenLine line{i.view.stages ? row.name + ": " : fmt::format("pass {}: ", pass), true, taken};
  if (row.capacity >= 1 || !cell.scored) {
    const char* some = taken ? "goes in" : "done";
    out.push_back(line.say(row.capacity >= 1 ? fmt::format("every {} goes in", i.what) : some));
    return;
  }
  const double score = router_score(cell.logit);
  const char* in = pass == 1 ? "goes in" : i.view.stages ? "goes on" : "once more";
  const char* verdict = taken ? in : "done, it keeps its state";
  line.say(fmt::format("\u03c3({}) = ", raw_score(i)));
  put(line, i, fmt::format("\u03c3({:.2f})", cell.logit), Glow::score, pass);
  line.say(" = ");
  put(line, i, i.training ? fmt::format("{:.2f}", score) : score_text(score, i.bar), Glow::score, pass);
  if (i.forced) {
    out.push_back(line.say(fmt::format(", but its depth is forced: {}", verdict)));
    return;
  }
  if (!i.training) {
    line.say(score >= i.bar ? " \u2265 " : " < ");
    put(line, i, fmt::format("{:.2f}", i.bar), Glow::bar, pass);
    out.push_back(line.say(fmt::format(": {}", verdict)));
    return;
  }
  line.say(", rank ");
  put(line, i, fmt::format("{}", cell.rank), Glow::score, pass);
  out.push_back(line.say(fmt::format(" of {}: {}", row.candidates, verdict)));
  TokenLine why{fmt::format("the best {} go on", row.computed), false};
  if (i.what == std::string_view("token"))
    why.say(fmt::format(", {} of them come after it", taken_later(row, i.token)));
  out.push_back(std::move(why));
}

/// Under expert choice, and with exit gates.
void add_scored_passes(std::vector<TokenLine>& out, const Inspected& i) {
  const int last = int(i.view.rows.size());
  for (int pass = 1; pass <= last; ++pass) {
    const Cell& cell = cell_of(i, pass);
    if (cell.state == CellState::exited) {
      const std::string which =
          pass == last ? fmt::format("pass {}", last) : fmt::format("passes {} to {}", pass, last);
      out.push_back({which + ": it has left before", false});
      return;
    }
    add_decision(out, i, pass);
    if (cell.state != CellState::computed || !cell.scored) continue;
    i.view.routing == Routing::exit_gate ? add_plain_update(out, i, pass) : add_update(out, i, pass);
  }
}

/// Under token choice: the weight of the block's output after a pass; empty where it has none.
std::string chosen_weight(const Inspected& i, int pass) {
  const Cell& cell = cell_of(i, pass);
  const std::string score = cell.scored ? fmt::format("{:.2f}", router_score(cell.logit)) : "its score";
  return scale_text(i.router) + score + " \u00b7 ";
}

/// Under token choice the state of the last pass is added to the one with which the token came to the first.
std::string chosen_update(const Inspected& i, int pass, int depth) {
  const RouterGating gating = i.router.gating;
  const std::string first = pass == 1 ? "old" : "first",
                    every = gating == RouterGating::weighted_every ? chosen_weight(i, pass) : "",
                    result = every + "block(old)";
  if (pass < depth) return result;
  const bool delta = i.router.residual == RouterResidual::delta;
  const std::string update = delta ? fmt::format("({} \u2212 {})", result, first) : result;
  return first + " + " + (gating == RouterGating::weighted ? chosen_weight(i, pass) : "") + update;
}

void add_token_choice(std::vector<TokenLine>& out, const Inspected& i) {
  const int passes = int(i.view.rows.size()), depth = i.view.depth[size_t(i.token)];
  const char* function = i.router.function == RouterFunction::sigmoid ? "\u03c3" : "softmax";
  TokenLine scores{fmt::format("{}({}) for 1 to {} passes: ", function, raw_score(i), passes)};
  for (int pass = 1; pass <= passes && cell_of(i, 1).scored; ++pass) {
    if (pass > 1) scores.say(", ");
    put(scores, i, fmt::format("{:.2f}", router_score(cell_of(i, pass).logit)), Glow::score, pass);
  }
  if (!cell_of(i, 1).scored) scores = {"chosen at the start"};
  scores.taken = true;
  out.push_back(scores.say(fmt::format("{} {} pass{}", i.forced ? ", but its depth is forced:" : ": its choice is",
                                       depth, depth == 1 ? "" : "es")));
  if (i.router.balancing == RouterBalancing::loss_free && !i.router.random)
    out.push_back({"it chooses the largest sum of score and bias; the biases keep the depths in balance", false});
  for (int pass = 1; pass <= depth; ++pass) {
    TokenLine line{fmt::format("pass {}: new state = {}", pass, chosen_update(i, pass, depth)), false};
    if (pass == i.without) line = {fmt::format("pass {}: left out, the new state is the old one", pass), false};
    add_sizes(line, i, pass);
    out.push_back(std::move(line));
  }
  if (depth > 1) out.push_back({"first: the state with which it came to pass 1", false});
}

void add_every_pass(std::vector<TokenLine>& out, const Inspected& i) {
  for (int pass = 1; pass <= int(i.view.rows.size()) && i.view.recurs(); ++pass) {
    TokenLine line{fmt::format("pass {}: new state = block(old)", pass), false};
    if (pass == i.without) line = {fmt::format("pass {}: left out, the new state is the old one", pass), false};
    add_sizes(line, i, pass);
    out.push_back(std::move(line));
  }
}

}  // namespace

std::vector<TokenLine> formulas(const Inspected& inspected) {
  std::vector<TokenLine> out;
  if (has_bar(inspected.view.routing)) add_scored_passes(out, inspected);
  if (inspected.view.routing == Routing::token_choice) add_token_choice(out, inspected);
  if (inspected.view.routing == Routing::none) add_every_pass(out, inspected);
  return out;
}

}  // namespace tinymor
