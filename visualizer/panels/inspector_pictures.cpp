#include "visualizer/panels/inspector_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/draw/ui.h"
#include "visualizer/panels/lens_details.h"
#include "visualizer/panels/patch_words.h"

namespace tinymor {
namespace {

void add_point(ScoreCurve& curve, int64_t step, const TextView& view, int token) {
  curve.steps.push_back(double(step));
  curve.depths.push_back(view.depth[size_t(token)]);
  for (size_t r = 0; r < curve.scores.size(); ++r) {
    const Cell& cell = view.rows[r].cells[size_t(token)];
    curve.scores[r].push_back(cell.scored ? router_score(cell.logit) : std::nan(""));
  }
}

ScoreCurve empty_curve(const Source& source) {
  ScoreCurve curve;
  curve.scores.resize(size_t(source.geometry().recursions));
  return curve;
}

}  // namespace

ScoreCurve token_curve(const Source& source, const AppState& state, int token) {
  ScoreCurve curve = empty_curve(source);
  for (const Snapshot& snapshot : source.history().snapshots) {
    const Trace& trace = state.rule == RuleView::training ? snapshot.topk : snapshot.threshold;
    if (trace.tokens == state.shown.causal.ids && size_t(token) < trace.depth.size())
      add_point(curve, snapshot.step, view_of(trace, source.geometry()), token);
  }
  return curve;
}

ScoreCurve patch_curve(const Source& source, const AppState& state, PatchRef patch) {
  ScoreCurve curve = empty_curve(source);
  const std::vector<ImageSnapshot>& all = source.history().images;
  const SeenImage& shown = all[size_t(state.shown.images)].images[size_t(patch.image)];
  for (const ImageSnapshot& snapshot : all)
    if (size_t(patch.image) < snapshot.images.size())
      if (const SeenImage& image = snapshot.images[size_t(patch.image)];
          image.pixels == shown.pixels && image.depth.size() == shown.depth.size())
        add_point(curve, snapshot.step, view_of(image, source.geometry()), patch.patch);
  return curve;
}

namespace {

/// A cell from each step to the next in the colour of its depth, with the digit where there is room.
void draw_depths(Canvas& canvas, const Box& row, const ScoreCurve& curve, double last) {
  const auto x = [&](double step) { return row.min.x + float(step / last) * row.width(); };
  for (size_t i = 0; i < curve.steps.size();) {
    size_t end = i + 1;  // of those with the same depth
    while (end < curve.steps.size() && curve.depths[end] == curve.depths[i]) ++end;
    const Box cell{{x(curve.steps[i]), row.min.y},
                   {end < curve.steps.size() ? x(curve.steps[end]) : row.max.x, row.max.y}};
    const Color tint = depth_color(curve.depths[i]);
    canvas.rect(cell, ui::u32(tint));
    const std::string digit = fmt::format("{}", curve.depths[i]);
    if (text_size(digit, ui::Font::small).x + 2 < cell.width())
      text_centered(canvas, cell.center(), ui::u32(text_on(tint)), digit, ui::Font::small);
    i = end;
  }
}

/// Which colour is the score before which pass, between `left` and `right`.
void draw_passes(Canvas& canvas, float left, float right, float y, int passes) {
  const float em = ui::em(), square = em * 0.7f;
  for (int pass = 1; pass <= passes; ++pass) {
    const std::string name = fmt::format("{}{}", pass == 1 ? "pass " : "", pass);
    const float end = left + square + em * 0.3f + text_size(name, ui::Font::small).x;
    if (end > right) return;
    canvas.rect({{left, y + em * 0.15f}, {left + square, y + em * 0.15f + square}}, ui::u32(depth_color(pass)));
    canvas.text({left + square + em * 0.3f, y}, ui::u32(ui::colors::dim), name, ui::Font::small);
    left = end + em * 0.8f;
  }
}

}  // namespace

void draw_curve(Canvas& canvas, const Box& box, const ScoreCurve& curve, int64_t step) {
  const float em = ui::em(), small = text_size("0", ui::Font::small).y;
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::text),
                  std::vector<std::string>{"Its depth and scores over the training", "Depth and scores"}, box.width(),
                  ui::Font::bold);
  const double last = std::max(1.0, curve.steps.back());
  const float top = box.min.y + em * 1.5f;
  draw_depths(canvas, {{box.min.x, top}, {box.max.x, top + small}}, curve, last);
  const Box area{{box.min.x, top + small + 2}, {box.max.x, box.max.y - small - 2}};
  canvas.rect(area, ui::u32(ui::colors::well));
  const auto x = [&](double at) { return area.min.x + float(at / last) * area.width(); };
  const auto y = [&](double score) { return area.max.y - float(score) * area.height(); };
  canvas.line({area.min.x, y(0.5)}, {area.max.x, y(0.5)}, ui::u32(ui::colors::line), 1);
  for (size_t r = 0; r < curve.scores.size(); ++r) {
    std::vector<ImVec2> points;
    for (size_t i = 0; i < curve.steps.size(); ++i) {
      if (!std::isfinite(curve.scores[r][i])) continue;
      points.push_back({x(curve.steps[i]), y(curve.scores[r][i])});
      canvas.circle(points.back(), em * 0.15f, ui::u32(depth_color(int(r) + 1)));
    }
    canvas.polyline(points, ui::u32(depth_color(int(r) + 1)), 2);
  }
  const double here = std::min(last, double(step));
  canvas.line({x(here), area.min.y}, {x(here), area.max.y}, ui::u32(ui::colors::text, 0.6), 1);
  canvas.text({area.min.x + 2, area.min.y}, ui::u32(ui::colors::dim), "1", ui::Font::small);
  text_right(canvas, {area.max.x - em * 0.4f, y(0.5) - small}, ui::u32(ui::colors::dim), "0.5", ui::Font::small);
  canvas.text({area.min.x + 2, area.max.y - small}, ui::u32(ui::colors::dim), "0", ui::Font::small);
  const float below = area.max.y + 1;
  const std::string end = fmt::format("{:.0f}", last);
  canvas.text({box.min.x, below}, ui::u32(ui::colors::dim), "step 0", ui::Font::small);
  text_right(canvas, {box.max.x, below}, ui::u32(ui::colors::dim), end, ui::Font::small);
  draw_passes(canvas, box.min.x + text_size("step 0", ui::Font::small).x + em * 1.5f,
              box.max.x - text_size(end, ui::Font::small).x - em, below, int(curve.scores.size()));
}

