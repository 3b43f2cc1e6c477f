#include "visualizer/panels/loop_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace tinymor {

std::string machine_words(const Geometry& geometry) {
  const Machine machine = machine_of(geometry);
  const auto layers = [](int count) { return count == 1 ? "1 layer" : fmt::format("{} layers", count); };
  if (!machine.loops()) {
    const int own = int(machine.boxes.size()), all = geometry.layer_count();
    return own == all ? fmt::format("{} in a line, each with weights of its own", layers(all))
                      : fmt::format("{} in a line, with the weights of {}", layers(all), layers(own));
  }
  const MachineBox& block = machine.boxes[size_t(machine.block)];
  return fmt::format("{}a shared block of {}, {} {} times{}", machine.block > 0 ? "first layer, then " : "",
                     layers(block.layers), machine.gate ? "up to" : "always", block.times,
                     size_t(machine.block) + 1 < machine.boxes.size() ? ", then last layer" : "");
}

std::string layers_text(const Source& source, const LoopPicture& p) {
  const int all = source.geometry().layer_count();
  if (all == 0 || p.story.tokens() == 0 || !p.story.machine().loops()) return "";
  const double depth = double(p.story.work(p.text, p.story.events() - 1)) / p.story.tokens();
  return fmt::format(" \u00b7 layers per token in the end: {:.1f}, without a gate {}",
                     layers_at(source.geometry(), depth), all);
}

std::vector<int32_t> guesses_of(const Trace& trace, int tokens) {
  const size_t each = tokens > 0 ? trace.likely.size() / size_t(tokens) : 0;
  std::vector<int32_t> out;
  for (size_t t = 0; each > 0 && t < size_t(tokens); ++t) out.push_back(trace.likely[t * each].id);
  return out;
}

int deepest_token(const TextView& text, int from, int to) {
  const auto rank = [&](int t) {
    const std::string& piece = text.pieces[size_t(t)];
    const bool word = std::any_of(piece.begin(), piece.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
    return std::pair(word, text.depth[size_t(t)]);
  };
  int best = from;
  for (int t = from + 1; t < to; ++t)
    if (rank(t) > rank(best)) best = t;
  return best;
}

std::vector<std::shared_ptr<const Image>> patch_images(const ImageSnapshot& images, int image) {
  const SeenImage& seen = images.images[size_t(image)];
  const int tall = images.height / images.rows, wide = images.width / images.columns;
  std::vector<std::shared_ptr<const Image>> out;
  for (int p = 0; p < images.rows * images.columns; ++p) {
    Picture picture{wide, tall, std::vector<uint8_t>(size_t(wide) * size_t(tall) * 4)};
    for (int y = 0; y < tall; ++y)
      for (int x = 0; x < wide; ++x) {
        const int row = p / images.columns * tall + y, column = p % images.columns * wide + x;
        const auto paper = uint8_t(255 - seen.pixels[size_t(row * images.width + column)]);
        set_pixel(picture, x, y, {paper, paper, paper});
      }
    out.push_back(std::make_shared<const Image>(std::move(picture)));
  }
  return out;
}

}  // namespace tinymor
