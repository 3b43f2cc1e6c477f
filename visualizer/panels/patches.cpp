// A few held-out images and how deep a model of images thinks about each of their patches: the picture of MoR-ViT
// (arXiv 2507.21761), at every recorded step of the run.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "trainer/program.h"
#include "visualizer/draw/memo.h"
#include "visualizer/panels/panels.h"
#include "visualizer/panels/patch_words.h"
#include "visualizer/panels/strip.h"

namespace tinymor {
namespace {

constexpr int most_images = 64;

std::string no_images() {
  return "This run has no images. One that has is made by: " + program() + " images --data digits --out runs/digits";
}

/// Null when there is nothing to show.
const ImageSnapshot* shown_images(const Source& source, const AppState& state) {
  if (state.shown.images < 0) return nullptr;
  const ImageSnapshot& shown = source.history().images[state.shown.images];
  return shown.images.empty() ? nullptr : &shown;
}

int count_of(const ImageSnapshot& shown) {
  return std::min(most_images, int(shown.images.size()));
}

/// The image in ink, white on dark colours, on the colours of its patches' depths.
std::shared_ptr<const Image> picture_of(const ImageSnapshot& shown, const SeenImage& image, int recursions) {
  Picture picture{shown.width, shown.height, std::vector<uint8_t>(image.pixels.size() * 4)};
  const int tall = shown.height / shown.rows, wide = shown.width / shown.columns;
  for (int y = 0; y < shown.height; ++y)
    for (int x = 0; x < shown.width; ++x) {
      const Color paper = depth_color(image.depth[y / tall * shown.columns + x / wide], recursions);
      set_pixel(picture, x, y, mix(paper, text_on(paper), image.pixels[size_t(y) * shown.width + x] / 255.0));
    }
  return std::make_shared<const Image>(std::move(picture));
}

/// The depth of a patch once more, in its upper left corner: a digit, or strokes where there is no room for one.
void draw_depth(Canvas& canvas, const Box& patch, int depth) {
  const Color tint = depth_color(depth);
  const float em = ui::em(), side = std::min(patch.width(), patch.height());
  const std::string digit = fmt::format("{}", depth);
  const ui::Font font = side > em * 4 ? ui::Font::bold : ui::Font::small;
  const ImVec2 letter = text_size(digit, font);
  if (side >= letter.y * 1.5f) {
    canvas.rect({patch.min, {patch.min.x + letter.x + em * 0.3f, patch.min.y + letter.y}}, ui::u32(tint));
    return canvas.text({patch.min.x + em * 0.15f, patch.min.y}, ui::u32(text_on(tint)), digit, font);
  }
  const float stroke = std::max(1.0f, side * 0.1f);
  for (int i = 0; i < depth && side >= 6 && 2 * stroke * float(i + 1) < side; ++i)
    canvas.rect({{patch.min.x + stroke * float(2 * i + 1), patch.min.y + stroke},
                 {patch.min.x + stroke * float(2 * i + 2), patch.min.y + side * 0.35f}},
                ui::u32(text_on(tint)));
}

/// The number of columns that makes the images largest, and the side of an image; below each is a line of `label`
/// height.
std::pair<int, float> columns_for(int count, const Box& box, float gap, float label) {
  std::pair<int, float> best{1, 0};
  for (int columns = 1; columns <= count; ++columns) {
    const int rows = (count + columns - 1) / columns;
    const float side = std::min((box.width() - gap * float(columns - 1)) / float(columns),
                                (box.height() - gap * float(rows - 1)) / float(rows) - label);
    if (side > best.second) best = {columns, std::floor(side)};
  }
  return best;
}

/// The scores of one patch, a bar for each recursion.
void draw_scores(Canvas& canvas, const Box& box, const Source& source, const ImageSnapshot& shown, int image,
                 int patch) {
  const float em = ui::em(), row = em * 1.25f;
  const SeenImage& seen = shown.images[image];
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::text), place_line(source, shown, image, patch), box.width());
  const float label = std::min(box.width() * 0.6f, text_size("recursion 9: score 0.99, taken", ui::Font::small).x + em);
  for (int r = 0; r < scored_recursions(source, shown, seen); ++r) {
    const float y = box.min.y + em * 1.4f + float(r) * row;
    if (y + em > box.max.y) return;
    ui::fitted_text(canvas, {box.min.x, y}, ui::u32(ui::colors::dim), score_line(source, shown, seen, patch, r), label,
                    ui::Font::small);
    const Box track{{box.min.x + label, y + em * 0.15f}, {box.max.x, y + em * 0.85f}};
    gauge(canvas, track, patch_score(source, shown, seen, patch, r), ui::u32(depth_color(r + 1)),
          ui::u32(ui::colors::well), em * 0.15f);
  }
}

