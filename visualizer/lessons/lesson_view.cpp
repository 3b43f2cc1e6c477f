#include "visualizer/lessons/lesson_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "tensor/error.h"
#include "visualizer/lessons/tutor.h"
#include "visualizer/state/settings.h"

namespace tinymor {
namespace {

/// How far the lesson is: a dot for each step.
void draw_dots(int steps, int at) {
  const float em = ui::em(), gap = em * 0.9f;
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  for (int i = 0; i < steps; ++i) {
    Color color = i < at ? ui::colors::good : ui::colors::faint;
    if (i == at) color = ui::colors::accent;
    window_canvas().circle({origin.x + em * 0.4f + float(i) * gap, origin.y + em * 0.5f},
                           em * (i == at ? 0.34f : 0.24f), ui::u32(color));
  }
  ImGui::Dummy({float(steps) * gap, em});
}

void draw_tick(const Box& box, ImU32 color) {
  const float em = ui::em();
  window_canvas().polyline({{box.min.x + em * 0.2f, box.center().y},
                            {box.min.x + em * 0.38f, box.max.y - em * 0.2f},
                            {box.max.x - em * 0.15f, box.min.y + em * 0.18f}},
                           color, std::max(1.5f, em * 0.13f));
}

/// A task with its tick.
void draw_task(const std::string& text, bool done) {
  const float em = ui::em();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Box box{{at.x, at.y + em * 0.15f}, {at.x + em * 0.85f, at.y + em * 1.0f}};
  const ImU32 color = ui::u32(done ? ui::colors::good : ui::colors::dim);
  window_canvas().outline(box, color, std::max(1.0f, em * 0.09f), em * 0.15f);
  if (done) draw_tick(box, color);
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + em * 1.3f);
  ui::paragraph(text, done ? ui::colors::good : ui::colors::text);
}

/// Does the first task that is left: what a later one asks for may undo it before anybody has seen it.
void solve(AppState& state, const Source& source, const LessonStep& step) {
  const std::vector<bool>& done = state.tutor.done;
  const auto left = std::find(done.begin(), done.end(), false);
  if (left == done.end()) return;
  try {
    for (const std::string& line : step.tasks[size_t(left - done.begin())].solve) apply(state, source, line);
  } catch (const Error& error) {
    state.say(error.what());
  }
}

struct StepButton {
  const char *name, *label, *hint = nullptr;
  bool enabled = true, bright = false;
};

/// The next lesson of the list that can be read; -1: there is none.
int next_lesson(const AppState& state) {
  int next = state.tutor.lesson + 1;
  while (next < int(state.lessons.size()) && !state.lessons[size_t(next)].problem.empty()) ++next;
  return next < int(state.lessons.size()) ? next : -1;
}

/// What turns, helps with and ends the step.
std::vector<StepButton> buttons_of(const AppState& state, const Lesson& lesson, const LessonStep& step) {
  const Tutor& tutor = state.tutor;
  const bool done = std::all_of(tutor.done.begin(), tutor.done.end(), [](bool d) { return d; });
  std::vector<StepButton> out = {{"lesson.back", "Back", "The step before (Backspace)", tutor.step > 0}};
  const bool last = tutor.step + 1 == int(lesson.steps.size());
  const bool leads_on = last && next_lesson(state) >= 0;
  out.push_back({"lesson.next", last ? "Finish" : "Next", last ? "Ends the lesson (Space)" : "The next step (Space)",
                 true, done && !leads_on});
  if (leads_on) out.push_back({"lesson.following", "Next lesson", "Begins the next lesson", true, done});
  if (!step.tasks.empty()) out.push_back({"lesson.solve", "Show me", "Does the next task for you", !done});
  if (!step.hint.empty()) out.push_back({"lesson.hint", "Hint", "Shows a hint, or puts it away"});
  out.push_back(
      {"lesson.fold", tutor.folded ? "Unfold" : "Fold", "Puts the text away: more room for what it is about"});
  out.push_back({"lesson.close", "x", "Leave the lesson"});
  return out;
}

float width_of(const std::vector<StepButton>& buttons) {
  float width = float(buttons.size() - 1) * ImGui::GetStyle().ItemSpacing.x;
  for (const StepButton& button : buttons) width += ui::button_width(button.label);
  return width;
}

/// Returns the name of the one that was pressed, or nothing.
std::string draw_buttons(const std::vector<StepButton>& buttons) {
  std::string pressed;
  for (const StepButton& b : buttons) {
    if (&b != &buttons.front()) ImGui::SameLine();
    if (b.bright ? ui::chip(b.name, b.label, true, b.hint) : ui::button(b.name, b.label, b.enabled, b.hint))
      pressed = b.name;
  }
  return pressed;
}

void begin_lesson(AppState& state, const Source& source, int lesson) {
  try {
    enter_lesson(state, source, lesson, 0);
  } catch (const Error& error) {
    state.say(error.what());
  }
}

void press(const std::string& button, AppState& state, const Source& source, const LessonStep& step) {
  if (button == "lesson.back") turn_lesson(state, source, -1);
  if (button == "lesson.next") turn_lesson(state, source, 1);
  if (button == "lesson.following") begin_lesson(state, source, next_lesson(state));
  if (button == "lesson.solve") solve(state, source, step);
  if (button == "lesson.hint") state.tutor.hinting = !state.tutor.hinting;
  if (button == "lesson.fold") state.tutor.folded = !state.tutor.folded;
  if (button == "lesson.close") state.tutor = {};
}

/// Title, text, tasks and buttons, these beside the text in a wide window, else beside the title where there is room,
/// or between the two, so that a text that has to be scrolled does not hide them. Returns how far down they reach.
float draw_step(AppState& state, const Source& source, float width) {
  const float em = ui::em();
  const Lesson& lesson = state.lessons[size_t(state.tutor.lesson)];
  const LessonStep step = current_step(state);
  const std::vector<StepButton> buttons = buttons_of(state, lesson, step);
  std::string pressed;
  const bool beside = width > em * 80;
  const float row = width_of(buttons), dots = em * (0.9f * float(lesson.steps.size()) + 2);
  const float left = beside ? std::min(em * 58, width - row - em * 2) : width;
  const float title = text_size(lesson.title, ui::Font::bold).x;
  const bool above = !beside && title + dots + row < width;
  const float pad = ImGui::GetCursorPosX(), top = ImGui::GetCursorPosY();
  ImGui::BeginGroup();
  ui::fitted_label(lesson.title, left - dots, ui::colors::accent, ui::Font::bold);
  ImGui::SameLine();
  draw_dots(int(lesson.steps.size()), state.tutor.step);
  if (above) ImGui::SetCursorPos({pad + width - row, top});
  if (!beside) pressed = draw_buttons(buttons);
  ImGui::PushTextWrapPos(pad + left);
  if (!state.tutor.folded) ui::label(step.text);
  if (state.tutor.hinting) ui::label(step.hint, ui::colors::warn);
  ImGui::PopTextWrapPos();
  ImGui::EndGroup();
  const float end = ImGui::GetCursorPosY();
  if (beside) ImGui::SetCursorPos({pad + left + em * 2, top});
  ImGui::BeginGroup();
  for (size_t i = 0; i < step.tasks.size(); ++i) draw_task(step.tasks[i].text, state.tutor.done[i]);
  if (beside) pressed = draw_buttons(buttons);
  ImGui::EndGroup();
  const float reached = std::max(end, ImGui::GetCursorPosY());
  press(pressed, state, source, step);
  return reached;
}

}  // namespace

