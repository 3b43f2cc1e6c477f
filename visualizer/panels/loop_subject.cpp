#include "visualizer/panels/loop_subject.h"

#include <fmt/format.h>

#include <algorithm>

#include "visualizer/draw/text_flow.h"
#include "visualizer/panels/loop_words.h"
#include "visualizer/panels/panel.h"
#include "visualizer/panels/patch_words.h"
#include "visualizer/state/own_input.h"

namespace tinymor {
namespace {

/// A guess that has no room: a tick where it is right, else a stroke.
void draw_short_guess(Canvas& canvas, ImVec2 at, ImU32 color, bool right) {
  const float r = ui::em() * 0.25f;
  if (right)
    canvas.polyline({{at.x - r, at.y}, {at.x - r * 0.2f, at.y + r}, {at.x + r, at.y - r}}, color, 2);
  else
    canvas.line({at.x - r, at.y}, {at.x + r, at.y}, color, 2);
}

/// Blocks from the top down, those of passes to come as outlines; below them the guess.
void draw_stack(Canvas& canvas, const Source& source, const AppState& state, const Told& told, int t, const Box& under,
                float block) {
  const int event = std::min(state.story.event, told.story.events() - 1);
  const int before = told.story.standing(told.text, t, event - 1).passes;
  const int now = told.story.standing(told.text, t, event).passes;
  const bool loops = told.story.machine().loops();
  for (int r = 0; r < int(told.text.rows.size()) && loops; ++r) {
    const float y = under.min.y + float(r) * (block + 1);
    const Box cell{{under.min.x, y}, {under.max.x, y + block}};
    const bool is_new = r >= before && r < now;
    if (r < before || is_new)
      canvas.rect(cell, ui::u32(depth_color(r + 1), is_new ? state.story.moved() : 1), 1.5f);
    else
      canvas.outline(cell, ui::u32(ui::colors::line), 1, 1.5f);
    const bool meant = state.glow && state.glow->token == t && state.glow->kind != Glow::guess;
    if (meant && (state.glow->recursion == r + 1 || (state.glow->recursion == 0 && r < told.text.depth[size_t(t)])))
      double_frame(canvas, cell);
  }
  if (told.story.event(event).kind != LoopEvent::guess || told.guesses.empty()) return;
  const bool right = size_t(t) + 1 < told.text.ids.size() && told.guesses[size_t(t)] == told.text.ids[size_t(t) + 1];
  const float y = under.min.y + (loops ? float(told.text.rows.size()) * (block + 1) : 0) + 1;
  const ImU32 color = ui::u32(right ? ui::colors::good : ui::colors::dim, state.story.moved());
  const std::string guess = source.quoted(told.guesses[size_t(t)]);
  if (text_size(guess, ui::Font::small).x < under.width() + ui::em() * 0.4f)
    canvas.text({under.min.x, y}, color, guess, ui::Font::small);
  else
    draw_short_guess(canvas, {under.center().x, y + ui::em() * 0.5f}, color, right);
  if (state.glow == Glow{Glow::guess, t, int(told.text.rows.size())})
    double_frame(canvas, {{under.min.x, y}, {under.max.x, y + text_size("x", ui::Font::small).y}});
}

/// What the image is, and in the end what the model takes it for; buttons lead to other images.
void draw_verdict(Canvas& canvas, const Source& source, AppState& state, const SeenImage& seen, const Box& box,
                  bool known) {
  const int image = state.told_image_number(source);
  const int count = int(source.history().images[size_t(state.shown.images)].images.size());
  const bool drawn = seen.truth == SeenImage::unknown;
  const std::string what = drawn
                               ? std::string("what you drew, as the model sees it")
                               : fmt::format("image {} of {}, a {}", image + 1, count, class_name(source, seen.truth));
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::dim), {what, drawn ? "what you drew" : what}, box.width());
  const bool roomy = box.height() > ui::em() * 7;
  if (known)
    ui::fitted_text(canvas, {box.min.x, box.min.y + ui::em() * 1.4f}, ui::u32(ui::colors::text), verdict(source, seen),
                    box.width(), roomy ? ui::Font::large : ui::Font::bold);
  const float button = box.max.y - ImGui::GetFrameHeight();
  ImGui::SetCursorScreenPos({box.min.x, roomy ? box.min.y + ui::em() * 4 : button});
  if (!ui::button("loop.image", drawn ? "the run's images" : "next image", true,
                  drawn ? "Goes back to the images of the run" : "Tells the story of the next image"))
    return;
  if (drawn)
    show_recorded(source, state);
  else
    state.patches_image = (image + 1) % count;
}

}  // namespace

