#pragma once
// The same recursion block on images: a picture is cut into patches, and each patch is a token that recurs as often as
// its router says (MoR-ViT, arXiv 2507.21761; Dosovitskiy et al. 2021 for patches, class token and learned positions).
// Nothing is causal: every patch sees all others, so that the training rule, which ranks the tokens of the whole
// sequence, is also used afterwards. A class token comes first, takes every recursion, and becomes the answer.

#include <cstdint>

#include "mor/model.h"

namespace tinymor {

struct ImageConfig {
  /// The trunk. resolve() sets what the image decides: vocab_size to `classes` and max_seq_len to 1 + patches().
  ModelConfig model;
  int64_t image_size = 28;  ///< pixels of a side; images are square
  int64_t patch_size = 4;   ///< pixels of a patch's side, which divides image_size
  int64_t classes = 10;

  int64_t patches_per_side() const { return image_size / patch_size; }
  /// P, the patches of an image.
  int64_t patches() const { return patches_per_side() * patches_per_side(); }
  bool operator==(const ImageConfig&) const = default;

  /// Fills in what was left to its default and throws InputError, saying what would be legal, when sizes are out of
  /// range or the model's own resolve() refuses them.
  void resolve();
  /// How many numbers, trained or only saved, a model of this resolved configuration has.
  int64_t saved_numbers() const;
};

class ImageModel : public Module {
 public:
  /// Weights drawn as those of a language model are. Throws InputError for an illegal configuration.
  ImageModel(ImageConfig config, uint64_t seed);

  /// patches [n,P,p*p], as datasets cuts them -> logits [n,classes], and depth [n*(1+P)] for each image its class token
  /// and then its patches, in the order in which the probe sees them too. `options` as for text, but without a cache. A
  /// random router chooses the same patches of every image. Throws Error for another shape, and with a cache.
  ForwardResult forward(const Tensor& patches, const ForwardOptions& options = {}) const;

  const ImageConfig& config() const { return config_; }
  /// As Model::balance.
  void balance(std::span<const double> load) { trunk_.balance(load); }
  void members(Members& m) override;

 private:
  ImageConfig config_;
  Trunk trunk_;
  Variable patch_embed_;     // [d,p*p]
  Variable class_token_;     // [1,d]
  Variable position_embed_;  // [1+P,d]
  Variable head_;            // [classes,d]
};

}  // namespace tinymor
