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

/// How lines are set in a column.
struct Setting {
  float width;
  bool small;

  ui::Font font(const TokenLine& line) const { return line.main && !small ? ui::Font::body : ui::Font::small; }
  float gap(const TokenLine& line) const { return line.main ? ui::em() * (small ? 0.1f : 0.35f) : 0; }
};

std::vector<Word> words_of(const TokenLine& line, const Setting& setting) {
  const ui::Font font = setting.font(line);
  const float high = text_size("x", font).y, space = text_size(" ", font).x;
  std::vector<Word> out;
  ImVec2 at{0, 0};
  for (size_t from = 0; from < line.text.size();) {
    const size_t to = std::min(line.text.find(' ', from), line.text.size());
    const float wide = std::min(setting.width, text_size(std::string_view(line.text).substr(from, to - from), font).x);
    if (at.x > 0 && at.x + wide > setting.width) at = {0, at.y + high};
    out.push_back({from, to, {at, {at.x + wide, at.y + high}}});
    at.x += wide + space;
    from = to + 1;
  }
  return out;
}

float height_of(const std::vector<TokenLine>& lines, const Setting& setting) {
  float height = 0;
  for (const TokenLine& line : lines) {
    const std::vector<Word> words = words_of(line, setting);
    if (!words.empty()) height += words.back().box.max.y + setting.gap(line);
  }
  return height;
}

/// The number, which begins in this word, as a control that lets its source glow.
void point_at_source(Canvas& canvas, const Box& word, AppState& state, const TokenLine& line,
                     const TokenLine::Number& number, size_t word_from, ui::Font font, int& controls) {
  const std::string_view text = line.text;
  const float left = word.min.x + text_size(text.substr(word_from, number.from - word_from), font).x;
  const Box box{
      {left, word.min.y},
      {std::min(word.max.x, left + text_size(text.substr(number.from, number.to - number.from), font).x), word.max.y}};
  const std::string name = fmt::format("inspector.number.{}", controls++);
  canvas.line({box.min.x, box.max.y}, box.max, ui::u32(ui::colors::faint), 1);
  ImGui::SetCursorScreenPos(box.min);
  ui::area(name, {std::max(1.0f, box.width()), box.height()});
  if (ImGui::IsItemHovered() || ui::keyboard_at(name)) state.glowing = number.source;
}

void draw_at(Canvas& canvas, ImVec2 at, AppState& state, const std::vector<TokenLine>& lines, const Setting& setting) {
  int controls = 0;
  for (const TokenLine& line : lines) {
    Color color = line.main ? ui::colors::text : ui::colors::dim;
    if (line.taken) color = ui::colors::accent;
    at.y += setting.gap(line);
    const std::vector<Word> words = words_of(line, setting);
    for (size_t first = 0, next = 0; first < words.size(); first = next) {
      while (next < words.size() && words[next].box.min.y == words[first].box.min.y) ++next;
      const size_t from = words[first].from;
      ui::fitted_text(canvas, {at.x, at.y + words[first].box.min.y}, ui::u32(color),
                      line.text.substr(from, words[next - 1].to - from), setting.width + 1, setting.font(line));
    }
    for (const Word& word : words)
      for (const TokenLine::Number& number : line.numbers)
        if (number.from >= word.from && number.from < word.to)
          point_at_source(
              canvas, {{at.x + word.box.min.x, at.y + word.box.min.y}, {at.x + word.box.max.x, at.y + word.box.max.y}},
              state, line, number, word.from, setting.font(line), controls);
    if (!words.empty()) at.y += words.back().box.max.y;
  }
}

}  // namespace

float draw_lines(Canvas& canvas, const Box& box, AppState& state, const std::vector<TokenLine>& lines) {
  const Setting usual{box.width(), false}, small{box.width(), true};
  const bool fits = height_of(lines, usual) <= box.height();
  const float height = height_of(lines, fits ? usual : small);
  if (height <= box.height()) {
    draw_at(canvas, box.min, state, lines, fits ? usual : small);
    return height;
  }
  ImGui::SetCursorScreenPos(box.min);
  ImGui::BeginChild("lines", {box.width(), box.height()}, false);
  const Setting beside_bar{box.width() - ImGui::GetStyle().ScrollbarSize - ui::em() * 0.3f, true};
  const ImVec2 at = ImGui::GetCursorScreenPos();
  draw_at(canvas, at, state, lines, beside_bar);
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy({1, height_of(lines, beside_bar)});
  ImGui::EndChild();
  return box.height();
}

}  // namespace tinymor
