#include "visualizer/panels/patch_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/views/text_view.h"

namespace tinymor {

std::string class_name(const Source& source, int32_t id) {
  if (id == SeenImage::unknown) return "drawn";
  const auto& names = source.history().run.vocabulary;
  return size_t(id) < names.size() ? readable_piece(names[id]) : fmt::format("{}", id);
}

namespace {

/// "a 7", or "drawn".
std::string a_class(const Source& source, const SeenImage& image) {
  return (image.truth == SeenImage::unknown ? "" : "a ") + class_name(source, image.truth);
}

}  // namespace

std::vector<std::string> verdict(const Source& source, const SeenImage& image) {
  const bool known = image.truth != SeenImage::unknown;
  const std::string cross = image.right() || !known ? "" : "\u00d7 ", taken = class_name(source, image.predicted);
  const std::string share = fmt::format(" ({})", percent(image.probability));
  const std::string is = image.right() || !known ? "" : ", is " + class_name(source, image.truth);
  return {cross + "taken for " + taken + share + is, cross + taken + share + is, cross + taken + is};
}

std::string image_words(const Source& source, const SeenImage& image) {
  const std::string what = image.truth == SeenImage::unknown ? "what you drew" : a_class(source, image);
  return fmt::format("{}, taken for {} ({})", what, class_name(source, image.predicted), percent(image.probability));
}

std::string patch_rule(const Source& source) {
  const ModelConfig& model = source.config().model;
  if (model.routing == Routing::none) return "no router: all patches alike";
  if (model.router.random) return "patches drawn at random";
  return source.geometry().routing == Routing::token_choice ? "each patch's likeliest depth"
                                                            : "training rule (top-k of an image)";
}

int scored_recursions(const Source& source, const ImageSnapshot& shown, const SeenImage& image) {
  return std::min(source.geometry().recursions, int(image.logits.size()) / (shown.rows * shown.columns));
}

double patch_score(const Source& source, const ImageSnapshot& shown, const SeenImage& image, int patch, int r) {
  const int patches = shown.rows * shown.columns;
  const double z = image.logits[r * patches + patch];
  if (source.geometry().routing != Routing::token_choice) return router_score(z);
  double total = 0;
  for (int each = 0; each < scored_recursions(source, shown, image); ++each)
    total += std::exp(image.logits[each * patches + patch] - z);
  return 1 / total;
}

std::string score_line(const Source& source, const ImageSnapshot& shown, const SeenImage& image, int patch, int r) {
  const double score = patch_score(source, shown, image, patch, r);
  if (!std::isfinite(score)) return fmt::format("recursion {}: not asked", r + 1);
  if (source.geometry().routing == Routing::token_choice)
    return fmt::format("depth {}: {:.2f}{}", r + 1, score, image.depth[patch] == r + 1 ? ", taken" : "");
  return fmt::format("recursion {}: score {:.2f}, {}", r + 1, score, image.depth[patch] > r ? "taken" : "left");
}

std::string place_line(const Source& source, const ImageSnapshot& shown, int image, int patch) {
  const int depth = shown.images[image].depth[patch];
  const std::string place =
      fmt::format("image {} ({}), row {}, column {}: ", image + 1, a_class(source, shown.images[image]),
                  patch / shown.columns + 1, patch % shown.columns + 1);
  if (source.geometry().recursions == 1) return place + all_layers(source.geometry());
  return fmt::format("{}{} {} \u00b7 {}", place, depth, depth == 1 ? "recursion" : "recursions",
                     source.geometry().routing == Routing::token_choice ? "softmax(z)" : "scores: sigmoid(z)");
}

std::string scores_text(const Source& source, const ImageSnapshot& shown, int image, int patch) {
  std::string out = place_line(source, shown, image, patch);
  const SeenImage& seen = shown.images[image];
  for (int r = 0; r < scored_recursions(source, shown, seen); ++r)
    out += "\n  " + score_line(source, shown, seen, patch, r);
  return out;
}

}  // namespace tinymor
