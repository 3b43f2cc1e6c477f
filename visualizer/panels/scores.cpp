// The distribution of the routers' scores, step by step: for each recursion a strip with steps across and scores
// upwards, tokens that were taken in the recursion's colour, the others in grey. A router that knows what it wants
// parts the two.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "visualizer/draw/memo.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/panels/panels.h"
#include "visualizer/views/scores_view.h"

namespace tinymor {
namespace {

constexpr int bins = ScoreHistogram::bins, most_columns = 240;

/// No more than the model has, or than any would, whatever a damaged recording claims.
int strips_of(const Source& source) {
  int most = 0;
  for (const ScoreHistogram& s : source.history().scores) most = std::max(most, recursions_of(s));
  constexpr int unknown = 64;
  return std::min(most, source.geometry().layer_count() > 0 ? source.geometry().recursions : unknown);
}

/// How the counts of a strip become brightness.
struct Brightness {
  bool logarithmic, one_scale;
  bool operator==(const Brightness&) const = default;

  double of(double count, double peak) const {
    return logarithmic ? std::log1p(count) / std::log1p(peak) : count / peak;
  }
};

Color cell_color(double taken, double left, double brightness, int recursion) {
  const double count = taken + left;
  if (count == 0) return ui::colors::well;
  const Color hue = mix(plain_color, depth_color(recursion + 1), taken / count);
  return mix(ui::colors::well, hue, 0.25 + 0.75 * brightness);
}

/// One pixel per column and bin, the highest score on top.
std::shared_ptr<const Image> strip_image(const std::vector<ScoreCounts>& columns, int recursion,
                                         Brightness brightness) {
  Picture picture{int(columns.size()), bins, std::vector<uint8_t>(columns.size() * bins * 4)};
  double most = 0;
  for (const ScoreCounts& column : columns) most = std::max(most, column.peak());
  for (int c = 0; c < picture.width; ++c) {
    const double peak = brightness.one_scale ? most : columns[c].peak();
    for (int bin = 0; bin < bins; ++bin) {
      const double taken = columns[c].taken[bin], left = columns[c].left[bin];
      set_pixel(picture, c, bins - 1 - bin, cell_color(taken, left, brightness.of(taken + left, peak), recursion));
    }
  }
  return std::make_shared<const Image>(std::move(picture));
}

/// The scores at one step as bars to the right, taken above left in each bin.
void draw_profile(Canvas& canvas, const Box& box, const ScoreHistogram& scores, int recursion) {
  const auto taken = row_of(scores.taken, recursion), left = row_of(scores.left, recursion);
  double peak = 1;
  for (int bin = 0; bin < bins; ++bin) peak = std::max(peak, std::sqrt(double(taken[bin]) + left[bin]));
  const float height = box.height() / bins;
  canvas.rect(box, ui::u32(ui::colors::well));
  for (int bin = 0; bin < bins; ++bin) {
    const double both = double(taken[bin]) + left[bin];
    if (both == 0) continue;
    const float bottom = box.max.y - height * float(bin), width = box.width() * float(std::sqrt(both) / peak);
    const float split = box.min.x + width * float(taken[bin] / both);
    const float top = bottom - std::max(1.0f, height - 0.5f);
    canvas.rect({{box.min.x, top}, {split, bottom}}, ui::u32(depth_color(recursion + 1)));
    canvas.rect({{split, top}, {box.min.x + width, bottom}}, ui::u32(plain_color));
  }
}

/// One value in [0,1] per column of the strip; NaN leaves a gap.
void draw_cuts(Canvas& canvas, const Box& strip, const std::vector<float>& cuts) {
  std::vector<ImVec2> points;
  for (size_t c = 0; c <= cuts.size(); ++c) {
    if (c < cuts.size() && !std::isnan(cuts[c])) {
      const float x = strip.min.x + strip.width() * (float(c) + 0.5f) / float(cuts.size());
      points.push_back({x, strip.max.y - strip.height() * cuts[c]});
    } else if (!points.empty()) {
      canvas.polyline(std::exchange(points, {}), ui::u32(ui::colors::text), ui::em() * 0.12f);
    }
  }
}

std::string summary(const ScoreHistogram& scores, int r) {
  const auto taken = row_of(scores.taken, r), left = row_of(scores.left, r);
  const double shared = overlap(scores, r);
  if (total(left) == 0) return "all taken";
  if (total(taken) == 0) return "none taken";
  return percent(shared) + " overlap";
}

std::string cut_line(const ScoreHistogram& scores, int r, Routing routing) {
  const double at = cut(scores, r);
  return routing == Routing::token_choice || std::isnan(at)
             ? ""
             : fmt::format("training cut at {:.2f}, the causal rule at 0.50", at);
}

/// Frames the height of the score, or of the bar, that the inspector means, at the step that is shown.
void draw_glow(Canvas& canvas, const Box& strip, const AppState& state, int r, float x) {
  if (!state.glow || state.glow->recursion != r + 1) return;
  const TextView& view = state.shown.text(Subject::watched, state.rule);
  if (state.glow->token >= view.size() || size_t(r) >= view.rows.size()) return;
  const Cell& cell = view.rows[size_t(r)].cells[size_t(state.glow->token)];
  const bool bar = state.glow->kind == Glow::bar;
  if (!bar && (state.glow->kind != Glow::score || !cell.scored)) return;
  const float y = strip.max.y - strip.height() * float(bar ? 0.5 : router_score(cell.logit)), half = ui::em() * 0.15f;
  double_frame(canvas, {{bar ? strip.min.x : x - half, y - half}, {bar ? strip.max.x : x + half, y + half}});
}

class ScoresPanel : public Panel {
 public:
  ScoresPanel() : Panel("scores", "Router scores") {}

