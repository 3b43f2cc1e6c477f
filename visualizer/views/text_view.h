#pragma once
// One text as the panels draw it: a dense table of tokens and recursions, made from a Trace (the watched text of a
// snapshot) or from generated tokens. Whatever a damaged recording says, the table is rectangular and its indices are
// good, so that panels need not check them again.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mor/image_trace.h"
#include "mor/trace.h"
#include "visualizer/runs/generation.h"
#include "visualizer/views/cache_view.h"

namespace tinymor {

/// One recursion's business with one token.
enum class CellState : uint8_t {
  exited,   ///< The token left at an earlier recursion: its score was not computed.
  skipped,  ///< A candidate that was not taken.
  computed
};
struct Cell {
  CellState state = CellState::exited;
  bool scored = false;  ///< Whether the router's logit is known and finite.
  float logit = 0;
  float gate = 0;
  int rank = 0;  ///< 1: highest score among the candidates; 0: no score.
  /// L2 norms of the state with which it came and of what the recursion changed in it; negative: not known.
  float before = -1, change = -1;
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

struct TextView {
  std::vector<std::string> pieces;  ///< [T] as drawn: short, valid, the SentencePiece mark as a space.
  std::vector<int32_t> ids;
  std::vector<int> depth;                 ///< [T]
  std::vector<float> nll;                 ///< [T] of predicting the token after it; NaN where unknown.
  std::vector<RecursionRow> rows;         ///< One per recursion.
  std::vector<std::vector<int>> experts;  ///< As Trace::experts, of the layers that there are.
  CacheView kv;
  int first_cached = 0;             ///< Tokens before it have left the cache.
  std::string whole;                ///< As all_layers.
  Routing routing = Routing::none;  ///< As in Geometry; under token choice no token is ranked.
  bool stages = false;              ///< Each recursion has layers of its own.
  double mean_depth = 0;
  double lm_loss = 0;

  int size() const { return int(pieces.size()); }
  /// Whether its tokens have depths that can differ.
  bool recurs() const { return rows.size() > 1; }
  /// As Geometry::depth_unit.
  const char* depth_unit() const { return depth_unit_of(stages); }
};

TextView view_of(const Trace& trace, const Geometry& geometry);

/// The patches of an image, which have no text and no cache.
TextView view_of(const ImageTrace& image, const Geometry& geometry);

/// The cache is that after the last token.
TextView view_of(std::span<const GeneratedPiece> text, const Geometry& geometry);

/// What a person reads as the number of the token at a position: counted from 1. Tables, scenes and code count from 0.
constexpr int token_number(int position) {
  return position + 1;
}

double router_score(double z);
/// A score with as many digits as it takes to tell it from the bar.
std::string score_text(double score, double bar);
/// What the scores of the routers are, as a formula.
const char* score_formula(const Geometry& geometry);

}  // namespace tinymor
