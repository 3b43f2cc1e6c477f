#include "visualizer/panels/token_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "visualizer/draw/ui.h"

namespace tinymor {

TokenLine& TokenLine::say(std::string_view words) {
  text += words;
  return *this;
}

TokenLine& TokenLine::number(std::string_view digits, Glow source) {
  numbers.push_back({text.size(), text.size() + digits.size(), source});
  return say(digits);
}

namespace {

/// A word of a line, from the line's upper left corner.
struct Word {
  size_t from, to;
  Box box;
};

ui::Font font_of(const TokenLine& line) {
  return line.main ? ui::Font::body : ui::Font::small;
}

std::vector<Word> words_of(const TokenLine& line, float width) {
  const ui::Font font = font_of(line);
  const float high = text_size("x", font).y, space = text_size(" ", font).x;
  std::vector<Word> out;
  ImVec2 at{0, 0};
  for (size_t from = 0; from < line.text.size();) {
    const size_t to = std::min(line.text.find(' ', from), line.text.size());
    const float wide = std::min(width, text_size(std::string_view(line.text).substr(from, to - from), font).x);
    if (at.x > 0 && at.x + wide > width) at = {0, at.y + high};
    out.push_back({from, to, {at, {at.x + wide, at.y + high}}});
    at.x += wide + space;
    from = to + 1;
  }
  return out;
}

float gap_before(const TokenLine& line) {
  return line.main ? ui::em() * 0.35f : 0;
}

float height_of(const TokenLine& line, float width) {
  const std::vector<Word> words = words_of(line, width);
  return words.empty() ? 0 : words.back().box.max.y + gap_before(line);
}

/// The word as a control that lets its source glow.
void point_at_source(Canvas& canvas, const Box& box, AppState& state, const Glow& source, int& controls) {
  const std::string name = fmt::format("inspector.number.{}", controls++);
  canvas.line({box.min.x, box.max.y}, box.max, ui::u32(ui::colors::faint), 1);
  ImGui::SetCursorScreenPos(box.min);
  ui::area(name, {box.width(), box.height()});
  if (ImGui::IsItemHovered() || ui::keyboard_at(name)) state.glowing = source;
}

}  // namespace

float height_of(const std::vector<TokenLine>& lines, float width) {
  float height = 0;
  for (const TokenLine& line : lines) height += height_of(line, width);
  return height;
}

void draw_lines(Canvas& canvas, const Box& box, AppState& state, const std::vector<TokenLine>& lines) {
  float y = box.min.y;
  int controls = 0;
  for (const TokenLine& line : lines) {
    Color color = line.main ? ui::colors::text : ui::colors::dim;
    if (line.taken) color = ui::colors::accent;
    y += gap_before(line);
    for (const Word& word : words_of(line, box.width())) {
      const Box place{{box.min.x + word.box.min.x, y + word.box.min.y},
                      {box.min.x + word.box.max.x, y + word.box.max.y}};
      ui::fitted_text(canvas, place.min, ui::u32(color), line.text.substr(word.from, word.to - word.from),
                      place.width() + 1, font_of(line));
      const auto meant = std::find_if(line.numbers.begin(), line.numbers.end(), [&](const TokenLine::Number& number) {
        return number.from >= word.from && number.from < word.to;
      });
      if (meant != line.numbers.end()) point_at_source(canvas, place, state, meant->source, controls);
    }
    y += height_of(line, box.width()) - gap_before(line);
  }
}

}  // namespace tinymor
