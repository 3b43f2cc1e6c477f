#include "visualizer/shell/open_dialog.h"

#include <algorithm>
#include <utility>

#include "visualizer/draw/fields.h"
#include "visualizer/shell/keys.h"

namespace tinymor {
namespace {

void heading(const char* text) {
  ImGui::Dummy({1, ui::em() * 0.4f});
  ui::label(text, ui::colors::text, ui::Font::bold);
}

/// Removes the message about a path or a request when that has changed.
void forget_message(OpenState& open, bool changed, bool of_training) {
  if (changed && open.of_training == of_training) open.message.clear();
}

/// Says why the last wish was refused, below the controls that made it.
void draw_message(const OpenState& open, bool of_training) {
  if (open.message.empty() || open.of_training != of_training) return;
  ui::paragraph(open.message, ui::colors::warn);
  ui::tag("open.message");
}

void draw_opening(AppState& state) {
  const auto open = [&](const std::string& path) { state.wishes.push_back({Wish::open, 0, path}); };
  static constexpr const char* titles[] = {"", "Open", "Add a run beside this one", "Open a text to look at"};
  if (ui::dialog_title("open.close", titles[int(state.open.dialog)])) state.open.dialog = Dialog::none;
  const bool text = state.open.dialog == Dialog::text;
  ui::paragraph(text ? "Any text file. It replaces the text that is there now."
                     : "A run folder, a folder of runs, a recording (.mortrace), a model (.safetensors), a lesson "
                       "(.lesson), a scene (.scene), or a text to train on. You can also drop it onto the window.",
                ui::colors::dim, ui::Font::small);
  ImGui::SetNextItemWidth(-ui::button_width("Open") - ui::em());
  state.awaits_text |= state.open.focus;
  const std::string before = state.open.path;
  const bool entered =
      ui::text_field("open.path", state.open.path, std::exchange(state.open.focus, false)) || take_entered_ahead(state);
  forget_message(state.open, state.open.path != before, false);
  ImGui::SameLine();
  const bool pressed = ui::button("open.go", "Open", !state.open.path.empty());
  if ((pressed || entered || ui::enter_pressed()) && !state.open.path.empty()) open(state.open.path);
  draw_message(state.open, false);
  const std::vector<std::string> offered = text ? std::vector<std::string>() : offers(state.open);
  for (size_t i = 0; i < offered.size(); ++i) {
    const std::string &run = offered[i], shown = fitted(run, ui::em() * 36);
    if (ui::button("open.run." + std::to_string(i), shown.c_str(), true, shown == run ? nullptr : run.c_str()))
      open(run);
  }
}

void draw_training(AppState& state) {
  TrainRequest& request = state.open.request;
  heading("Train a new run");
  ui::paragraph(
      "A small MoR model, while you watch, or a race: in turn with its vanilla and its recursive twin, at equal FLOPs. "
      "Text: stories (bundled), a file, or a folder of files. Images: digits, or a folder with MNIST's four files.",
      ui::colors::dim, ui::Font::small);
  const auto named = [](const char* name, float width) {
    ImGui::AlignTextToFramePadding();
    ui::label(name, ui::colors::dim);
    ImGui::SameLine(ui::em() * 8);
    ImGui::SetNextItemWidth(width);
  };
  named("text or images", -1);
  const std::string before = request.data;
  bool entered = ui::text_field("train.data", request.data);
  forget_message(state.open, request.data != before, true);
  ui::hint("The text or images to train on");
  named("steps", ui::em() * 9);
  entered |= ui::number_field("train.steps", request.steps, 100);
  request.steps = std::clamp(request.steps, 1, 1000000);
  const auto choice = [](const char* name, const char* text, bool& on, const char* hint) {
    if (ui::chip(name, text, on, hint)) on = !on;
  };
  const float end = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x;
  choice("train.rest.plateau", "pause when it learns no more", state.rest_on_plateau,
         "... when five evaluations have not lowered the held-out loss");
  ImGui::SameLine();
  if (ImGui::GetCursorPosX() + ui::button_width("pause on battery") > end) ImGui::NewLine();
  choice("train.rest.battery", "pause on battery", state.rest_on_battery, "... when the machine runs on battery");
  if (ui::chip("train.go", "Train", true) || entered)
    state.wishes.push_back({Wish::train, request.steps, request.data});
  ImGui::SameLine();
  if (ui::button("train.race", "Race")) state.wishes.push_back({Wish::race, request.steps, request.data});
  draw_message(state.open, true);
}

}  // namespace

void draw_open_dialog(AppState& state, const Opener& opener) {
  if (state.open.dialog == Dialog::none) return state.open.message.clear();
  if (ui::begin_dialog("##open", ui::em() * 40)) {
    if (ImGui::IsWindowAppearing()) {
      state.open.found = find_runs("runs");
      state.open.focus = true;
    }
    if (opener.open)
      draw_opening(state);
    else
      ui::paragraph("Only the window opens and trains.", ui::colors::warn);
    if (opener.train && state.open.dialog != Dialog::text) draw_training(state);
  }
  ui::end_dialog();
}

}  // namespace tinymor
