#pragma once
// One text as the panels draw it: a dense table of tokens and recursions, made from a Trace (the probe text of a
// snapshot) or from generated tokens. Whatever a damaged recording says, the table is rectangular and its indices are
// good, so that panels need not check them again.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mor/config.h"
#include "mor/sharing.h"
#include "mor/trace.h"

namespace tinymor {

/// What the panels need to know of a model's shape: what mor/ says of its configuration.
struct Geometry {
  ModelConfig model;   ///< Resolved.
  LayerMap layers;     ///< Without layers where the configuration is not known.
  int recursions = 1;  ///< Passes through the block; 1: none is repeated, and no token has a depth.
  bool routed = false;
  bool two_rules = false;        ///< Expert choice: the training rule is not the causal one.
  bool by_depth = false;         ///< Token choice: a score is the probability of a depth, not of going on.
  std::vector<double> capacity;  ///< Share of the tokens that may enter each recursion.
  int64_t entry_bytes = 0;       ///< Of one cached token in one layer; 0: not known.

  int layer_count() const { return int(layers.weights.size()); }
};
/// Throws InputError when the configuration is not a legal one.
Geometry geometry_of(ModelConfig config);
/// The block in a recursion, from 1: "recursion 2"; of one that is not repeated "all layers", or "layers 2 to 7" where
/// others are around it.
std::string block_name(const Geometry& geometry, int recursion);
/// "all 8 layers", which is what every token takes where no block is repeated.
std::string all_layers(const Geometry& geometry);
/// Layers per token at a mean depth, which models of all kinds have in common; NaN where the model is not known.
double layers_at(const Geometry& geometry, double depth);

/// One recursion's business with one token.
enum class CellState : uint8_t {
  exited,   ///< The token left at an earlier recursion: nobody asked for its score.
  skipped,  ///< A candidate that was not taken.
  computed
};
struct Cell {
  CellState state = CellState::exited;
  bool scored = false;  ///< Whether the router's logit is known and finite.
  float logit = 0;
  float gate = 0;
  int rank = 0;  ///< 1: highest score among the candidates; 0: no score.
};
struct RecursionRow {
  std::string name;         ///< As block_name.
  std::vector<Cell> cells;  ///< [T]
  int candidates = 0;
  int computed = 0;
  double capacity = 1;
  float lowest_taken = 0;  ///< The smallest score that was computed; only when some were scored.
  bool scored = false;
};

/// One row of the KV cache, of layers that hold the same: the first or last layer, or of the block those whose weights
/// were used as often before, which are a recursion where the block is repeated.
enum class CacheSlot : uint8_t { empty, stored, reused };
struct CacheRow {
  std::string label, base;  ///< Its name, and that of the row whose entries it reads.
  int recursion = 0;        ///< From 1; 0: every token takes these layers.
  int layers = 0;
  int64_t entries = 0;           ///< Cached tokens, summed over the row's layers.
  std::vector<CacheSlot> slots;  ///< [T]; reused: it reads what `base` stored.
};
struct CacheView {
  std::vector<CacheRow> rows;
  int64_t bytes = 0;
  int64_t vanilla_bytes = 0;
};

struct TextView {
  std::vector<std::string> pieces;  ///< [T] as drawn: short, valid, the SentencePiece mark as a space.
  std::vector<int32_t> ids;
  std::vector<int> depth;          ///< [T]
  std::vector<float> nll;          ///< [T] of predicting the token after it; NaN where unknown.
  std::vector<RecursionRow> rows;  ///< One per recursion.
  CacheView kv;
  int first_cached = 0;   ///< Tokens before it have left the cache.
  std::string whole;      ///< As all_layers.
  bool by_depth = false;  ///< As in Geometry; no token is ranked then.
  double mean_depth = 0;
  double lm_loss = 0;

  int size() const { return int(pieces.size()); }
  /// Whether its tokens have depths that can differ.
  bool recurs() const { return rows.size() > 1; }
};

TextView view_of(const Trace& trace, const Geometry& geometry);

/// A token of a generated text.
struct GeneratedPiece {
  std::string piece;
  int32_t id = 0;
  int depth = 0;
  bool prompt = false;
  std::vector<float> router_logits;  ///< One per recursion, as far as the token got.
  double seconds = 0;                ///< What running it through the model took; 0: not known.
  int cached = 0;                    ///< Tokens that the cache held after it, ...
  int64_t kv_bytes = 0;              ///< ... and its bytes; both 0 where others went in with it, before the last one.
};
/// The cache is that after the last token.
TextView view_of(std::span<const GeneratedPiece> text, const Geometry& geometry);

/// Why a model of this shape cannot cache by a strategy; empty when it can.
std::string why_not(const Geometry& geometry, KvStrategy strategy);
/// What the cache would hold with the same depths under another strategy that it can have; `text.kv` under its own.
CacheView cache_under(const TextView& text, const Geometry& geometry, KvStrategy strategy);
/// The bytes that it would take if every token took all recursions, as in a model without a router; 0 where none is
/// repeated.
int64_t bytes_unrouted(const TextView& text, const Geometry& geometry, KvStrategy strategy);
/// Whether a layer of the row attends from token `reader` to the entry of token `t`.
bool reads(const TextView& text, const CacheRow& row, int reader, int t);

/// Readable form of a token: leading SentencePiece mark as a space, a newline as the pilcrow, at most 48 bytes, valid
/// UTF-8.
std::string readable_piece(const std::string& piece);
/// The same for quoting in a sentence: spaces become middle dots.
std::string quoted_piece(const std::string& readable);
/// A token for quoting: its piece, or "id 12" where the vocabulary does not reach it.
std::string quoted_token(const std::vector<std::string>& vocabulary, int32_t id);
bool is_newline(const std::string& readable);

double router_score(double z);
/// What the scores of the routers are, as a formula.
const char* score_formula(bool by_depth);

}  // namespace tinymor
