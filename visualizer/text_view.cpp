#include "visualizer/text_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tinymor {
namespace {

constexpr int most_recursions = 64;
constexpr const char* pilcrow = "\u00b6";

// Bytes of the UTF-8 character at `i`, 0 when it is damaged.
size_t character_bytes(const std::string& text, size_t i) {
  const auto c = static_cast<unsigned char>(text[i]);
  const size_t n = c < 0x80 ? 1 : (c >> 5) == 6 ? 2 : (c >> 4) == 14 ? 3 : (c >> 3) == 30 ? 4 : 0;
  if (n == 0 || i + n > text.size()) return 0;
  for (size_t k = 1; k < n; ++k) {
    if ((static_cast<unsigned char>(text[i + k]) >> 6) != 2) return 0;
  }
  return n;
}

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

/// The probability of each depth, kept as the logit whose sigmoid it is, so that all scores are read alike.
void set_depth_scores(std::vector<RecursionRow>& rows, size_t t, const std::vector<float>& logits) {
  for (size_t r = 0; r < std::min(rows.size(), logits.size()); ++r) {
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
    row.cells[t].state = depth[t] >= recursion       ? CellState::computed
                         : depth[t] == recursion - 1 ? CellState::skipped
                                                     : CellState::exited;
  }
}

CacheRow unique_row(const char* label, int tokens, int first_cached) {
  CacheRow row;
  row.label = label;
  row.slots.assign(tokens, CacheSlot::stored);
  std::fill_n(row.slots.begin(), std::min(first_cached, tokens), CacheSlot::empty);
  row.entries = std::max(0, tokens - first_cached);
  return row;
}

// What recursion r (1-based) of the block holds. `stored` says which tokens it keeps of their own.
template <class Stored>
CacheRow block_row(const Geometry& geometry, int recursion, int tokens, int first_cached, Stored&& stored) {
  CacheRow row;
  row.label = geometry.recursions > 1 ? fmt::format("recursion {}", recursion) : "all layers";
  row.recursion = recursion;
  row.layers = geometry.block_layers;
  row.slots.assign(tokens, CacheSlot::empty);
  for (int t = first_cached; t < tokens; ++t) {
    if (stored(t))
      row.slots[t] = CacheSlot::stored;
    else if (geometry.kv != KvStrategy::recursion_wise && recursion > 1)
      row.slots[t] = CacheSlot::reused;
  }
  return row;
}

// Tokens that recursion `r` stores: the sharing strategy keeps recursion 1 only (paper 2.2.2).
bool stores(const Geometry& geometry, const std::vector<int>& depth, int recursion, int t) {
  if (geometry.kv == KvStrategy::shared) return recursion == 1;
  return depth[t] >= recursion || !geometry.routed;
}

CacheView kv_view(const TextView& text, const Geometry& geometry, int first_cached,
                  const std::vector<std::vector<int64_t>>* entries) {
  CacheView kv;
  const int tokens = text.size();
  if (geometry.unique_ends) kv.rows.push_back(unique_row("first layer", tokens, first_cached));
  for (int r = 1; r <= int(text.rows.size()); ++r) {
    CacheRow row =
        block_row(geometry, r, tokens, first_cached, [&](int t) { return stores(geometry, text.depth, r, t); });
    row.entries = std::count(row.slots.begin(), row.slots.end(), CacheSlot::stored) * int64_t(row.layers);
    if (entries && size_t(r) <= entries->size() && !(*entries)[r - 1].empty()) {
      const std::vector<int64_t>& counted = (*entries)[r - 1];
      row.layers = int(counted.size());
      row.entries = 0;
      for (int64_t count : counted) row.entries += std::clamp<int64_t>(count, 0, tokens);
    }
    kv.rows.push_back(std::move(row));
  }
  if (geometry.unique_ends) kv.rows.push_back(unique_row("last layer", tokens, first_cached));
  return kv;
}

void finish(TextView& view, const Geometry& geometry) {
  view.by_depth = geometry.by_depth;
  for (size_t r = 0; r < view.rows.size(); ++r) {
    view.rows[r].capacity = r < geometry.capacity.size() ? geometry.capacity[r] : 1;
    summarise(view.rows[r]);
    if (!view.by_depth) rank_candidates(view.rows[r]);
  }
  const double sum = std::accumulate(view.depth.begin(), view.depth.end(), 0.0);
  view.mean_depth = view.depth.empty() ? 0 : sum / double(view.depth.size());
}

int count_recursions(const std::vector<int>& depth, size_t traced, const Geometry& geometry) {
  int count = std::max(geometry.recursions, int(std::min<size_t>(traced, most_recursions)));
  for (int d : depth) count = std::max(count, d);
  return std::clamp(count, 1, most_recursions);
}

}  // namespace

double router_score(double z) {
  return 1 / (1 + std::exp(-z));
}

const char* score_formula(bool by_depth) {
  return by_depth ? "softmax(z) over the depths" : "sigmoid(z)";
}