class PatchesPanel : public Panel {
 public:
  PatchesPanel() : Panel("patches", "Patches of images") {}

  std::string caption(const Source& source, const AppState& state) const override {
    const ImageSnapshot* shown = shown_images(source, state);
    if (!shown) return "recursions of every patch of an image";
    const auto count = std::count_if(shown->images.begin(), shown->images.end(), std::mem_fn(&SeenImage::right));
    const std::string what =
        source.geometry().recursions > 1
            ? fmt::format("{}s per patch \u00b7 ", source.geometry().depth_unit()) + patch_rule(source)
            : all_layers(source.geometry()) + " for every patch";
    if (is_drawn(*shown)) return fmt::format("{} \u00b7 step {} \u00b7 what you drew", what, shown->step);
    return fmt::format("{} \u00b7 step {} \u00b7 {} of {} right (held out)", what, shown->step, count,
                       shown->images.size());
  }

  Table table(const Source& source, const AppState& state) const override {
    Table table{{"image", "truth", "predicted", "probability", "row", "column", "depth"}};
    for (int r = 1; r <= source.geometry().recursions; ++r) table.columns.push_back(fmt::format("score_{}", r));
    const ImageSnapshot* shown = shown_images(source, state);
    for (int i = 0; shown && i < count_of(*shown); ++i) {
      const SeenImage& image = shown->images[i];
      for (int p = 0; p < int(image.depth.size()); ++p) {
        table.add(i + 1, class_name(source, image.truth), class_name(source, image.predicted), image.probability,
                  p / shown->columns + 1, p % shown->columns + 1, image.depth[p]);
        for (int r = 0; r < source.geometry().recursions; ++r)
          table.rows.back().push_back(
              r < scored_recursions(source, *shown, image) ? cell(patch_score(source, *shown, image, p, r)) : "");
      }
    }
    return table;
  }

 private:
  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    const ImageSnapshot* shown = shown_images(source, state);
    if (!shown) return ui::paragraph(no_images(), ui::colors::dim);
    std::vector<int> depths;
    for (int i = 0; i < count_of(*shown); ++i)
      depths.insert(depths.end(), shown->images[i].depth.begin(), shown->images[i].depth.end());
    draw_depth_legend(canvas, depths, all_layers(source.geometry()), source.geometry().depth_unit(),
                      source.geometry().recursions, free_box().width());