  std::string caption(const Source& source, const AppState& state) const override {
    const RunHistory& history = source.history();
    if (history.scores.empty()) return "how sure the routers are, over the run";
    const Routing routing = source.geometry().routing;
    std::string out = std::string(score_formula(source.geometry())) + " in training \u00b7 colour: taken, grey: left";
    if (routing == Routing::expert_choice) out += " \u00b7 broad: cut, thin: causal cut";
    if (const ScoreHistogram* at = scores_at(history, state.shown.step))
      out += fmt::format(" \u00b7 right: step {}", at->step);
    if (int(history.scores.size()) > most_columns)
      out += fmt::format(" \u00b7 {:.1f} records a column", double(history.scores.size()) / most_columns);
    return out;
  }

  float controls(const Source&, AppState& state, float right) override {
    ui::corner_chip("scores.one_scale", "one scale", state.one_scale,
                    "The same brightness means the same count at every step, not the same share", right);
    ui::corner_chip("scores.log", "log", state.log_scores, "Brightness by the logarithm of the count", right);
    return right;
  }

  Table table(const Source& source, const AppState&) const override {
    Table table{{"step", "recursion", "score_from", "score_to", "taken", "left"}};
    for (const ScoreHistogram& s : source.history().scores)
      for (int r = 0; r < recursions_of(s); ++r)
        for (int bin = 0; bin < bins; ++bin)
          table.add(s.step, r + 1, double(bin) / bins, (bin + 1.0) / bins, row_of(s.taken, r)[bin],
                    row_of(s.left, r)[bin]);
    return table;
  }

 private:
  std::string missing(const Source& source, const AppState&) const override {
    if (strips_of(source) > 0) return "";
    return source.geometry().routing != Routing::none ? "no scores recorded yet" : "this model has no router";
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    const std::vector<Strip>& strips = drawn_strips(source, {state.log_scores, state.one_scale});
    const Box box = free_box();
    const float gap = ui::em() * 0.7f;
    const float height = (box.height() - gap * float(strips.size() - 1) - ui::em() * 1.4f) / float(strips.size());
    if (height < ui::em() || box.width() < ui::em() * 20) return draw_empty(canvas, box, too_small);
    for (size_t r = 0; r < strips.size(); ++r) {
      const float top = box.min.y + float(r) * (height + gap);
      draw_strip(source, state, canvas, {{box.min.x, top}, {box.max.x, top + height}}, strips, int(r));
    }
    take_box(box);
  }

  std::string lines(const Source& source, const AppState& state) const override {
    const ScoreHistogram* at = scores_at(source.history(), state.shown.step);
    std::string out;
    for (int r = 0; r < recursions_of(*at); ++r) {
      const auto taken = row_of(at->taken, r), left = row_of(at->left, r);
      out += fmt::format("{} {}: {:.0f} taken", source.geometry().depth_unit(), r + 1, total(taken));
      if (total(taken) > 0) out += fmt::format(" (mean score {:.2f})", mean_score(taken));
      out += fmt::format(", {:.0f} left", total(left));
      if (total(left) > 0) out += fmt::format(" (mean score {:.2f})", mean_score(left));
      out += fmt::format(", {}", summary(*at, r));
      const std::string cuts = cut_line(*at, r, source.geometry().routing);
      out += cuts.empty() ? "\n" : ", " + cuts + "\n";
    }
    return out;
  }

  /// What is drawn of one recursion.
  struct Strip {
    std::shared_ptr<const Image> image;
    std::vector<float> cuts;  ///< One for each column of the image.
  };
  const std::vector<Strip>& drawn_strips(const Source& source, Brightness brightness) {
    return strips_.of({source.version(), brightness, theme()}, [&] {
      const std::vector<ScoreHistogram>& scores = source.history().scores;
      const int columns = std::min<int>(most_columns, int(scores.size()));
      std::vector<Strip> strips;
      for (int r = 0; r < strips_of(source); ++r) {
        const std::vector<ScoreCounts> counts = columns_of(scores, r, columns);
        Strip strip{strip_image(counts, r, brightness), {}};
        for (const ScoreCounts& column : counts) strip.cuts.push_back(float(cut(column)));
        strips.push_back(std::move(strip));
      }
      return strips;
    });
  }

