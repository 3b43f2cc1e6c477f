#include "visualizer/panels/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "visualizer/draw/plot_math.h"
#include "visualizer/panels/panel.h"
#include "visualizer/panels/run_look.h"
#include "visualizer/panels/strip.h"
#include "visualizer/views/run_facts.h"

namespace tinymor {
namespace {

/// The held-out losses at two steps, and where an evaluation is of another step, of which ones they are.
Quantity held_out(const RunHistory& a, int64_t step_a, const RunHistory& b, int64_t step_b) {
  const EvalMetrics *at_a = held_out_at(a, step_a), *at_b = held_out_at(b, step_b);
  const auto own = [](const EvalMetrics* e, int64_t step) { return !e || e->step == step; };
  const auto step_of = [](const EvalMetrics* e) { return e ? fmt::format("{}", e->step) : "-"; };
  const auto loss = [](const EvalMetrics* e) { return e ? e->threshold_loss : std::nan(""); };
  const bool same = own(at_a, step_a) && own(at_b, step_b);
  return {same ? "held out, nats" : fmt::format("held out at {}, {}", step_of(at_a), step_of(at_b)), loss(at_a),
          loss(at_b)};
}

/// Of the images that are shown: how many are classified correctly, and the mean depth of a patch.
double right_images(const Source& source, const Shown& shown) {
  if (shown.images < 0) return std::nan("");
  const std::vector<SeenImage>& all = source.history().images[size_t(shown.images)].images;
  return double(std::count_if(all.begin(), all.end(), std::mem_fn(&SeenImage::right)));
}
double patch_depth(const Source& source, const Shown& shown) {
  double sum = 0, patches = 0;
  if (shown.images >= 0)
    for (const SeenImage& image : source.history().images[size_t(shown.images)].images)
      for (int32_t depth : image.depth) {
        sum += depth;
        ++patches;
      }
  return sum / patches;
}

}  // namespace

std::vector<Quantity> quantities(const Source& source, const AppState& state) {
  const Source& other = compared_with(source, state.compare);
  const Shown &a = state.shown, &b = state.compare.shown;
  const TextView &text_a = a.text(Subject::watched, state.rule), &text_b = b.text(Subject::watched, state.rule);
  const auto of = [](const TextView& text, double value) { return text.size() > 0 ? value : std::nan(""); };
  std::vector<Quantity> out;
  const bool same_text = text_a.ids == text_b.ids;
  if (source.history().of_images())
    out = {{"images told right", right_images(source, a), right_images(other, b)},
           {"layers per patch", layers_at(source.geometry(), patch_depth(source, a)),
            layers_at(other.geometry(), patch_depth(other, b))}};
  else
    out = {
        {"loss of the watched text, nats", of(text_a, text_a.lm_loss), of(text_b, text_b.lm_loss), same_text},
        {"layers per token", of(text_a, layers_at(source.geometry(), text_a.mean_depth)),
         of(text_b, layers_at(other.geometry(), text_b.mean_depth))},
        {"KiB in its cache", of(text_a, double(text_a.kv.bytes) / 1024), of(text_b, double(text_b.kv.bytes) / 1024)}};
  out.push_back(held_out(source.history(), a.step, other.history(), b.step));
  out.back().comparable = !other_data(source, other);
  const std::string trained = fmt::format("{} trained on", unit_names(source.history().of_images()));
  const std::string names[] = {"steps", trained, "training FLOPs", "seconds"};
  for (const CurveAxis axis : {CurveAxis::steps, CurveAxis::tokens, CurveAxis::flops, CurveAxis::seconds})
    out.push_back({names[int(axis)], AxisMap(source, axis).at(a.step), AxisMap(other, axis).at(b.step)});
  return out;
}

void draw_numbers(Canvas& canvas, const Box& box, const std::vector<Quantity>& all) {
  const float em = ui::em(), row = em * 1.25f, first = em * 13, column = (box.width() - first) / 3;
  const auto line = [&](float y, Color color, const std::string& name, const std::vector<std::string>& cells) {
    canvas.text({box.min.x, y}, ui::u32(ui::colors::dim), name, ui::Font::small);
    for (size_t i = 0; i < cells.size(); ++i)
      text_right(canvas, {box.min.x + first + column * float(i + 1), y}, ui::u32(color), cells[i], ui::Font::small);
  };
  line(box.min.y, ui::colors::dim, "", {"A", "B", "B - A"});
  for (size_t i = 0; i < all.size(); ++i) {
    const float y = box.min.y + row * float(i + 1);
    if (y + row <= box.max.y)
      line(y, ui::colors::text, all[i].name,
           {short_number(all[i].a), short_number(all[i].b),
            all[i].comparable ? short_number(all[i].b - all[i].a) : "-"});
  }
}

namespace {

/// Which images one side tells right and the other does not.
void draw_images_told(Canvas& canvas, const Box& box, const Source& source, const AppState& state) {
  const Source& other = compared_with(source, state.compare);
  if (state.shown.images < 0 || state.compare.shown.images < 0) return draw_empty(canvas, box, "no images yet");
  const auto &a = source.history().images[size_t(state.shown.images)].images,
             &b = other.history().images[size_t(state.compare.shown.images)].images;
  const bool same = std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SeenImage& x, const SeenImage& y) {
    return x.truth == y.truth && x.pixels == y.pixels;
  });
  if (!same) return draw_empty(canvas, box, "the two runs do not show the same images");
  std::string only[2];
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].right() != b[i].right()) only[b[i].right()] += fmt::format(" {}", i + 1);
  }
  for (const bool side : {false, true})
    ui::fitted_text(
        canvas, {box.min.x, box.min.y + ui::em() * 1.25f * float(side)},
        ui::u32(side_color(source, state.compare, side)),
        fmt::format("right in {} only, images:{}", side ? "B" : "A", only[side].empty() ? " none" : only[side]),
        box.width(), ui::Font::small);
}

}  // namespace

void draw_difference(Canvas& canvas, const Box& box, const Source& source, AppState& state) {
  if (source.history().of_images()) return draw_images_told(canvas, box, source, state);
  const TextView &a = state.shown.text(Subject::watched, state.rule),
                 &b = state.compare.shown.text(Subject::watched, state.rule);
  if (a.ids != b.ids || a.size() == 0)
    return draw_empty(canvas, box, "the two texts are not the same tokens: no difference token by token");
  const bool strokes = a.recurs() && a.rows.size() == b.rows.size();  // else a recursion is not the same in both
  std::vector<std::string> words{"loss of B - loss of A, blue: B better", "loss of B - A"};
  if (strokes)
    words = {words[0] + "; strokes: how many recursions the depths differ by",
             "B - A, blue: B better; strokes: how far depths differ", words[0], words[1]};
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::dim), words, box.width(), ui::Font::small);
  const float top = ui::em() * 1.4f;
  ImGui::SetCursorScreenPos({box.min.x, box.min.y + top});
  ImGui::BeginChild("difference", {box.width(), box.height() - top}, false);
  draw_text(canvas, state, Subject::watched, a.pieces, [&](int t) -> TokenLook {
    const float change = b.nll[size_t(t)] - a.nll[size_t(t)];
    const Color tint = std::isfinite(change) ? signed_color(change / 2) : ui::colors::control;
    return {tint, std::abs(b.depth[size_t(t)] - a.depth[size_t(t)]), strokes ? int(a.rows.size()) : 0};
  });
  ImGui::EndChild();
}

}  // namespace tinymor