    const Box box = free_box();
    const float below = ui::em() * (2 + 1.25f * float(std::min(4, source.geometry().recursions)));
    const bool room = box.height() > below + ui::em() * 9;
    draw_images(source, state, canvas, *shown, {box.min, {box.max.x, room ? box.max.y - below : box.max.y}});
    const Place place = shown_place(state, *shown);
    const Box lower{{box.min.x, box.max.y - below + ui::em() * 0.6f}, box.max};
    if (room && place.patch >= 0) {
      draw_scores(canvas, lower, source, *shown, place.image, place.patch);
    } else if (room) {
      ui::fitted_text(canvas, lower.min, ui::u32(ui::colors::faint),
                      "point at a patch to see its scores, click to see its image large or all again", lower.width());
    } else if (hovered_.patch >= 0) {
      ui::tooltip(scores_text(source, *shown, hovered_.image, hovered_.patch));
    }
    take_box(box);
  }

  std::string lines(const Source& source, const AppState& state) const override {
    const ImageSnapshot* shown = shown_images(source, state);
    if (!shown) return no_images() + "\n";
    std::string out;
    for (int i = 0; i < count_of(*shown); ++i) {
      const SeenImage& image = shown->images[i];
      out += fmt::format("image {} is {}, taken for {} ({}){}\n", i + 1, class_name(source, image.truth),
                         class_name(source, image.predicted), percent(image.probability),
                         image.right() || is_drawn(*shown) ? "" : ": wrong");
      for (size_t p = 0; p < image.depth.size() && source.geometry().recursions > 1; ++p)
        out += fmt::format("{}{}", image.depth[p], (p + 1) % size_t(shown->columns) == 0 ? "\n" : " ");
    }
    if (const Place place = shown_place(state, *shown); place.patch >= 0)
      out += scores_text(source, *shown, place.image, place.patch) + "\n";
    return out;
  }

  /// A patch of an image; -1: none.
  struct Place {
    int image = -1, patch = -1;
  };
  /// The one under the mouse, else the one that is pinned.
  Place shown_place(const AppState& state, const ImageSnapshot& shown) const {
    if (hovered_.patch >= 0 && hovered_.image < count_of(shown) && hovered_.patch < shown.rows * shown.columns)
      return hovered_;
    const auto pinned = pinned_in(state, Subject::watched, shown.rows * shown.columns);
    if (!pinned) return {};
    return {state.patches_image < count_of(shown) ? std::max(0, state.patches_image) : 0, *pinned};
  }

  using Pictures = std::vector<std::shared_ptr<const Image>>;
  const Pictures& pictures_of(const Source& source, const AppState& state, const ImageSnapshot& shown) {
    return pictures_.of({source.version(), state.shown.images}, [&] {
      Pictures pictures;
      for (int i = 0; i < count_of(shown); ++i)
        pictures.push_back(picture_of(shown, shown.images[i], source.geometry().recursions));
      return pictures;
    });
  }

  /// The images that are to be seen, as large as they fit, and below each what it is taken for.
  void draw_images(const Source& source, AppState& state, Canvas& canvas, const ImageSnapshot& shown, const Box& area) {
    const int all = count_of(shown);
    const bool one = state.patches_image >= 0 && state.patches_image < all;
    const float em = ui::em(), gap = em * 0.8f, label = text_size("0", ui::Font::small).y + em * 0.3f;
    const auto [columns, side] = columns_for(one ? 1 : all, area, gap, label);
    hovering_ = {};
    if (side < 8) return draw_empty(canvas, area, too_small);
    const Pictures& pictures = pictures_of(source, state, shown);
    for (int at = 0; at < (one ? 1 : all); ++at) {
      const int i = one ? state.patches_image : at;
      const ImVec2 corner{std::floor(area.min.x + float(at % columns) * (side + gap)),
                          std::floor(area.min.y + float(at / columns) * (side + label + gap))};
      const SeenImage& image = shown.images[i];
      ui::fitted_text(canvas, {corner.x, corner.y + side + em * 0.15f},
                      ui::u32(image.right() || is_drawn(shown) ? ui::colors::dim : ui::colors::warn),
                      verdict(source, image), one ? area.width() : side, ui::Font::small);
      const Box place{corner, {corner.x + side, corner.y + side}};
      canvas.image(place, *pictures[i]);
      draw_patches(state, canvas, shown, i, place, source.geometry().recursions > 1);
    }
    hovered_ = hovering_;
    if (hovered_.patch >= 0) state.hovering_patch = {hovered_.image, hovered_.patch};
  }

  /// The patches of one image; the mouse hovers them, a click makes the image large or all small again.
  void draw_patches(AppState& state, Canvas& canvas, const ImageSnapshot& shown, int image, const Box& box,
                    bool recurs) {
    const float wide = box.width() / float(shown.columns), tall = box.height() / float(shown.rows);
    const auto patch_box = [&](int patch) {
      const float x = box.min.x + float(patch % shown.columns) * wide,
                  y = box.min.y + float(patch / shown.columns) * tall;
      return Box{{x, y}, {x + wide, y + tall}};
    };
    const float thickness = std::clamp(wide * 0.06f, 1.0f, 4.0f);
    for (int patch = 0; patch < shown.rows * shown.columns && std::min(wide, tall) >= 4; ++patch) {
      canvas.outline(patch_box(patch), ui::u32(ui::colors::card), thickness);
      if (recurs) draw_depth(canvas, patch_box(patch).inset(thickness, thickness), shown.images[image].depth[patch]);
    }
    ImGui::SetCursorScreenPos(box.min);
    if (ui::area(fmt::format("patches.image.{}", image), {box.width(), box.height()}))
      state.patches_image = state.patches_image == image ? -1 : image;
    if (ImGui::IsItemHovered()) {
      const ImVec2 mouse = ImGui::GetIO().MousePos;
      const int column = std::clamp(int((mouse.x - box.min.x) / wide), 0, shown.columns - 1);
      const int row = std::clamp(int((mouse.y - box.min.y) / tall), 0, shown.rows - 1);
      hovering_ = {image, row * shown.columns + column};
    }
    if (const Place place = shown_place(state, shown); place.image == image)
      canvas.outline(patch_box(place.patch), ui::u32(ui::colors::text), std::max(2.0f, thickness));
    const bool told = image == std::max(0, state.patches_image);
    if (told && state.glow && state.glow->token < shown.rows * shown.columns)
      double_frame(canvas, patch_box(state.glow->token));
  }

  Memo<std::pair<uint64_t, int>, Pictures> pictures_;  // by the source's version and the snapshot that is shown
  Place hovered_, hovering_;                           // as of the last frame, and of this one
};

}  // namespace

std::unique_ptr<Panel> make_patches_panel() {
  return std::make_unique<PatchesPanel>();
}

}  // namespace tinymor