float draw_lesson(AppState& state, const Source& source, ImVec2 window, float top) {
  if (state.tutor.lesson < 0) return top;
  check_tasks(state, source);
  const float em = ui::em(), pad = em * 0.7f, most = window.y * 0.45f;
  const float height = std::min(most, state.tutor.height > 0 ? state.tutor.height : em * 7);
  if (ui::begin_bar("##lesson", {0, top}, {window.x, height}, true)) {
    ui::tag("lesson", {{0, top}, {window.x, top + height}});
    window_canvas().rect({{0, top}, {em * 0.25f, top + height}}, ui::u32(ui::colors::accent));
    ImGui::SetCursorPos({pad, pad * 0.7f});
    const float end = draw_step(state, source, window.x - 2 * pad);
    state.tutor.height = end + pad * 0.4f;
  }
  ui::end_bar();
  return top + height;
}

namespace {

/// Lets the boxes glow, and dims the panels that hold none of them. What the inspector says of a token is read with any
/// of them.
void draw_glow(ImDrawList& list, const std::vector<Box>& boxes, const ui::Registry& registry) {
  const auto spoken_of = [&](const Box& panel) {
    return panel.contains(ImGui::GetIO().MousePos) ||
           std::any_of(boxes.begin(), boxes.end(), [&](const Box& box) { return panel.contains(box.center()); });
  };
  for (const auto& [name, item] : registry.items()) {
    if (name.starts_with("panel.") && name != "panel.inspector" && item.visible && !spoken_of(item.box))
      list.AddRectFilled(item.box.min, item.box.max, ui::u32(ui::colors::ground, 0.6));
  }
  const float em = ui::em();
  for (const Box& box : boxes) {
    for (int ring = 0; ring < 3; ++ring) {
      const Box glow = box.inset(-em * 0.12f * float(ring), -em * 0.12f * float(ring));
      ui::add_outline(list, glow.min, glow.max, ui::u32(ui::colors::accent, 0.9 - 0.3 * ring), em * 0.3f, em * 0.14f);
    }
  }
}

/// The visible controls and panels that the step is about.
std::vector<Box> highlighted(const AppState& state, const ui::Registry& registry) {
  std::vector<Box> boxes;
  if (state.tutor.lesson < 0) return boxes;
  for (const std::string& name : current_step(state).highlights) {
    const ui::Registry::Item* item = registry.find(name);
    if (item && item->visible) boxes.push_back(item->box);
  }
  return boxes;
}

}  // namespace

