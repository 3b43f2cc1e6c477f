#include "mor/sharing.h"

#include <algorithm>

namespace tinymor {

int64_t LayerMap::recursion_of(int64_t layer) const {
  const int64_t inner = layer - prelude;
  return inner >= 0 && inner < block * recursions ? inner / block : -1;
}

bool LayerMap::is_shared(int64_t layer) const {
  return std::count(weights.begin(), weights.end(), weights[layer]) > 1;
}

int64_t LayerMap::uses_before(int64_t layer) const {
  return std::count(weights.begin(), weights.begin() + layer, weights[layer]);
}

bool keeps_ends(Sharing sharing) {
  return sharing == Sharing::middle_cycle || sharing == Sharing::middle_sequence;
}

LayerMap layer_map(const ModelConfig& config) {
  const int64_t layers = config.n_layers, n = config.n_recursions;
  const bool cycle = config.sharing == Sharing::cycle || config.sharing == Sharing::middle_cycle;
  LayerMap map;
  map.prelude = keeps_ends(config.sharing) ? 1 : 0;
  map.coda = map.prelude;
  const int64_t shared = layers - map.prelude - map.coda;
  map.recursions = cycle || config.sharing == Sharing::none ? n : 1;
  map.repeats = cycle && n > 1;
  map.block = shared / map.recursions;
  const int64_t sets = config.sharing == Sharing::none ? layers : shared / n;
  for (int64_t l = 0; l < layers; ++l) {
    const int64_t inner = l - map.prelude;
    if (inner < 0)
      map.weights.push_back(0);
    else if (inner >= shared)
      map.weights.push_back(map.prelude + sets);
    else
      map.weights.push_back(map.prelude + (cycle || config.sharing == Sharing::none ? inner % sets : inner / n));
  }
  for (int64_t set : map.weights)
    map.first.push_back(std::find(map.weights.begin(), map.weights.end(), set) - map.weights.begin());
  map.unique = map.prelude + sets + map.coda;
  return map;
}

LayerMap key_layer_map(ModelConfig config) {
  if (config.kv_sharing != Sharing::none) {
    config.sharing = config.kv_sharing;
    config.n_recursions = config.kv_sharing_factor;
  }
  return layer_map(config);
}

}  // namespace tinymor
