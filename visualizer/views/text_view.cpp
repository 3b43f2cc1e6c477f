#include "visualizer/views/text_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "datasets/pieces.h"
#include "mor/expert_choice.h"

namespace tinymor {
namespace {

constexpr int most_recursions = 64;  // that a damaged recording may claim
void rank_candidates(RecursionRow& row) {
  std::vector<int> order;
  for (int t = 0; t < int(row.cells.size()); ++t) {
    if (row.cells[t].scored) order.push_back(t);
  }
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return row.cells[a].logit > row.cells[b].logit; });
  for (size_t i = 0; i < order.size(); ++i) row.cells[order[i]].rank = int(i) + 1;
}

void summarise(RecursionRow& row) {
  for (const Cell& cell : row.cells) {
    row.candidates += cell.state != CellState::exited;
    if (cell.state != CellState::computed) continue;
    ++row.computed;
    if (!cell.scored) continue;
    row.lowest_taken = row.scored ? std::min(row.lowest_taken, cell.logit) : cell.logit;
    row.scored = true;
  }
}

void set_score(Cell& cell, float logit, float gate) {
  cell.scored = std::isfinite(logit);
  if (!cell.scored) return;
  cell.logit = logit;
  cell.gate = gate;
}

/// The weights that expert choice gives the block's output for these scores; 0 where they are drawn at random.
std::vector<float> gates_for(const RouterConfig& router, const std::vector<float>& z) {
  if (router.random || z.empty()) return std::vector<float>(z.size(), 0);
  const std::vector<Real> scores(z.begin(), z.end());
  const std::vector<Real> gates =
      gates_of(router, Variable(Tensor(Shape{int64_t(z.size())}, scores))).value().to_vector();
  return {gates.begin(), gates.end()};
}

bool scores_by_sigmoid(const Geometry& geometry) {
  return geometry.model.router.function == RouterFunction::sigmoid;
}

/// The score of each depth: of a softmax router its probability, kept as the logit whose sigmoid it is, so that all
/// scores are read alike.
void set_depth_scores(std::vector<RecursionRow>& rows, size_t t, const std::vector<float>& logits, bool sigmoid) {
  for (size_t r = 0; r < std::min(rows.size(), logits.size()); ++r) {
    if (sigmoid) {
      set_score(rows[r].cells[t], logits[r], 0);
      continue;
    }
    double others = 0;  // relative to this depth
    for (size_t each = 0; each < logits.size(); ++each)
      if (each != r) others += std::exp(double(logits[each]) - double(logits[r]));
    set_score(rows[r].cells[t], float(-std::log(others)), 0);
  }
}

void fill_from_decisions(RecursionRow& row, const RecursionTrace& trace) {
  const auto inside = [&](int32_t t) { return t >= 0 && t < int32_t(row.cells.size()); };
  for (size_t i = 0; i < trace.positions.size(); ++i) {
    if (!inside(trace.positions[i])) continue;
    Cell& cell = row.cells[trace.positions[i]];
    cell.state = CellState::skipped;
    if (i < trace.logits.size()) set_score(cell, trace.logits[i], i < trace.gates.size() ? trace.gates[i] : 0);
  }
  for (int32_t t : trace.selected) {
    if (inside(t)) row.cells[t].state = CellState::computed;
  }
}

void fill_from_depth(RecursionRow& row, const std::vector<int>& depth, int recursion) {
  for (size_t t = 0; t < row.cells.size(); ++t) {
    if (depth[t] == recursion - 1) row.cells[t].state = CellState::skipped;
    if (depth[t] >= recursion) row.cells[t].state = CellState::computed;
  }
}

/// What the recursion changed in the tokens that took it, in the order of their positions.
void set_changes(RecursionRow& row, const StateChange& changes) {
  size_t at = 0;
  for (Cell& cell : row.cells) {
    if (cell.state != CellState::computed) continue;
    if (at >= std::min(changes.before.size(), changes.change.size())) return;
    if (std::isfinite(changes.before[at]) && std::isfinite(changes.change[at])) {
      cell.before = changes.before[at];
      cell.change = changes.change[at];
    }
    ++at;
  }
}

void finish(TextView& view, const Geometry& geometry) {
  view.routing = geometry.routing;
  view.whole = all_layers(geometry);
  view.stages = geometry.stages();
  for (size_t r = 0; r < view.rows.size(); ++r) {
    view.rows[r].name = block_name(geometry, int(r) + 1);
    view.rows[r].capacity = r < geometry.capacity.size() ? geometry.capacity[r] : 1;
    summarise(view.rows[r]);
    if (view.routing != Routing::token_choice) rank_candidates(view.rows[r]);
  }
  const double sum = std::accumulate(view.depth.begin(), view.depth.end(), 0.0);
  view.mean_depth = view.depth.empty() ? 0 : sum / double(view.depth.size());
}

int depth_of(int32_t depth, const Geometry& geometry) {
  return std::clamp<int>(depth, 0, std::max(most_recursions, geometry.recursions));
}

int count_recursions(const std::vector<int>& depth, size_t traced, const Geometry& geometry) {
  int count = std::max(geometry.recursions, int(std::min<size_t>(traced, most_recursions)));
  for (int d : depth) count = std::max(count, d);
  return count;
}

}  // namespace

