#include "visualizer/panels/loop_controls.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "visualizer/draw/fields.h"
#include "visualizer/panels/loop_words.h"
#include "visualizer/panels/panel.h"
#include "visualizer/views/depth_costs.h"

namespace tinymor {
namespace {

/// The token whose depth is forced while none is pinned.
int usual_token(const Told& told, bool of_image) {
  const std::vector<int>& depth = told.text.depth;
  return of_image ? int(std::max_element(depth.begin(), depth.end()) - depth.begin()) : told_token(told.text);
}

/// Why nothing can be tried out; empty where it can.
std::string why_no_experiment(const Source& source) {
  if (source.geometry().routing == Routing::none) return "no router: all take every pass";
  return source.can_generate() || source.can_draw() ? "" : "needs the weights of the run";
}

void draw_forced_depth(const Source& source, AppState& state, const Told& told) {
  std::vector<std::string> names = {"as routed"};
  for (int r = 1; r <= source.geometry().recursions; ++r) names.push_back(std::to_string(r));
  std::vector<const char*> labels;
  for (const std::string& name : names) labels.push_back(name.c_str());
  // "As routed" is lit while nothing is changed, and takes back all that is.
  const Experiment wanted = state.wanted();
  const int lit = wanted.depth == 0 && wanted.changes_something() ? -1 : wanted.depth;
  const int pressed = ui::segmented("loop.depth", labels, lit, "How often the pinned token goes through");
  if (pressed == lit) return;
  state.what_if.depth = pressed;
  if (pressed == 0) state.what_if = {};
  if (pressed > 0 && told.text.size() > 0 && !pinned_in(state, Subject::watched, told.text.size()))
    state.pinned = TokenRef{Subject::watched, usual_token(told, state.shown.of_images())};
}

/// The loss at a cut-off between two that were surveyed, and the layers per token; of one beyond them all, the last.
CutOffPoint at_cut_off(const std::vector<CutOffPoint>& points, double cut_off) {
  const auto above =
      std::find_if(points.begin(), points.end(), [&](const CutOffPoint& p) { return p.cut_off >= cut_off; });
  if (above == points.begin()) return points.front();
  if (above == points.end()) return points.back();
  const CutOffPoint &a = above[-1], &b = *above;
  const double part = (cut_off - a.cut_off) / (b.cut_off - a.cut_off);
  return {cut_off,
          a.tokens,
          a.depth + part * (b.depth - a.depth),
          a.loss + part * (b.loss - a.loss),
          a.layers + part * (b.layers - a.layers),
          a.flops + part * (b.flops - a.flops)};
}

/// Held-out loss against layers per token for every bar, and a dot at this one. At least 0.05 nats are as high as the
/// picture, so that noise does not look like an effect.
void draw_cost_curve(Canvas& canvas, const Box& box, const std::vector<CutOffPoint>& points, const CutOffPoint& here) {
  const auto [fewest, most] = std::minmax_element(points.begin(), points.end(),
                                                  [](const auto& a, const auto& b) { return a.layers < b.layers; });
  const auto [least, largest] =
      std::minmax_element(points.begin(), points.end(), [](const auto& a, const auto& b) { return a.loss < b.loss; });
  const double middle = (least->loss + largest->loss) / 2, span = std::max(0.05, largest->loss - least->loss);
  const double width = std::max(1e-9, most->layers - fewest->layers);
  const Box area = box.inset(ui::em() * 0.4f, ui::em() * 0.4f);
  const auto place = [&, fewest = fewest](const CutOffPoint& p) {
    return ImVec2{area.min.x + float((p.layers - fewest->layers) / width) * area.width(),
                  area.center().y - float((p.loss - middle) / span) * area.height()};
  };
  canvas.rect(box, ui::u32(ui::colors::well), ui::em() * 0.2f);
  std::vector<ImVec2> line;
  for (const CutOffPoint& p : points) line.push_back(place(p));
  canvas.polyline(line, ui::u32(ui::colors::accent), 1.5f);
  canvas.circle(place(here), ui::em() * 0.28f, ui::u32(ui::colors::text));
}

/// What the bar costs on held-out text, once that was surveyed.
void draw_cost(const Source& source, AppState& state, float width) {
  const auto& survey = source.generation().survey;
  const std::vector<CutOffPoint> points =
      survey ? cut_off_points(*survey, source.geometry()) : std::vector<CutOffPoint>();
  if (points.empty()) {
    if (ui::button("loop.survey", "measure on held-out text", !survey, "Loss against layers per token for every bar"))
      state.wishes.push_back({Wish::survey});
    return;
  }
  const CutOffPoint here = at_cut_off(points, state.what_if.cut_off);
  ui::fitted_label(fmt::format("loss {:.3f} at {:.2f} layers", here.loss, here.layers), width, ui::colors::dim,
                   ui::Font::small);
  const Box box{ImGui::GetCursorScreenPos(),
                {ImGui::GetCursorScreenPos().x + width, ImGui::GetCursorScreenPos().y + ImGui::GetFrameHeight()}};
  draw_cost_curve(window_canvas(), box, points, here);
  take_box(box);
  ui::hint("Loss in nats on held-out text (higher: worse) against layers per token; the dot is the bar as it is now");
}

}  // namespace

void draw_events(AppState& state, const Told& told, float width) {
  const int last = told.story.events() - 1;
  StoryPlay& story = state.story;
  const int event = std::min(story.event, last);
  if (ui::icon_button("loop.back", ui::Icon::previous, event > 0, false, "The event before (Backspace)"))
    story.step(event - 1);
  ImGui::SameLine();
  const bool plays = story.playing;
  if (ui::icon_button("loop.play", plays ? ui::Icon::pause : ui::Icon::play, true, plays, "Play the story (P)"))
    story.toggle();
  ImGui::SameLine();
  if (ui::icon_button("loop.next", ui::Icon::next, event < last, false, "The next event (Space)"))
    story.step(event + 1);
  ImGui::SameLine();
  int place = event + 1;
  const std::string label = fmt::format("event {} of {}", event + 1, last + 1);
  const float instruments =
      width > ui::em() * 50 ? ui::button_width("Open the instruments") + ImGui::GetStyle().ItemSpacing.x : 0;
  const float left = width - instruments - ImGui::GetCursorPosX() + ImGui::GetStyle().WindowPadding.x;
  ImGui::SetNextItemWidth(std::max(ui::em() * 4, left - text_size("event 99 of 99").x - ui::em()));
  ui::slider("loop.event", place, 1, last + 1, "");
  ui::hint("Goes to another event of the story");
  if (place != event + 1) story.step(place - 1);
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  ui::label(label, ui::colors::dim);
  if (instruments == 0) return;
  ImGui::SameLine();
  if (ui::button("loop.instruments", "Open the instruments", true, "The same text in all other panels"))
    state.page = "Overview";
}

void draw_verbs(const Source& source, AppState& state, const Told& told) {
  const std::string why_not = why_no_experiment(source);
  const bool can = why_not.empty(), images = state.shown.of_images();
  const bool costs = can && has_bar(source.geometry().routing) && !told.training;
  const float em = ui::em(), left = ImGui::GetCursorPosX(), top = ImGui::GetCursorPosY();
  const float wide = ImGui::GetContentRegionAvail().x / (costs ? 4 : 3) - em * 1.2f;
  int column = 0;
  const auto verb = [&](const char* name, const std::string& note) {
    ImGui::SetCursorPos({left + float(column++) * (wide + em * 1.5f), top});
    ImGui::BeginGroup();
    ui::label(name, ui::colors::text, ui::Font::bold);
    if (!note.empty()) ui::fitted_label(note, wide, ui::colors::dim, ui::Font::small);
    ImGui::SetNextItemWidth(wide);
  };
  Experiment& e = state.what_if;
  if (can && has_bar(source.geometry().routing)) {
    const bool training = told.training;
    verb(training ? "Change the capacity" : "Move the bar",
         training ? fmt::format("{:.2f} times as many go on", e.capacity)
                  : fmt::format("tokens go on from score {:.2f}", e.cut_off));
    if (training)
      ui::slider("loop.bar", e.capacity, 0.1f, 3, "");
    else
      ui::slider("loop.bar", e.cut_off, 0.01f, 0.99f, "");
    ImGui::EndGroup();
  }
  if (costs) {
    verb("What the bar costs", "");
    draw_cost(source, state, wide);
    ImGui::EndGroup();
  }
  if (can) {
    verb(images ? "Force a patch" : "Force a word", "how many passes it takes");
    draw_forced_depth(source, state, told);
    ImGui::EndGroup();
  } else if (images) {
    verb("Force a patch", why_not);
    ImGui::EndGroup();
  }
  if (const int count = source.history().snapshot_count(); count > 1) {
    verb("Rewind the training", fmt::format("step {} of {}", state.shown.step, source.history().last_step()));
    int place = state.playback.index();
    ui::slider("loop.rewind", place, 0, count - 1, "");
    ui::hint("Shows an earlier step of the training");
    if (place != state.playback.index()) {
      state.playback.jump(place, count);
      state.what_if = {};  // an experiment is made with the newest weights
    }
    ImGui::EndGroup();
  }
}

}  // namespace tinymor
