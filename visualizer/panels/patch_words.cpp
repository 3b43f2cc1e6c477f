#include "visualizer/panels/patch_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/views/text_view.h"

namespace tinymor {

std::string class_name(const Source& source, int32_t id) {
  const auto& names = source.history().run.vocabulary;
  return size_t(id) < names.size() ? readable_piece(names[id]) : fmt::format("{}", id);
}

std::vector<std::string> verdict(const Source& source, const SeenImage& image) {
  const std::string cross = image.right() ? "" : "\u00d7 ", taken = class_name(source, image.predicted);
  const std::string share = fmt::format(" ({})", percent(image.probability));
  const std::string is = image.right() ? "" : ", is " + class_name(source, image.truth);
  return {cross + "taken for " + taken + share + is, cross + taken + share + is, cross + taken + is};
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
      fmt::format("image {} (a {}), row {}, column {}: ", image + 1, class_name(source, shown.images[image].truth),
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
