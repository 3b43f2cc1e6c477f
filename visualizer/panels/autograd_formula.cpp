#include "visualizer/panels/autograd_formula.h"

#include <algorithm>

#include "visualizer/draw/ui.h"
#include "visualizer/explorer/formula.h"

namespace tinymor {
namespace {

float part_line() {
  return text_size("0", ui::Font::small).y * 1.15f;
}

/// How many parts go side by side.
int part_columns(const std::vector<std::string>& parts, float width) {
  float widest = 1;
  for (const std::string& part : parts) widest = std::max(widest, text_size(part, ui::Font::small).x + ui::em() * 1.5f);
  return std::max(1, int((width + ui::em() * 1.5f) / widest));
}

int part_rows(const std::vector<std::string>& parts, int columns) {
  return (int(parts.size()) + columns - 1) / columns;
}

/// Column by column; where there is no room for all rows, the last place says how many are left out.
void draw_parts(Canvas& canvas, const std::vector<std::string>& parts, const Box& box) {
  const int columns = part_columns(parts, box.width()), room = int(box.height() / part_line() + 0.01f);
  const int rows = std::min(part_rows(parts, columns), room), places = rows * columns;
  const float width = box.width() / float(columns);
  for (int i = 0; i < std::min(int(parts.size()), places); ++i) {
    const bool last = i + 1 == places && int(parts.size()) > places;
    const std::string text = last ? "and " + std::to_string(int(parts.size()) - i) + " more" : parts[size_t(i)];
    const ImVec2 at{box.min.x + float(i / rows) * width, box.min.y + float(i % rows) * part_line()};
    ui::fitted_text(canvas, at, ui::u32(ui::colors::warn), text, width - ui::em() * 0.5f, ui::Font::small);
  }
}

}  // namespace

int explained_value(const Walkthrough& walk, const std::string& name) {
  int found = 0, most = 0;
  for (int i = 0; i < int(walk.values.size()); ++i) {
    if (!name.empty() && walk.values[size_t(i)].label == name) return i;
    const auto uses = std::count_if(walk.uses.begin(), walk.uses.end(),
                                    [&](const Walkthrough::Use& use) { return use.from == i && use.step > 0; });
    if (uses > most) found = i;
    most = std::max(most, int(uses));
  }
  return found;
}

float formula_height(const Walkthrough& walk, float width, float most) {
  const float line = ImGui::GetTextLineHeight();
  float height = line;
  for (int i = 0; i < int(walk.values.size()); ++i) {
    const GradientFormula formula = gradient_formula(walk, i, walk.steps);
    const float parts = float(part_rows(formula.parts, part_columns(formula.parts, width))) * part_line();
    height = std::max(height, float(ui::wrapped(formula.sum, width).size()) * line + parts);
  }
  return std::max(line, std::min(height, most));
}

void draw_formula(Canvas& canvas, const Walkthrough& walk, int value, int step, const Box& box) {
  const float line = ImGui::GetTextLineHeight();
  const GradientFormula formula = gradient_formula(walk, value, step);
  const int room = std::max(1, int(box.height() / line + 0.01f));
  const int lines = std::min(room, int(ui::wrapped(formula.sum, box.width()).size()));
  const Box below{{box.min.x, box.min.y + float(lines) * line}, box.max};
  ui::wrapped_text(canvas, {box.min, {box.max.x, below.min.y}}, ui::u32(ui::colors::text), formula.sum);
  if (!formula.parts.empty() && below.height() >= part_line()) draw_parts(canvas, formula.parts, below);
}

}  // namespace tinymor
