#include "visualizer/draw/text_flow.h"

#include <algorithm>

#include "datasets/pieces.h"
#include "visualizer/draw/glossary.h"

namespace tinymor {
namespace {

constexpr float box_em = 1.4f, padding_em = 0.16f, stroke_em = 0.17f, space_em = 0.38f, edge_em = 0.2f;

bool begins_word(const std::string& piece) {
  return piece.starts_with(' ');
}

// The width of the word that begins at token `i`.
float word_width(const std::vector<std::string>& pieces, const std::vector<float>& widths, size_t i) {
  float width = widths[i];
  while (++i < pieces.size() && !begins_word(pieces[i]) && !is_newline(pieces[i - 1])) width += widths[i] + 1;
  return width;
}

void draw_strokes(Canvas& canvas, const Box& box, const TokenLook& look, float em) {
  if (look.strokes_of <= 0) return;
  const float gap = std::max(1.0f, em * 0.1f), top = box.min.y + em * (box_em + 0.1f);
  const float places = float(look.strokes_of), width = (box.width() - gap * (places - 1)) / places;
  for (int i = 0; i < std::min(look.strokes, look.strokes_of); ++i) {
    const float x = box.min.x + float(i) * (width + gap);
    canvas.rect({{x, top}, {x + std::max(1.0f, width), top + em * stroke_em}}, ui::u32(look.tint));
  }
}

}  // namespace

std::string inside_box(const std::string& piece) {
  const size_t letter = piece.find_first_not_of(' ');
  return letter == std::string::npos ? quoted_piece(piece) : piece.substr(letter);
}

TextFlow flow_text(const std::vector<std::string>& pieces, float width, ui::Font font, float line) {
  const float em = ui::font(font)->FontSize, padding = em * padding_em;
  const float edge = em * edge_em;  // room for the outline of a marked token
  TextFlow flow;
  flow.font = font;
  std::vector<float> widths;
  for (const std::string& piece : pieces) widths.push_back(text_size(inside_box(piece), font).x + 2 * padding);

  float x = edge, y = edge;
  const auto new_line = [&] {
    x = edge;
    y += em * line;
  };
  for (size_t i = 0; i < pieces.size(); ++i) {
    const bool word_start = i == 0 || begins_word(pieces[i]);
    const float word = word_start ? word_width(pieces, widths, i) : widths[i];
    const bool does_not_fit = x + widths[i] > width - edge ||
                              (word_start && x + em * space_em + word > width - edge && word <= width - 2 * edge);
    if (x > edge && does_not_fit) new_line();
    if (x > edge && begins_word(pieces[i])) x += em * space_em;
    flow.boxes.push_back({{x, y}, {x + widths[i], y + em * line}});
    x += widths[i] + 1;
    if (is_newline(pieces[i])) new_line();
  }
  flow.height = flow.boxes.empty() ? 0 : flow.boxes.back().max.y;
  return flow;
}

TextFlow flow_text_into(const std::vector<std::string>& pieces, ImVec2 room) {
  float letters = 0;  // of all in one line of body text, without spaces: most fonts are refused without a flow
  for (const std::string& piece : pieces) letters += text_size(inside_box(piece)).x;
  TextFlow flow;
  const ui::Font font = ui::reading_font([&](ui::Font font) {
    const float line = ui::font(font)->FontSize;
    if (letters * line / ui::em() * line * 1.95f > room.x * room.y) return false;
    flow = flow_text(pieces, room.x, font);
    return flow.height <= room.y;
  });
  return font == ui::Font::body ? flow_text(pieces, room.x) : flow;
}

std::optional<int> token_at(const TextFlow& flow, ImVec2 origin, ImVec2 point) {
  const auto found = std::find_if(flow.boxes.begin(), flow.boxes.end(), [&](const Box& box) {
    return box.contains({point.x - origin.x, point.y - origin.y});
  });
  return found == flow.boxes.end() ? std::nullopt : std::optional(int(found - flow.boxes.begin()));
}

std::optional<int> draw_flow(Canvas& canvas, const TextFlow& flow, const std::vector<std::string>& pieces,
                             ImVec2 origin, std::optional<ImVec2> mouse, const std::function<TokenLook(int)>& look) {
  const DataScope tokens;
  const float em = ui::font(flow.font)->FontSize, rounding = em * 0.22f;
  for (int i = 0; i < int(flow.boxes.size()); ++i) {
    const Box& place = flow.boxes[i];
    const Box box{{origin.x + place.min.x, origin.y + place.min.y}, {origin.x + place.max.x, origin.y + place.max.y}};
    if (!ImGui::IsRectVisible(box.min, box.max)) continue;
    const TokenLook token = look(i);
    const Box plate{box.min, {box.max.x, box.min.y + em * box_em}};
    canvas.rect(plate, ui::u32(token.tint), rounding);
    const float text_y = plate.center().y - text_size("x", flow.font).y / 2;
    canvas.text({box.min.x + em * padding_em, text_y}, ui::u32(text_on(token.tint)), inside_box(pieces[i]), flow.font);
    draw_strokes(canvas, box, token, em);
    if (token.marked) {
      canvas.outline(plate.inset(-em * 0.08f, -em * 0.08f), ui::u32(ui::colors::text), std::max(1.5f, em * 0.13f),
                     rounding);
    }
  }
  return mouse ? token_at(flow, origin, *mouse) : std::nullopt;
}

}  // namespace tinymor