std::vector<Box> draw_sentence(Canvas& canvas, const Source& source, AppState& state, const Told& told, Box& area) {
  const DataScope data;
  const TextView& text = told.text;
  const std::vector<std::string> pieces(text.pieces.begin() + told.story.from(), text.pieces.begin() + told.story.to());
  const float em = ui::em(), block = em * 0.42f;
  const bool roomy = area.height() > em * 7;
  const auto rows = float(std::max<size_t>(1, text.rows.size()));
  const auto flow_in = [&](ui::Font font) {
    const float below = rows * (block + 1) + em * (roomy ? 1.3f : 1.1f);
    return flow_text(pieces, area.width(), font, 1.15f + below / ui::font(font)->FontSize);
  };
  ui::Font font = roomy ? ui::Font::large : ui::Font::body;
  TextFlow flow = flow_in(font);
  if (flow.height > area.height()) flow = flow_in(font = ui::Font::body);
  const float letters = ui::font(font)->FontSize * 1.1f;
  canvas.push_clip({area.min, {area.max.x, area.min.y + std::max(area.height(), letters + rows * (block + 1))}});
  // The token that the inspector shows, unless the mouse is at one of another text.
  const int chosen = selected_in(state, Subject::watched, text.size())
                         .value_or(told_token(state.shown.text(Subject::watched, state.rule)));
  std::vector<Box> words;
  for (int i = 0; i < told.story.tokens(); ++i) {
    const int t = told.story.from() + i;
    const Box& place = flow.boxes[size_t(i)];
    const Box word{{area.min.x + place.min.x, area.min.y + place.min.y},
                   {area.min.x + place.max.x, area.min.y + place.min.y + letters}};
    words.push_back(word);
    const std::string letters_of = inside_box(pieces[size_t(i)]);
    canvas.text({word.center().x - text_size(letters_of, font).x / 2, word.min.y}, ui::u32(ui::colors::text),
                letters_of, font);
    if (chosen == t)
      canvas.outline({{word.min.x - 1, word.min.y}, {word.max.x + 1, word.max.y + rows * (block + 1) + 2}},
                     ui::u32(ui::colors::text), 1.5f, em * 0.2f);
    draw_stack(canvas, source, state, told, t, {{word.min.x + 1, word.max.y}, {word.max.x - 1, word.max.y}}, block);
  }
  canvas.pop_clip();
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  for (size_t i = 0; i < words.size() && ImGui::IsWindowHovered(); ++i) {
    const Box whole{words[i].min, {words[i].max.x, words[i].max.y + rows * (block + 1)}};
    if (whole.contains(mouse))
      point_at(state, {Subject::watched, told.story.from() + int(i)}, ImGui::IsMouseClicked(ImGuiMouseButton_Left));
  }
  area.max.y = area.min.y + std::min(area.height(), flow.height);
  return words;
}

std::vector<Box> draw_told_image(Canvas& canvas, const Source& source, AppState& state, const Told& told,
                                 const std::vector<const Image*>& patches, const Box& area) {
  const ImageSnapshot& images = source.history().images[size_t(state.shown.images)];
  const float pixel = area.height() / float(images.height);
  const ImVec2 size{pixel * float(images.width) / float(images.columns), area.height() / float(images.rows)};
  const float side = std::min(size.x, size.y);
  std::vector<Box> words;
  const int event = std::min(state.story.event, told.story.events() - 1);
  for (int p = 0; p < told.text.size(); ++p) {
    const float x = area.min.x + float(p % images.columns) * size.x,
                y = area.min.y + float(p / images.columns) * size.y;
    const Box box{{x, y}, {x + size.x, y + size.y}};
    words.push_back(box);
    const int passes = told.story.standing(told.text, p, event).passes;
    canvas.rect(box, ui::u32(passes > 0 ? depth_color(passes) : Color(ui::colors::control)));
    const float edge = side * 0.14f;
    canvas.image(box.inset(edge, edge), *patches[size_t(p)]);
    if (selected_in(state, Subject::watched, told.text.size()) == p)
      canvas.outline(box, ui::u32(ui::colors::text), std::max(1.5f, side * 0.08f));
  }
  draw_verdict(canvas, source, state, told.image, {{words.back().max.x + ui::em(), area.min.y}, area.max},
               told.story.event(event).kind == LoopEvent::guess);
  return words;
}

}  // namespace tinymor
