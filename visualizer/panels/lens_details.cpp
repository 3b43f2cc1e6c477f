#include "visualizer/panels/lens_details.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "trainer/experiments/statistics.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/draw/ui.h"

namespace tinymor {

std::string most_recursions(size_t row, size_t all) {
  return row + 1 == all ? "as routed" : fmt::format("at most {}", row + 1);
}

void draw_predictions(Canvas& canvas, const Box& box, const Source& source, const LensView& lens, const TextView& view,
                      int t) {
  const float em = ui::em(), gap = em, count = float(lens.nll.size());
  const float width = (box.width() - gap * (count - 1)) / count;
  const auto fits = [&](ui::Font font) {
    const float line = text_size("0", font).y + em * 0.35f;
    return line * float(lens.each + 1) < box.height() && line * 9 < width;
  };
  const ui::Font larger = ui::reading_font(fits), font = fits(larger) ? larger : ui::Font::small;
  const float letter = text_size("0", font).y;
  for (size_t r = 0; r < lens.nll.size(); ++r) {
    const float x = box.min.x + float(r) * (width + gap);
    const std::string loss =
        std::isfinite(lens.nll[r][t]) ? fmt::format(": {:.2f} nats", lens.nll[r][t]) : std::string();
    ui::fitted_text(canvas, {x, box.min.y}, ui::u32(ui::colors::dim), most_recursions(r, lens.nll.size()) + loss, width,
                    font);
    for (size_t c = 0; c < lens.each; ++c) {
      const Candidate& candidate = lens.likely[r][size_t(t) * lens.each + c];
      const float y = box.min.y + letter + em * 0.2f + float(c) * (letter + em * 0.35f);
      if (y + letter + em * 0.2f > box.max.y) break;
      const bool right = t + 1 < view.size() && candidate.id == view.ids[t + 1];
      const double p = std::isfinite(candidate.probability) ? std::clamp<double>(candidate.probability, 0, 1) : 0;
      canvas.rect({{x, y + letter}, {x + width * float(p), y + letter + em * 0.2f}},
                  ui::u32(depth_color(int(r) + 1), right ? 1 : 0.5));
      ui::fitted_text(
          canvas, {x, y}, ui::u32(right ? ui::colors::text : ui::colors::dim),
          fmt::format("{}  {}{}", percent(p), in_quotes(source.quoted(candidate.id)), right ? "  (follows)" : ""),
          width, font);
    }
  }
}

std::vector<Choice> choices_of(const LensView& lens, const TextView& view) {
  std::vector<Choice> choices;
  for (size_t r = 1; r < std::min(lens.nll.size(), view.rows.size()); ++r)
    for (int t = 0; t + 1 < view.size(); ++t) {
      const Cell& cell = view.rows[r].cells[size_t(t)];
      const double benefit = lens.nll[r - 1][t] - lens.nll[r][t];
      if (cell.state == CellState::computed && cell.scored && std::isfinite(benefit))
        choices.push_back({t, router_score(cell.logit), benefit, int(r) + 1});
    }
  return choices;
}

std::string foresight(const std::vector<Choice>& choices) {
  if (choices.empty()) return "no router took a token further";
  std::vector<double> scores, benefits;
  for (const Choice& choice : choices) {
    scores.push_back(choice.score);
    benefits.push_back(choice.benefit);
  }
  const double rho = choices.size() < 2 ? std::nan("") : rank_correlation(scores, benefits);
  return fmt::format("{} further recursions: rank correlation of score and benefit {}", choices.size(),
                     std::isfinite(rho) ? fmt::format("{:+.2f}", rho) : "unknown");
}

namespace {

std::string words_of(const Choice& choice, const TextView& view) {
  return fmt::format("{}: recursion {}, score {:.2f}, {} {:.2f} nats", in_quotes(view.pieces[size_t(choice.token)]),
                     choice.recursion, choice.score, choice.benefit < 0 ? "harmed by" : "helped by",
                     std::abs(choice.benefit));
}

}  // namespace

const Choice* draw_choices(Canvas& canvas, const Box& box, const std::vector<Choice>& choices, const TextView& view) {
  const float em = ui::em(), left = box.min.x + text_size("helps 0.00 nats", ui::Font::small).x + em,
              letter = text_size("0", ui::Font::small).y;
  double most = 0.1, low = 0.9;
  for (const Choice& choice : choices) {
    most = std::max(most, std::abs(choice.benefit));
    low = std::min(low, std::floor(choice.score * 10) / 10);
  }
  const Box area{{left, box.min.y}, {std::min(box.max.x, left + em * 30), box.max.y - letter}};
  const float middle = area.center().y;
  canvas.rect(area, ui::u32(ui::colors::well));
  canvas.line({area.min.x, middle}, {area.max.x, middle}, ui::u32(ui::colors::line), 1);
  const auto label = [&](float y, const std::string& text) {
    text_right(canvas, {left - em * 0.4f, y}, ui::u32(ui::colors::dim), text, ui::Font::small);
  };
  label(area.min.y, fmt::format("helps {:.2g} nats", most));
  label(area.max.y - letter, "harms");
  canvas.text({area.min.x, area.max.y}, ui::u32(ui::colors::dim), fmt::format("score {:.1f}", low), ui::Font::small);
  text_right(canvas, {area.max.x, area.max.y}, ui::u32(ui::colors::dim), "1", ui::Font::small);
  const auto place = [&](const Choice& choice) {
    return ImVec2(area.min.x + area.width() * float((choice.score - low) / (1 - low)),
                  middle - float(choice.benefit / most) * (area.height() / 2 - em * 0.2f));
  };
  for (const Choice& choice : choices) canvas.circle(place(choice), em * 0.2f, ui::u32(depth_color(choice.recursion)));
  ImGui::SetCursorScreenPos(area.min);
  const bool pressed = ui::area("lens.choices", {std::max(1.0f, area.width()), std::max(1.0f, area.height())});
  if (!ImGui::IsItemHovered()) {
    const auto harmed_most = std::min_element(choices.begin(), choices.end(),
                                              [](const Choice& a, const Choice& b) { return a.benefit < b.benefit; });
    return pressed && harmed_most != choices.end() ? &*harmed_most : nullptr;
  }
  const Choice* nearest = nullptr;
  float least = em * 0.8f;
  for (const Choice& choice : choices) {
    const ImVec2 at = place(choice), mouse = ImGui::GetIO().MousePos;
    const float away = std::hypot(at.x - mouse.x, at.y - mouse.y);
    if (away >= least) continue;
    least = away;
    nearest = &choice;
  }
  if (!nearest) return nullptr;
  canvas.circle(place(*nearest), em * 0.3f, ui::u32(ui::colors::text));
  ui::tooltip(words_of(*nearest, view));
  return pressed ? nearest : nullptr;
}

}  // namespace tinymor
