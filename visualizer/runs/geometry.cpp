#include "visualizer/runs/geometry.h"

#include <fmt/format.h>

#include <cmath>

#include "mor/counts.h"
#include "mor/kv_cache.h"

namespace tinymor {

Geometry geometry_of(ModelConfig config) {
  config.resolve();
  Geometry g;
  g.layers = layer_map(config);
  g.recursions = int(g.layers.recursions);
  g.routing = config.routing;
  g.capacity = config.router.capacity;
  if (g.routing != Routing::expert_choice) g.capacity.assign(g.recursions, g.routing == Routing::exit_gate ? 0.0 : 1.0);
  if (g.routing == Routing::exit_gate) g.capacity[0] = 1;  // all go in once, and then as many as want to
  g.entry_bytes = kv_bytes_per_entry(config);
  g.model = std::move(config);
  return g;
}

std::string block_name(const Geometry& geometry, int recursion) {
  const LayerMap& map = geometry.layers;
  if (map.repeats || geometry.layer_count() == 0) return fmt::format("recursion {}", recursion);
  if (map.block == geometry.layer_count()) return "all layers";
  const int64_t first = map.layer(recursion - 1, 0) + 1, last = first + map.block - 1;
  return first == last ? fmt::format("layer {}", first) : fmt::format("layers {} to {}", first, last);
}

std::string all_layers(const Geometry& geometry) {
  const int count = geometry.layer_count();
  if (count == 0) return "all layers";
  return count == 1 ? "the one layer" : fmt::format("all {} layers", count);
}

double layers_at(const Geometry& geometry, double depth) {
  return geometry.layer_count() > 0 ? layers_per_token(geometry.model, depth) : std::nan("");
}

}  // namespace tinymor