  void draw_strip(const Source& source, AppState& state, Canvas& canvas, const Box& box,
                  const std::vector<Strip>& strips, int r) {
    const float em = ui::em(), letter = text_size("0", ui::Font::small).y;
    const std::vector<ScoreHistogram>& scores = source.history().scores;
    const float left = text_size("recursion 9", ui::Font::small).x + em * 2.4f, right = em * 8.5f;
    const Box strip{{box.min.x + left, box.min.y}, {box.max.x - right, box.max.y}};
    if (strip.width() < em) return;
    text_right(
        canvas, {strip.min.x - em * 2, box.center().y - letter / 2}, ui::u32(ui::colors::dim),
        fmt::format("{} {}",
                    source.geometry().routing == Routing::token_choice ? "depth" : source.geometry().depth_unit(),
                    r + 1),
        ui::Font::small);
    for (int score : {0, 1})
      text_right(canvas, {strip.min.x - em * 0.4f, score == 1 ? strip.min.y : strip.max.y - letter},
                 ui::u32(ui::colors::faint), fmt::format("{}", score), ui::Font::small);
    canvas.image(strip, *strips[r].image);
    if (source.geometry().routing != Routing::token_choice) {
      canvas.line({strip.min.x, strip.center().y}, {strip.max.x, strip.center().y}, ui::u32(ui::colors::text, 0.5), 1);
      draw_cuts(canvas, strip, strips[r].cuts);
    }

    const ScoreHistogram* at = scores_at(source.history(), state.shown.step);
    if (state.shown.any()) {
      const float x = strip.min.x + strip.width() * (float(at - scores.data()) + 0.5f) / float(scores.size());
      canvas.line({x, strip.min.y}, {x, strip.max.y}, ui::u32(ui::colors::accent, 0.9), 1.5f);
      draw_glow(canvas, strip, state, r, x);
    }
    if (r < recursions_of(*at)) {
      const Box profile{{strip.max.x + em * 0.5f, strip.min.y}, {box.max.x, strip.max.y - letter - em * 0.2f}};
      if (profile.height() > em) draw_profile(canvas, profile, *at, r);
      canvas.text({profile.min.x, profile.max.y + em * 0.1f}, ui::u32(ui::colors::dim), summary(*at, r),
                  ui::Font::small);
    }
    if (r + 1 == int(strips.size())) {
      float free = strip.min.x;
      for (double tick : ticks(double(scores.front().step), double(scores.back().step), 5)) {
        const auto place = std::lower_bound(scores.begin(), scores.end(), tick,
                                            [](const ScoreHistogram& s, double step) { return double(s.step) < step; });
        const float middle =
            strip.min.x + strip.width() * (float(place - scores.begin()) + 0.5f) / float(scores.size());
        const std::string label = short_number(double(place->step));  // of the column, not of the tick
        const float width = text_size(label, ui::Font::small).x, x = middle - width / 2;
        if (x < free || x + width > strip.max.x - em * 2.5f) continue;
        canvas.text({x, strip.max.y + em * 0.2f}, ui::u32(ui::colors::faint), label, ui::Font::small);
        free = x + width + em;
      }
      text_right(canvas, {strip.max.x, strip.max.y + em * 0.2f}, ui::u32(ui::colors::faint), "step", ui::Font::small);
    }

    ImGui::SetCursorScreenPos(strip.min);
    ImGui::PushID(r);
    const bool clicked = ImGui::InvisibleButton("strip", {strip.width(), strip.height()});
    ImGui::PopID();
    ui::tag(fmt::format("scores.strip.{}", r));
    if (!ImGui::IsItemHovered()) return;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const float part = std::clamp((mouse.x - strip.min.x) / strip.width(), 0.0f, 0.9999f);
    const ScoreHistogram& under = scores[size_t(part * float(scores.size()))];
    if (clicked) state.playback.jump(source.history().snapshot_at(under.step), source.history().snapshot_count());
    if (r >= recursions_of(under)) return;
    const int bin = std::clamp(int((strip.max.y - mouse.y) / strip.height() * bins), 0, bins - 1);
    if (!ui::begin_tooltip()) return;
    const DataScope no_terms;
    ui::label(fmt::format("up to step {}, scores {:.2f} to {:.2f}", under.step, double(bin) / bins, (bin + 1.0) / bins),
              ui::colors::dim, ui::Font::small);
    ui::label(fmt::format("{} {} taken, {} left", row_of(under.taken, r)[bin], unit_names(source.history().of_images()),
                          row_of(under.left, r)[bin]),
              ui::colors::text, ui::Font::small);
    ui::label(summary(under, r), ui::colors::dim, ui::Font::small);
    const std::string cuts = cut_line(under, r, source.geometry().routing);
    if (!cuts.empty()) ui::label(cuts, ui::colors::dim, ui::Font::small);
    ImGui::EndTooltip();
  }

  Memo<std::tuple<uint64_t, Brightness, Theme>, std::vector<Strip>> strips_;  // one for each recursion
};

}  // namespace

std::unique_ptr<Panel> make_scores_panel() {
  return std::make_unique<ScoresPanel>();
}

}  // namespace tinymor
