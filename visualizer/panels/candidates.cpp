#include "visualizer/panels/candidates.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/draw/glossary.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/draw/ui.h"
#include "visualizer/views/text_view.h"

namespace tinymor {
namespace {

std::string piece_of(const Generation& text, int32_t id) {
  return quoted_token(text.vocabulary ? *text.vocabulary : std::vector<std::string>(), id);
}

/// Everything that may be drawn, end to end, and where the draw falls.
void draw_line(Canvas& canvas, const Box& box, const Draw& draw) {
  float x = box.min.x;
  const size_t in_order = std::min(draw.all, Draw::most_candidates);
  for (size_t i = 0; i < in_order && x < box.max.x; ++i) {
    const float end = std::min(box.max.x, x + box.width() * draw.candidates[i].probability);
    double shade = i % 2 == 0 ? 0.35 : 0.2;
    if (i == draw.taken) shade = 0.9;
    canvas.rect({{x, box.min.y}, {end, box.max.y}}, ui::u32(ui::colors::accent, shade));
    x = end;
  }
  const float at = box.min.x + box.width() * float(draw.number), tip = ui::em() * 0.35f;
  canvas.triangle({at - tip, box.min.y - tip}, {at + tip, box.min.y - tip}, {at, box.min.y + tip * 0.6f},
                  ui::u32(ui::colors::text));
}

/// What is drawn, the token that is taken, and how.
std::string headline(const Generation& text, const ShownDraw& shown) {
  const Draw& draw = shown.draw;
  const std::string what = shown.token ? fmt::format("token {}", token_number(*shown.token)) : "next token";
  const std::string how =
      draw.by_hand ? "chosen by hand" : fmt::format("draw {:.3f} of seed {}", draw.number, draw.seed);
  return fmt::format("{}: {}, {} among {} of {} tokens \u00b7 thin bar: before temperature and cuts", what,
                     in_quotes(piece_of(text, draw.candidates[draw.taken].id)), how, draw.all, draw.vocabulary);
}

/// Its probabilities, and whether it is taken; `far`: it is no neighbour of the row above.
std::string numbers_of(const Draw& draw, size_t i, bool far) {
  std::string out = fmt::format("{}  from {}", percent(draw.candidates[i].probability, 1), percent(draw.raw[i], 1));
  if (i != draw.taken) return out;
  if (far) out += fmt::format("  no. {}", draw.place + 1);
  return out + (draw.by_hand ? "  chosen" : "  drawn");
}

/// One candidate in a row; true when it was clicked.
bool draw_candidate(Canvas& canvas, const Box& row, const Generation& text, const ShownDraw& shown, size_t i,
                    bool far) {
  const DataScope data;
  const Draw& draw = shown.draw;
  const Candidate& candidate = draw.candidates[i];
  const float em = ui::em(), name = em * 7, left = row.min.x + name, width = row.width() - name - em * 12;
  bool clicked = false;
  if (!shown.token) {  // what was drawn before stays
    ImGui::SetCursorScreenPos(row.min);
    clicked = ui::area("candidates." + std::to_string(i), {row.width(), row.height()});
    if (ImGui::IsItemHovered()) canvas.rect(row, ui::u32(ui::colors::hovered, 0.5), em * 0.15f);
    ui::hint("Click: go on with this one");
  }
  const bool taken = i == draw.taken;
  const ImU32 ink = ui::u32(taken ? ui::colors::text : ui::colors::dim);
  const float y = row.center().y - text_size("x", ui::Font::small).y / 2;
  ui::fitted_text(canvas, {row.min.x + em * 0.2f, y}, ink, piece_of(text, candidate.id), name - em * 0.6f,
                  ui::Font::small);
  const float bar = std::max(1.0f, width * candidate.probability), raw = std::max(1.0f, width * draw.raw[i]);
  canvas.rect({{left, row.min.y + em * 0.15f}, {left + bar, row.max.y - em * 0.35f}},
              ui::u32(ui::colors::accent, taken ? 0.9 : 0.4), em * 0.1f);
  canvas.rect({{left, row.max.y - em * 0.28f}, {left + raw, row.max.y - em * 0.1f}}, ui::u32(ui::colors::dim));
  text_right(canvas, {row.max.x - em * 0.2f, y}, ink, numbers_of(draw, i, far), ui::Font::small);
  return clicked;
}

}  // namespace

std::optional<int32_t> draw_candidates(Canvas& canvas, const Box& box, const Generation& text, const ShownDraw& shown) {
  const Draw& draw = shown.draw;
  const float em = ui::em(), row = em * 1.35f;
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::dim), headline(text, shown), box.width(), ui::Font::small);
  const float top = box.min.y + em * 1.9f;
  draw_line(canvas, {{box.min.x, top}, {box.max.x, top + em * 0.6f}}, draw);
  std::optional<int32_t> chosen;
  float y = top + em * 1.0f;
  const size_t rows = std::min(draw.candidates.size(), size_t(std::max(0.0f, (box.max.y - y) / row)));
  for (size_t i = 0; i < rows; ++i, y += row) {
    const bool far = i + 1 == rows && draw.taken >= rows;
    const size_t which = far ? draw.taken : i;
    if (draw_candidate(canvas, {{box.min.x, y}, {box.max.x, y + row}}, text, shown, which, far) && !text.running)
      chosen = draw.candidates[which].id;
  }
  return chosen;
}

std::string candidates_text(const Generation& text, const ShownDraw& shown) {
  const Draw& draw = shown.draw;
  std::string out = shown.token ? fmt::format("token {}, of {}:", token_number(*shown.token), draw.all)
                                : fmt::format("next of {}:", draw.all);
  for (size_t i = 0; i < std::min<size_t>(6, draw.candidates.size()); ++i)
    out += fmt::format(" {} {}", in_quotes(piece_of(text, draw.candidates[i].id)),
                       percent(draw.candidates[i].probability, 1));
  const std::string verb = shown.token ? "took" : "takes";
  return out + fmt::format("; {} {}\n", draw.by_hand ? "chosen by hand:" : "the draw " + verb,
                           in_quotes(piece_of(text, draw.candidates[draw.taken].id)));
}

}  // namespace tinymor