double router_score(double z) {
  return 1 / (1 + std::exp(-z));
}

std::string score_text(double score, double bar) {
  const std::string brief = fmt::format("{:.2f}", score);
  return brief == fmt::format("{:.2f}", bar) && score != bar ? fmt::format("{:.4f}", score) : brief;
}

const char* score_formula(const Geometry& geometry) {
  const bool softmax = geometry.routing == Routing::token_choice && !scores_by_sigmoid(geometry);
  return softmax ? "softmax(z) over the depths" : "sigmoid(z)";
}

TextView view_of(const Trace& trace, const Geometry& geometry) {
  TextView view;
  const size_t tokens = std::max(trace.tokens.size(), trace.pieces.size());
  view.pieces.reserve(tokens);
  for (size_t t = 0; t < tokens; ++t)
    view.pieces.push_back(t < trace.pieces.size() ? readable_piece(trace.pieces[t]) : "?");
  view.ids.assign(trace.tokens.begin(), trace.tokens.end());
  view.ids.resize(tokens, -1);
  view.depth.assign(tokens, 0);
  for (size_t t = 0; t < std::min(tokens, trace.depth.size()); ++t) {
    view.depth[t] = depth_of(trace.depth[t], geometry);
  }
  view.nll.assign(trace.nll.begin(), trace.nll.end());
  view.nll.resize(tokens, std::numeric_limits<float>::quiet_NaN());

  view.rows.resize(count_recursions(view.depth, trace.recursions.size(), geometry));
  for (size_t r = 0; r < view.rows.size(); ++r) {
    view.rows[r].cells.resize(tokens);
    if (r < trace.recursions.size())
      fill_from_decisions(view.rows[r], trace.recursions[r]);
    else
      fill_from_depth(view.rows[r], view.depth, int(r) + 1);
    if (r < trace.changes.size()) set_changes(view.rows[r], trace.changes[r]);
  }
  if (geometry.routing == Routing::token_choice)
    for (size_t t = 0; t < std::min(tokens, trace.router_logits.size()); ++t)
      set_depth_scores(view.rows, t, trace.router_logits[t], scores_by_sigmoid(geometry));
  for (const std::vector<int32_t>& layer : trace.experts) {
    view.experts.emplace_back(layer.begin(), layer.end());
    view.experts.back().resize(tokens, -1);
  }
  finish(view, geometry);
  view.lm_loss = trace.lm_loss;
  view.kv = cache_of(view, geometry, trace.kv_entries);
  view.kv.bytes = trace.kv_bytes;
  view.kv.vanilla_bytes = trace.kv_vanilla_bytes;
  return view;
}

TextView view_of(const ImageTrace& image, const Geometry& geometry) {
  TextView view;
  const size_t patches = image.depth.size();
  view.pieces.resize(patches);
  view.ids.assign(patches, -1);
  view.nll.assign(patches, std::numeric_limits<float>::quiet_NaN());
  for (const int32_t depth : image.depth) view.depth.push_back(depth_of(depth, geometry));
  view.rows.resize(size_t(count_recursions(view.depth, 0, geometry)));
  for (size_t r = 0; r < view.rows.size(); ++r) {
    view.rows[r].cells.resize(patches);
    fill_from_depth(view.rows[r], view.depth, int(r) + 1);
  }
  for (size_t p = 0; p < patches; ++p) {
    std::vector<float> logits;
    for (size_t at = p; at < image.logits.size(); at += patches) logits.push_back(image.logits[at]);
    if (geometry.routing == Routing::token_choice) set_depth_scores(view.rows, p, logits, scores_by_sigmoid(geometry));
    if (geometry.routing != Routing::expert_choice) continue;
    const std::vector<float> gates = gates_for(geometry.model.router, logits);
    for (size_t r = 0; r < std::min(logits.size(), view.rows.size()); ++r)
      set_score(view.rows[r].cells[p], logits[r], gates[r]);
  }
  finish(view, geometry);
  view.lm_loss = std::numeric_limits<double>::quiet_NaN();
  return view;
}

TextView view_of(std::span<const GeneratedPiece> text, const Geometry& geometry) {
  TextView view;
  const size_t tokens = text.size();
  for (const GeneratedPiece& token : text) {
    view.pieces.push_back(readable_piece(token.piece));
    view.ids.push_back(token.id);
    view.depth.push_back(depth_of(token.depth, geometry));
  }
  view.nll.assign(tokens, std::numeric_limits<float>::quiet_NaN());
  view.rows.resize(count_recursions(view.depth, 0, geometry));
  for (size_t r = 0; r < view.rows.size(); ++r) {
    view.rows[r].cells.resize(tokens);
    fill_from_depth(view.rows[r], view.depth, int(r) + 1);
    for (size_t t = 0; t < tokens; ++t) {
      if (r < text[t].router_logits.size()) set_score(view.rows[r].cells[t], text[t].router_logits[r], 0);
    }
  }
  finish(view, geometry);
  view.lm_loss = std::numeric_limits<double>::quiet_NaN();
  const int held = text.empty() ? 0 : std::clamp(text.back().cached, 0, int(tokens));
  view.first_cached = int(tokens) - held;
  view.kv = cache_of(view, geometry);
  view.kv.bytes = text.empty() ? 0 : text.back().kv_bytes;
  return view;
}

}  // namespace tinymor
