#pragma once
// The shape of a model, as panels and sources need it: everything that mor/ says of a configuration, asked once.

#include <cstdint>
#include <string>
#include <vector>

#include "mor/config.h"
#include "mor/sharing.h"

namespace tinymor {

/// What a depth counts.
inline const char* depth_unit_of(bool stages) {
  return stages ? "stage" : "recursion";
}

/// What the panels need to know of a model's shape: what mor/ says of its configuration.
struct Geometry {
  ModelConfig model;                ///< Resolved.
  LayerMap layers;                  ///< Without layers where the configuration is not known.
  int recursions = 1;               ///< Passes through the block; 1: none is repeated, and no token has a depth.
  Routing routing = Routing::none;  ///< Under expert choice the training rule is not the causal one.
  std::vector<double> capacity;     ///< Share of the tokens that may enter each recursion.
  int64_t entry_bytes = 0;          ///< Of one cached token in one layer; 0: not known.

  int layer_count() const { return int(layers.weights.size()); }
  /// Whether each recursion has layers of its own.
  bool stages() const { return recursions > 1 && !layers.repeats; }
  const char* depth_unit() const { return depth_unit_of(stages()); }
};
/// Throws InputError when the configuration is not a legal one.
Geometry geometry_of(ModelConfig config);
/// The block in a recursion, from 1: "recursion 2"; of one that is not repeated "all layers", or "layers 2 to 7" where
/// there are others.
std::string block_name(const Geometry& geometry, int recursion);
/// "all 8 layers", which is what every token takes where no block is repeated.
std::string all_layers(const Geometry& geometry);
/// What a model sees one after another: the tokens of a text or the patches of an image. One of them, and several.
inline const char* unit_name(bool of_images) {
  return of_images ? "patch" : "token";
}
inline const char* unit_names(bool of_images) {
  return of_images ? "patches" : "tokens";
}
/// Layers per token at a mean depth, which models of all kinds have in common; NaN where the model is not known.
double layers_at(const Geometry& geometry, double depth);

}  // namespace tinymor
