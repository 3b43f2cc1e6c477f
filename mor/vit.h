#pragma once
// The same recursion block on images: a picture is cut into patches, and each patch is a token that recurs as often as
// its router says (MoR-ViT, arXiv 2507.21761; Dosovitskiy et al. 2021 for patches, class token and learned positions).
// Nothing is causal: every patch sees all others, so that the training rule, which ranks the tokens of the whole
// sequence, is also used afterwards. A class token comes first, takes every recursion, and becomes the answer.

#include <cstdint>
#include <optional>
#include <string>

#include "mor/model.h"

namespace tinymor {

/// Pixels of a patch. One that is as high as its image is a moment of a sound (datasets/spoken.h).
struct PatchSize {
  int64_t height, width;

  PatchSize(int64_t side) : height(side), width(side) {}
  PatchSize(int64_t h, int64_t w) : height(h), width(w) {}
  bool operator==(const PatchSize&) const = default;

  int64_t pixels() const { return height * width; }
};
/// "7" for a square, "32x2" for a patch that is 32 high and 2 wide.
std::string to_text(PatchSize patch);
/// Nothing for another text.
std::optional<PatchSize> patch_size_of(const std::string& text);

struct ImageConfig {
  /// The trunk. resolve() sets what the image decides: vocab_size to `classes` and max_seq_len to 1 + patches().
  ModelConfig model;
  int64_t image_size = 28;  ///< pixels of a side; images are square
  PatchSize patch = 4;      ///< whose height and width divide image_size
  int64_t classes = 10;

  int64_t patch_rows() const { return image_size / patch.height; }
  int64_t patch_columns() const { return image_size / patch.width; }
  /// P, the patches of an image.
  int64_t patches() const { return patch_rows() * patch_columns(); }
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

  /// patches [n,P,p], p pixels each, as datasets cuts them -> logits [n,classes], and depth [n*(1+P)] for each image
  /// its class token and then its patches, in the order in which the probe sees them too. `options` as for text, but
  /// without a cache. A random router chooses the same patches of every image. Throws Error for another shape, and with
  /// a cache.
  ForwardResult forward(const Tensor& patches, const ForwardOptions& options = {}) const;

  const ImageConfig& config() const { return config_; }
  /// As Model::balance.
  void balance(std::span<const double> load) { trunk_.balance(load); }
  void members(Members& m) override;

 private:
  ImageConfig config_;
  Trunk trunk_;
  Variable patch_embed_;     // [d,p]
  Variable class_token_;     // [1,d]
  Variable position_embed_;  // [1+P,d]
  Variable head_;            // [classes,d]
};

}  // namespace tinymor
