#include "visualizer/views/text_view.h"

#include <algorithm>
#include <cmath>

#include "support/catch.h"
#include "visualizer/runs/recording_source.h"
#include "visualizer/sample_run.h"

using namespace tinymor;

namespace {

Geometry three_recursions(Routing routing = Routing::expert_choice, KvStrategy kv = KvStrategy::recursion_wise) {
  ModelConfig config;
  config.n_layers = 8;
  config.sharing = Sharing::middle_cycle;
  config.routing = routing;
  config.kv_cache = kv;
  config.n_recursions = 3;
  return geometry_of(config);
}

int64_t stored(const CacheRow& row) {
  return std::count(row.slots.begin(), row.slots.end(), CacheSlot::stored);
}

}  // namespace

TEST_CASE("a token's depth is the number of recursions that computed it") {
  const Snapshot snapshot = sample_snapshot({}, 300);
  for (const Trace* trace : {&snapshot.topk, &snapshot.threshold}) {
    const TextView view = view_of(*trace, three_recursions());
    for (int t = 0; t < view.size(); ++t) {
      int computed = 0;
      for (const RecursionRow& row : view.rows) computed += row.cells[t].state == CellState::computed;
      REQUIRE(computed == view.depth[t]);
    }
  }
}

TEST_CASE("every cell is computed, skipped by a router that scored it, or left before") {
  const TextView view = view_of(sample_snapshot({}, 300).topk, three_recursions());
  for (size_t r = 1; r < view.rows.size(); ++r) {
    for (int t = 0; t < view.size(); ++t) {
      const bool candidate = view.rows[r - 1].cells[t].state == CellState::computed;
      REQUIRE((view.rows[r].cells[t].state != CellState::exited) == candidate);
      REQUIRE(view.rows[r].cells[t].scored == candidate);
    }
  }
}

TEST_CASE("under the training rule the computed tokens are those of the best ranks") {
  const TextView view = view_of(sample_snapshot({}, 300).topk, three_recursions());
  const RecursionRow& row = view.rows[1];
  CHECK(row.candidates == 120);
  CHECK(row.computed == 80);
  for (const Cell& cell : row.cells) REQUIRE((cell.rank <= 80) == (cell.state == CellState::computed));
}

TEST_CASE("the cache picture has as many filled cells as the trace has entries") {
  const Trace trace = sample_snapshot({}, 300).threshold;
  const TextView view = view_of(trace, three_recursions());
  REQUIRE(view.kv.rows.size() == 5);
  for (size_t r = 0; r < 3; ++r) CHECK(stored(view.kv.rows[r + 1]) == trace.kv_entries[r][0]);
  CHECK(stored(view.kv.rows.front()) == 120);
  CHECK(view.kv.bytes == trace.kv_bytes);
}

TEST_CASE("a shared cache stores at recursion 1 only and the others reuse it") {
  const Geometry geometry = three_recursions(Routing::expert_choice, KvStrategy::shared);
  Trace trace = sample_snapshot({}, 300).threshold;
  trace.kv_entries = {{120, 120}, {0, 0}, {0, 0}};
  const TextView view = view_of(trace, geometry);
  CHECK(stored(view.kv.rows[1]) == 120);
  CHECK(stored(view.kv.rows[2]) == 0);
  CHECK(view.kv.rows[2].slots[0] == CacheSlot::reused);
}

TEST_CASE("a model without routing computes and caches everything, without scores") {
  const Geometry geometry = three_recursions(Routing::none);
  Trace trace;
  trace.tokens = {1, 2, 3};
  trace.pieces = {"a", "b", "c"};
  trace.depth = {3, 3, 3};
  const TextView view = view_of(trace, geometry);
  REQUIRE(view.rows.size() == 3);
  for (const RecursionRow& row : view.rows) {
    CHECK(row.computed == 3);
    CHECK_FALSE(row.cells[0].scored);
  }
}

TEST_CASE("generated text that outgrew the cache shows its beginning as no longer stored") {
  std::vector<GeneratedPiece> text(10, GeneratedPiece{"a", 1, 2, false, {1.0f, 0.5f, -1.0f}});
  text.back().cached = 6;
  text.back().kv_bytes = 1000;
  const TextView view = view_of(text, three_recursions());
  CHECK(view.kv.rows[0].slots[3] == CacheSlot::empty);
  CHECK(view.kv.rows[0].slots[4] == CacheSlot::stored);
  CHECK(stored(view.kv.rows[2]) == 6);
  CHECK(stored(view.kv.rows[3]) == 0);
  CHECK(view.rows[2].cells[0].state == CellState::skipped);
  CHECK(view.rows[2].cells[0].scored);
  CHECK(view.kv.bytes == 1000);
}

TEST_CASE("under token choice a score is the probability of a depth, and no token is ranked") {
  const Geometry geometry = three_recursions(Routing::token_choice);
  Trace trace;
  trace.tokens = {1, 2};
  trace.pieces = {"a", "b"};
  trace.depth = {1, 3};
  trace.router_logits = {{1, 0, 0}, {0, 0, 2}};
  const TextView view = view_of(trace, geometry);
  CHECK(router_score(view.rows[0].cells[0].logit) == Approx(std::exp(1.0) / (std::exp(1.0) + 2)));
  CHECK(router_score(view.rows[2].cells[1].logit) == Approx(std::exp(2.0) / (std::exp(2.0) + 2)));
  CHECK(view.rows[1].cells[0].scored);
  CHECK(view.rows[0].cells[0].rank == 0);
}

TEST_CASE("a cache is compared with that of a model whose tokens take all recursions") {
  const Geometry geometry = three_recursions();
  Trace trace;
  trace.tokens = {1, 2};
  trace.pieces = {"a", "b"};
  trace.depth = {1, 3};
  const TextView view = view_of(trace, geometry);
  const int64_t entry = 2 * 4 * 32 * 4;  // keys and values, 4 heads of 32 floats
  CHECK(geometry.entry_bytes == entry);
  CHECK(bytes_unrouted(view, geometry, KvStrategy::recursion_wise) == 2 * entry * 8);
  CHECK(bytes_unrouted(view, geometry, KvStrategy::shared) == 2 * entry * 4);
}

TEST_CASE("whatever a damaged recording says, the table is rectangular and finite where it says so") {
  for (const Snapshot& snapshot : hostile_recording().snapshots) {
    const TextView view = view_of(snapshot.threshold, three_recursions());
    REQUIRE(view.size() == 120);
    REQUIRE(view.depth.size() == 120);
    REQUIRE(view.nll.size() == 120);
    for (const RecursionRow& row : view.rows) {
      REQUIRE(row.cells.size() == 120);
      for (const Cell& cell : row.cells) REQUIRE((!cell.scored || std::isfinite(cell.logit)));
    }
    for (const CacheRow& row : view.kv.rows) {
      REQUIRE(row.slots.size() == 120);
      REQUIRE(row.entries >= 0);
    }
    REQUIRE(view.rows.size() <= 64);
  }
}