void reveal_highlight(AppState& state, ui::Registry& registry) {
  if (state.tutor.lesson < 0 || std::exchange(state.tutor.revealed, true)) return;
  for (const std::string& name : current_step(state).highlights)
    if (!name.starts_with("panel.")) return registry.reveal(name);
}

void draw_highlights(const AppState& state, const ui::Registry& registry) {
  // A window of its own from the first frame on: it is above the panels, which never come to the front, and below what
  // opens later.
  constexpr ImGuiWindowFlags flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoInputs |
                                     ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoSavedSettings |
                                     ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoNav;
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(0, 0));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0);
  ImGui::Begin("##highlights", nullptr, flags);
  if (const std::vector<Box> boxes = highlighted(state, registry); !boxes.empty())
    draw_glow(*ImGui::GetWindowDrawList(), boxes, registry);
  ImGui::End();
  ImGui::PopStyleVar(2);
}

namespace {

/// "2 minutes · beginner · after 1, 5"
std::string course_words(const AppState& state, const Lesson& lesson) {
  std::vector<std::string> parts, before;
  if (lesson.minutes > 0) parts.push_back(fmt::format("{} minute{}", lesson.minutes, lesson.minutes == 1 ? "" : "s"));
  if (!lesson.level.empty()) parts.push_back(lesson.level);
  for (const std::string& name : lesson.after) {
    const auto one = std::find_if(state.lessons.begin(), state.lessons.end(),
                                  [&](const Lesson& other) { return other.name == name; });
    before.push_back(one == state.lessons.end() || one->number().empty() ? name : one->number());
  }
  if (!before.empty()) parts.push_back(fmt::format("after {}", fmt::join(before, ", ")));
  return fmt::format("{}", fmt::join(parts, " \u00b7 "));
}

/// One row of the list; true when it was pressed.
bool draw_listed(const AppState& state, int i, float width) {
  const Lesson& lesson = state.lessons[size_t(i)];
  const float em = ui::em();
  const std::string number = lesson.number(), words = course_words(state, lesson);
  const std::string label = number.empty() ? lesson.title : fmt::format("{}. {}", number, lesson.title);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (state.lessons_done.contains(lesson.name)) {
    const Box box{{at.x, at.y + em * 0.4f}, {at.x + em * 0.85f, at.y + em * 1.25f}};
    draw_tick(box, ui::u32(ui::colors::good));
    ui::tag("lesson.done." + std::to_string(i), box);
  }
  const float indent = em * 1.3f;
  ImGui::SetCursorPosX(ImGui::GetCursorPosX() + indent);
  const float room = text_size(words, ui::Font::small).x + em * 2;
  const bool beside = width - indent - room > em * 18;
  const float most = width - indent - em - (beside ? room : 0);
  const bool pressed = ui::button("lesson.choose." + std::to_string(i), fitted(label, most).c_str(), true,
                                  ("Begins the lesson " + label).c_str());
  if (beside) ImGui::SameLine(ImGui::GetCursorPosX() + width - room + em * 1.5f);
  ImGui::AlignTextToFramePadding();
  if (!beside) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + indent);
  ui::label(words, ui::colors::dim, ui::Font::small);
  if (lesson.goal.empty()) return pressed;
  ImGui::Indent(indent);
  ui::paragraph(lesson.goal, ui::colors::dim, ui::Font::small);
  ImGui::Unindent(indent);
  return pressed;
}

}  // namespace

void draw_lesson_list(AppState& state, const Source& source) {
  if (!state.tutor.choosing) return;
  ImGui::SetNextWindowFocus();
  if (ui::begin_dialog("##lessons", ui::em() * 52)) {
    if (ui::dialog_title("lesson.list.close", "Lessons")) state.tutor.choosing = false;
    ui::paragraph(
        "You can look around and try things at any time. A tick marks a lesson whose tasks you have all done.",
        ui::colors::dim, ui::Font::small);
    const float width = ImGui::GetContentRegionAvail().x;
    int chosen = -1;
    for (int i = 0; i < int(state.lessons.size()); ++i) {
      const Lesson& lesson = state.lessons[size_t(i)];
      if (lesson.problem.empty()) {
        if (draw_listed(state, i, width)) chosen = i;
        continue;
      }
      ui::paragraph(lesson.problem, ui::colors::warn, ui::Font::small);
      ui::tag("lesson.problem." + std::to_string(i));
    }
    if (chosen >= 0) begin_lesson(state, source, chosen);
    if (state.remembers && ui::chip("lesson.list.remember", "remember in this browser", *state.remembers,
                                    "Keeps the ticks, and how you like the pictures, for the next time; only here"))
      *state.remembers = !*state.remembers;
  }
  ui::end_dialog();
}

}  // namespace tinymor