namespace {

float guess_height() {
  return text_size("0", ui::Font::small).y + ui::em() * 0.35f;
}
constexpr float title_em = 1.5f;

/// One guess: its probability, what it is, a bar below; brighter where it is right.
void draw_guess(Canvas& canvas, const Box& box, const std::string& name, double p, const char* right, int pass) {
  p = std::isfinite(p) ? std::clamp(p, 0.0, 1.0) : 0;
  const std::string words = fmt::format("{}  {}", percent(p), name);
  ui::fitted_text(canvas, box.min, ui::u32(right ? ui::colors::text : ui::colors::dim),
                  right ? std::vector<std::string>{words + right, words} : std::vector<std::string>{words}, box.width(),
                  ui::Font::small);
  const float y = box.max.y - ui::em() * 0.3f;
  gauge(canvas, {{box.min.x, y}, {box.max.x, y + ui::em() * 0.2f}}, p, ui::u32(depth_color(pass), right ? 1 : 0.6),
        ui::u32(ui::colors::well), 0);
}

}  // namespace

float guesses_height(const Guesses& guesses, int each) {
  return ui::em() * title_em + float(guesses.nll.size()) * float(each) * guess_height();
}

void draw_guesses(Canvas& canvas, const Box& box, const Source& source, AppState& state, const Guesses& guesses,
                  int token) {
  const bool image = token < 0;
  const float em = ui::em(), high = guess_height(), passes = float(guesses.nll.size());
  const std::string what = image ? "What the image is" : "What comes next";
  const char* follows = image ? "  is right" : "  follows";
  const bool known = std::any_of(guesses.nll.begin(), guesses.nll.end(), [](float nll) { return std::isfinite(nll); });
  const std::string numbers = known ? ", loss in nats" : "";
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::text),
                  {what + " after so many passes" + numbers, what + numbers}, box.width(), ui::Font::bold);
  const float room = box.height() - em * title_em;
  const auto each = size_t(std::max(1.0f, std::floor(room / high / passes)));
  const float label = text_size("as routed", ui::Font::small).x + em * 0.5f;
  const float loss = box.width() > em * 17 ? text_size("10.00", ui::Font::small).x + em * 0.5f : 0;
  for (size_t r = 0; r < guesses.nll.size(); ++r) {
    const float y = box.min.y + em * title_em + float(r * each) * high;
    const Box row{{box.min.x, y}, {box.max.x, y + float(each) * high}};
    ui::fitted_text(canvas, row.min, ui::u32(ui::colors::dim), most_recursions(r, guesses.nll.size()), label,
                    ui::Font::small);
    if (loss > 0 && std::isfinite(guesses.nll[r]))
      text_right(canvas, {row.max.x, y}, ui::u32(ui::colors::dim), fmt::format("{:.2f}", guesses.nll[r]),
                 ui::Font::small);
    for (size_t c = 0; c < std::min(each, guesses.likely[r].size()); ++c) {
      const Candidate& candidate = guesses.likely[r][c];
      const std::string name = image ? class_name(source, candidate.id) : in_quotes(source.quoted(candidate.id));
      const bool right = candidate.id == guesses.truth;
      const float top = y + float(c) * high;
      draw_guess(canvas, {{row.min.x + label, top}, {row.max.x - loss, top + high}}, name, candidate.probability,
                 right ? follows : nullptr, int(r) + 1);
    }
    if (image) continue;  // nothing else shows a guess about an image
    const std::string name = fmt::format("inspector.guess.{}", r);
    ImGui::SetCursorScreenPos(row.min);
    ui::area(name, {row.width(), row.height()});
    if (ImGui::IsItemHovered() || ui::keyboard_at(name)) state.glowing = Glow{Glow::guess, token, int(r) + 1};
  }
}

}  // namespace tinymor
