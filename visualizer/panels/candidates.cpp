#include "visualizer/panels/candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/draw/ui.h"
#include "visualizer/runs/model_decoder.h"

namespace tinymor {
namespace {

/// The next token's candidates under the settings, the model's own probabilities of them, and the draw.
struct Draw {
  std::vector<Candidate> candidates;
  std::vector<float> raw;
  double draw = 0;
  size_t taken = 0;  ///< Index of the candidate that the draw falls on.
};

Draw draw_of(const Generation& text, const GenerateRequest& request) {
  Draw out;
  const std::vector<Real> logits(text.logits.begin(), text.logits.end());
  const SampleOptions options = sample_options(request);
  out.candidates = distribution(logits, options);
  std::vector<float> raw(logits.size());
  for (const Candidate& c : distribution(logits, {.temperature = 1})) raw[size_t(c.id)] = c.probability;
  for (const Candidate& c : out.candidates) out.raw.push_back(raw[size_t(c.id)]);
  out.draw = sampling_draw(options.seed, int64_t(text.text.size()) - text.prompt_tokens());
  const int32_t id = sample(logits, options, out.draw);
  while (out.taken + 1 < out.candidates.size() && out.candidates[out.taken].id != id) ++out.taken;
  return out;
}

std::string piece_of(const Generation& text, int32_t id) {
  return quoted_token(text.vocabulary ? *text.vocabulary : std::vector<std::string>(), id);
}

/// Everything that may be drawn, end to end, and where the draw falls.
void draw_line(Canvas& canvas, const Box& box, const Draw& draw) {
  float x = box.min.x;
  for (size_t i = 0; i < draw.candidates.size() && x < box.max.x; ++i) {
    const float end = std::min(box.max.x, x + box.width() * draw.candidates[i].probability);
    double shade = i % 2 == 0 ? 0.35 : 0.2;
    if (i == draw.taken) shade = 0.9;
    canvas.rect({{x, box.min.y}, {end, box.max.y}}, ui::u32(ui::colors::accent, shade));
    x = end;
  }
  const float at = box.min.x + box.width() * float(draw.draw), tip = ui::em() * 0.35f;
  canvas.triangle({at - tip, box.min.y - tip}, {at + tip, box.min.y - tip}, {at, box.min.y + tip * 0.6f},
                  ui::u32(ui::colors::text));
}

/// One candidate in a row; true when it was clicked.
bool draw_candidate(Canvas& canvas, const Box& row, const Generation& text, const Draw& draw, size_t i) {
  const Candidate& candidate = draw.candidates[i];
  const float em = ui::em(), name = em * 7, left = row.min.x + name, width = row.width() - name - em * 12;
  ImGui::SetCursorScreenPos(row.min);
  const bool clicked = ui::area("candidates." + std::to_string(i), {row.width(), row.height()});
  const bool hovered = ImGui::IsItemHovered();
  ui::hint("Click: go on with this one");
  if (hovered) canvas.rect(row, ui::u32(ui::colors::hovered, 0.5), em * 0.15f);
  const bool taken = i == draw.taken;
  const ImU32 ink = ui::u32(taken ? ui::colors::text : ui::colors::dim);
  const float y = row.center().y - text_size("x", ui::Font::small).y / 2;
  ui::fitted_text(canvas, {row.min.x + em * 0.2f, y}, ink, piece_of(text, candidate.id), name - em * 0.6f,
                  ui::Font::small);
  const float bar = std::max(1.0f, width * candidate.probability), raw = std::max(1.0f, width * draw.raw[i]);
  canvas.rect({{left, row.min.y + em * 0.15f}, {left + bar, row.max.y - em * 0.35f}},
              ui::u32(ui::colors::accent, taken ? 0.9 : 0.4), em * 0.1f);
  canvas.rect({{left, row.max.y - em * 0.28f}, {left + raw, row.max.y - em * 0.1f}}, ui::u32(ui::colors::dim));
  const std::string numbers =
      fmt::format("{}  from {}{}", percent(candidate.probability, 1), percent(draw.raw[i], 1), taken ? "  drawn" : "");
  text_right(canvas, {row.max.x - em * 0.2f, y}, ink, numbers, ui::Font::small);
  return clicked;
}

}  // namespace

std::optional<int32_t> draw_candidates(Canvas& canvas, const Box& box, const Generation& text,
                                       const GenerateRequest& request) {
  const Draw draw = draw_of(text, request);
  const float em = ui::em(), row = em * 1.35f;
  const std::string head = fmt::format(
      "next token: draw {:.3f} of seed {} among {} of {} tokens \u00b7 thin bar: before temperature and cuts",
      draw.draw, request.seed, draw.candidates.size(), text.logits.size());
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::dim), head, box.width(), ui::Font::small);
  const float top = box.min.y + em * 1.9f;
  draw_line(canvas, {{box.min.x, top}, {box.max.x, top + em * 0.6f}}, draw);
  std::optional<int32_t> chosen;
  float y = top + em * 1.0f;
  for (size_t i = 0; i < draw.candidates.size() && y + row <= box.max.y; ++i, y += row) {
    if (draw_candidate(canvas, {{box.min.x, y}, {box.max.x, y + row}}, text, draw, i) && !text.running)
      chosen = draw.candidates[i].id;
  }
  return chosen;
}

std::string candidates_text(const Generation& text, const GenerateRequest& request) {
  if (text.logits.empty()) return "";
  const Draw draw = draw_of(text, request);
  std::string out = fmt::format("next of {}:", draw.candidates.size());
  for (size_t i = 0; i < std::min<size_t>(6, draw.candidates.size()); ++i)
    out += fmt::format(" \"{}\" {}", piece_of(text, draw.candidates[i].id), percent(draw.candidates[i].probability, 1));
  return out + fmt::format("; the draw takes \"{}\"\n", piece_of(text, draw.candidates[draw.taken].id));
}

}  // namespace tinymor