Geometry geometry_of(const ModelConfig& c) {
  Geometry g;
  g.recursions = int(std::clamp<int64_t>(c.n_recursions, 1, most_recursions));
  g.unique_ends = c.sharing == Sharing::middle_cycle || c.sharing == Sharing::middle_sequence;
  g.block_layers = int(std::max<int64_t>(1, (c.n_layers - (g.unique_ends ? 2 : 0)) / g.recursions));
  g.routed = c.routing != Routing::none;
  g.two_rules = c.routing == Routing::expert_choice;
  g.by_depth = c.routing == Routing::token_choice;
  g.capacity = c.router.capacity;
  if (!g.two_rules) g.capacity.assign(g.recursions, 1.0);
  // The default of the configuration (paper 2.2.1): 1, 2/3, 1/3 for three recursions.
  for (int r = int(g.capacity.size()); r < g.recursions; ++r)
    g.capacity.push_back(double(g.recursions - r) / g.recursions);
  g.kv = c.kv_cache;
  const int64_t kv_heads = c.n_kv_heads > 0 ? c.n_kv_heads : c.n_heads;
  g.entry_bytes = c.n_heads > 0 ? 2 * kv_heads * (c.d_model / c.n_heads) * int64_t(sizeof(float)) : 0;
  g.max_seq_len = c.max_seq_len;
  return g;
}

std::string readable_piece(const std::string& piece) {
  constexpr const char* mark = "\u2581";
  constexpr size_t most_bytes = 48;
  std::string out;
  for (size_t i = 0; i < piece.size() && out.size() < most_bytes;) {
    const size_t n = character_bytes(piece, i);
    if (n == 0)
      out += '?';
    else if (piece.compare(i, n, mark) == 0)
      out += ' ';
    else if (piece[i] == '\n')
      out += pilcrow;
    else if (static_cast<unsigned char>(piece[i]) < 0x20 || piece[i] == 0x7f)
      out += ' ';
    else
      out.append(piece, i, n);
    i += std::max<size_t>(n, 1);
  }
  return out == "<0x0A>" ? pilcrow : out;
}

bool is_newline(const std::string& readable) {
  return readable.ends_with(pilcrow);
}

std::string quoted_piece(const std::string& readable) {
  std::string out;
  for (char c : readable) {
    if (c == ' ')
      out += "\u00b7";
    else
      out += c;
  }
  return out;
}

std::string quoted_token(const std::vector<std::string>& vocabulary, int32_t id) {
  const bool known = id >= 0 && size_t(id) < vocabulary.size();
  return known ? quoted_piece(readable_piece(vocabulary[size_t(id)])) : fmt::format("id {}", id);
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
    view.depth[t] = std::clamp<int>(trace.depth[t], 0, most_recursions);
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
  }
  if (geometry.by_depth)
    for (size_t t = 0; t < std::min(tokens, trace.router_logits.size()); ++t)
      set_depth_scores(view.rows, t, trace.router_logits[t]);
  finish(view, geometry);
  view.lm_loss = trace.lm_loss;
  view.kv = kv_view(view, geometry, 0, &trace.kv_entries);
  view.kv.bytes = trace.kv_bytes;
  view.kv.vanilla_bytes = trace.kv_vanilla_bytes;
  return view;
}

TextView view_of(std::span<const GeneratedPiece> text, const Geometry& geometry) {
  TextView view;
  const size_t tokens = text.size();
  for (const GeneratedPiece& token : text) {
    view.pieces.push_back(readable_piece(token.piece));
    view.ids.push_back(token.id);
    view.depth.push_back(std::clamp(token.depth, 0, most_recursions));
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
  view.kv = kv_view(view, geometry, view.first_cached, nullptr);
  view.kv.bytes = text.empty() ? 0 : text.back().kv_bytes;
  const int64_t layers = int64_t(geometry.block_layers) * geometry.recursions + (geometry.unique_ends ? 2 : 0);
  view.kv.vanilla_bytes = layers * geometry.entry_bytes * held;
  return view;
}

namespace {

/// The cache by its formula: what is stored times the bytes of an entry.
CacheView counted(const TextView& text, const Geometry& geometry) {
  CacheView kv = kv_view(text, geometry, text.first_cached, nullptr);
  for (const CacheRow& row : kv.rows) kv.bytes += row.entries * geometry.entry_bytes;
  return kv;
}

}  // namespace

CacheView cache_under(const TextView& text, Geometry geometry, KvStrategy strategy) {
  if (strategy == geometry.kv) return text.kv;
  geometry.kv = strategy;
  CacheView kv = counted(text, geometry);
  kv.vanilla_bytes = text.kv.vanilla_bytes;
  return kv;
}

int64_t bytes_unrouted(const TextView& text, Geometry geometry, KvStrategy strategy) {
  geometry.kv = strategy;
  geometry.routed = false;
  return counted(text, geometry).bytes;
}

bool reads(const TextView& text, const CacheRow& row, int reader, int t) {
  const bool active = row.recursion == 0 || text.depth[size_t(reader)] >= row.recursion;
  return active && t <= reader && row.slots[size_t(t)] != CacheSlot::empty;
}

}  // namespace tinymor
