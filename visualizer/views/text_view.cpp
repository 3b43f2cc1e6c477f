#include "visualizer/views/text_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "mor/counts.h"
#include "mor/kv_cache.h"
#include "mor/twins.h"
#include "tensor/error.h"

namespace tinymor {
namespace {

constexpr int most_recursions = 64;  // that a damaged recording may claim
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

/// The rows of a cache and the effective layers of each.
struct CacheLayers {
  CacheRow row;
  std::vector<int64_t> layers;
};

std::vector<CacheLayers> cache_rows(const Geometry& geometry) {
  const LayerMap& map = geometry.layers;
  std::vector<CacheLayers> rows;
  std::map<int64_t, size_t> of_use;  // the row of the block's layers whose weights were used so often before
  for (int64_t l = 0; l < geometry.layer_count(); ++l) {
    const int64_t r = map.recursion_of(l), use = map.uses_before(l);
    const bool known = r >= 0 && of_use.contains(use);
    if (!known) {
      rows.emplace_back();
      if (r >= 0) of_use[use] = rows.size() - 1;
      CacheRow& row = rows.back().row;
      row.label = r < 0 ? (l < map.prelude ? "first layer" : "last layer") : block_name(geometry, int(r) + 1);
      row.recursion = r >= 0 && geometry.recursions > 1 ? int(r) + 1 : 0;
    }
    CacheLayers& row = known ? rows[of_use[use]] : rows.back();
    row.layers.push_back(l);
    ++row.row.layers;
  }
  // A block that is not repeated may still use its weights several times, one after the other.
  for (const auto& [use, row] : of_use)
    if (geometry.recursions == 1 && of_use.size() > 1) rows[row].row.label = fmt::format("use {} of weights", use + 1);
  return rows;
}

/// What the cache holds of a text whose tokens from `first_cached` on are in it, with the strategy of `config`.
CacheView counted(const TextView& text, const Geometry& geometry, const ModelConfig& config,
                  const std::vector<std::vector<int64_t>>& entries = {}) {
  const LayerMap& map = geometry.layers;
  const int tokens = text.size();
  CacheView kv;
  std::vector<CacheLayers> all = cache_rows(geometry);
  if (all.empty()) return kv;
  const KeyMap keys(config);
  const auto label_of = [&](int64_t layer) {
    for (const CacheLayers& each : all)
      if (std::find(each.layers.begin(), each.layers.end(), layer) != each.layers.end()) return each.row.label;
    return std::string();
  };
  const auto takes = [&](int t, int64_t layer) { return text.depth[t] > map.recursion_of(layer); };
  const bool recorded = int64_t(entries.size()) == map.recursions &&
                        std::all_of(entries.begin(), entries.end(),
                                    [&](const auto& layers) { return int64_t(layers.size()) == map.block; });
  for (auto& [row, layers] : all) {
    const int64_t layer = layers.front(), base = keys.base_of(layer);
    row.base = label_of(base);
    row.slots.assign(tokens, CacheSlot::empty);
    for (int t = text.first_cached; t < tokens; ++t) {
      if (keys.computes_keys(layer) && takes(t, layer))
        row.slots[t] = CacheSlot::stored;
      else if (base != layer && takes(t, base))
        row.slots[t] = CacheSlot::reused;
    }
    const int64_t stored = std::count(row.slots.begin(), row.slots.end(), CacheSlot::stored);
    for (int64_t l : layers) {
      const int64_t r = map.recursion_of(l);
      row.entries += recorded && r >= 0 ? std::clamp<int64_t>(entries[r][l - map.layer(r, 0)], 0, tokens) : stored;
    }
    kv.bytes += row.entries * geometry.entry_bytes;
    kv.rows.push_back(std::move(row));
  }
  kv.vanilla_bytes = std::llround(vanilla_kv_bytes_per_token(config)) * (tokens - text.first_cached);
  return kv;
}

void finish(TextView& view, const Geometry& geometry) {
  view.by_depth = geometry.by_depth;
  view.whole = all_layers(geometry);
  for (size_t r = 0; r < view.rows.size(); ++r) {
    view.rows[r].name = block_name(geometry, int(r) + 1);
    view.rows[r].capacity = r < geometry.capacity.size() ? geometry.capacity[r] : 1;
    summarise(view.rows[r]);
    if (!view.by_depth) rank_candidates(view.rows[r]);
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

const char* score_formula(bool by_depth) {
  return by_depth ? "softmax(z) over the depths" : "sigmoid(z)";
}

Geometry geometry_of(ModelConfig config) {
  config.resolve();
  Geometry g;
  g.layers = layer_map(config);
  g.recursions = int(g.layers.recursions);
  g.routed = config.routing != Routing::none;
  g.two_rules = config.routing == Routing::expert_choice;
  g.by_depth = config.routing == Routing::token_choice;
  g.capacity = config.router.capacity;
  if (!g.two_rules) g.capacity.assign(g.recursions, 1.0);
  g.entry_bytes = kv_bytes_per_entry(config);
  g.model = std::move(config);
  return g;
}

std::string block_name(const Geometry& geometry, int recursion) {
  const LayerMap& map = geometry.layers;
  if (geometry.recursions > 1 || geometry.layer_count() == 0) return fmt::format("recursion {}", recursion);
  if (map.prelude + map.coda == 0) return "all layers";
  return fmt::format("layers {} to {}", map.prelude + 1, map.prelude + map.block);
}

std::string all_layers(const Geometry& geometry) {
  const int count = geometry.layer_count();
  return count == 0 ? "all layers" : count == 1 ? "the one layer" : fmt::format("all {} layers", count);
}

double layers_at(const Geometry& geometry, double depth) {
  return geometry.layer_count() > 0 ? layers_per_token(geometry.model, depth) : std::nan("");
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
  }
  if (geometry.by_depth)
    for (size_t t = 0; t < std::min(tokens, trace.router_logits.size()); ++t)
      set_depth_scores(view.rows, t, trace.router_logits[t]);
  finish(view, geometry);
  view.lm_loss = trace.lm_loss;
  view.kv = counted(view, geometry, geometry.model, trace.kv_entries);
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
  view.kv = counted(view, geometry, geometry.model);
  view.kv.bytes = text.empty() ? 0 : text.back().kv_bytes;
  return view;
}

std::string why_not(const Geometry& geometry, KvStrategy strategy) {
  ModelConfig config = geometry.model;
  config.kv_cache = strategy;
  try {
    config.resolve();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

CacheView cache_under(const TextView& text, const Geometry& geometry, KvStrategy strategy) {
  if (strategy == geometry.model.kv_cache) return text.kv;
  ModelConfig config = geometry.model;
  config.kv_cache = strategy;
  CacheView kv = counted(text, geometry, config);
  kv.vanilla_bytes = text.kv.vanilla_bytes;
  return kv;
}

int64_t bytes_unrouted(const TextView& text, const Geometry& geometry, KvStrategy strategy) {
  if (geometry.recursions < 2) return 0;
  ModelConfig config = geometry.model;
  config.kv_cache = strategy;
  config = recursive_twin(config);
  return std::llround(kv_bytes_per_token(config, config.kv_cache) * (text.size() - text.first_cached));
}

bool reads(const TextView& text, const CacheRow& row, int reader, int t) {
  const bool active = row.recursion == 0 || text.depth[size_t(reader)] >= row.recursion;
  return active && t <= reader && row.slots[size_t(t)] != CacheSlot::empty;
}

}  // namespace tinymor
