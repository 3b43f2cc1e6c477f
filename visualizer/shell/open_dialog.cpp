#include "visualizer/shell/open_dialog.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tensor/error.h"
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

void draw_opening(AppState& state, const Opener& opener) {
  const auto open = [&](const std::string& path) { state.wishes.push_back({Wish::open, 0, path}); };
  static constexpr const char* titles[] = {"", "Open", "Add a run beside this one", "Open a text to look at"};
  if (ui::dialog_title("open.close", titles[int(state.open.dialog)])) state.open.dialog = Dialog::none;
  const bool text = state.open.dialog == Dialog::text;
  ui::paragraph(text ? "Any text file. It replaces the text that is there now."
                     : "A run folder, a folder of runs, a recording (.mortrace), a model (.safetensors), a lesson "
                       "(.lesson), a scene (.scene), or a text to train on. You can also drop it onto the window.",
                ui::colors::dim, ui::Font::small);
  if (opener.pick) {
    ui::paragraph(
        "A page sees only the files that you give it, and what you give it stays in this page. It cannot serve a model "
        "to other programs: tinymor on your computer can.",
        ui::colors::dim, ui::Font::small);
    if (ui::button("open.pick", "From this computer ...", true,
                   "Opens files of this computer: those of a run together"))
      opener.pick();
  }
  ImGui::SetNextItemWidth(-ui::button_width("Open") - ui::em());
  state.awaits_text |= state.open.focus;
  const std::string before = state.open.path;
  const bool entered =
      ui::text_field("open.path", state.open.path, std::exchange(state.open.focus, false)) || take_entered_ahead(state);
  forget_message(state.open, state.open.path != before, false);
  ImGui::SameLine();
  const bool pressed =
      ui::button("open.go", "Open", !state.open.path.empty(), "Opens the file or folder of that name (Enter)");
  if ((pressed || entered || ui::enter_pressed()) && !state.open.path.empty()) open(state.open.path);
  draw_message(state.open, false);
  const DataScope data;
  const std::vector<std::string> offered = text ? std::vector<std::string>() : offers(state.open);
  for (size_t i = 0; i < offered.size(); ++i) {
    const std::string &run = offered[i], shown = fitted(run, ui::em() * 36);
    if (ui::button("open.run." + std::to_string(i), shown.c_str(), true, ("Opens " + run).c_str())) open(run);
  }
}

/// The name of a row of the form, before a control of this width.
void name_row(const char* name, float width) {
  ImGui::AlignTextToFramePadding();
  ui::label(name, ui::colors::dim);
  ImGui::SameLine(ui::em() * 8);
  ImGui::SetNextItemWidth(width);
}

/// A whole number of the model, `now`, with its name before it.
bool draw_number(TrainRequest& request, const char* name, const char* key, int64_t now, int step, const char* hint) {
  int value = int(std::min<int64_t>(now, 1 << 30));
  const bool entered = ui::number_field(name, value, step);
  ui::hint(hint);
  if (value != now) set_key(request, key, std::to_string(value));
  return entered;
}

/// One of the values that a key of the model has, side by side or, where there is no room for that, one after another.
template <class Enum>
void draw_choice(TrainRequest& request, const char* name, const char* key, Enum now, const char* hint) {
  std::vector<std::string> shown;
  for (const std::string& value : enum_names<Enum>()) {
    shown.push_back(value);
    std::replace(shown.back().begin(), shown.back().end(), '_', ' ');
  }
  std::vector<const char*> labels;
  for (const std::string& value : shown) labels.push_back(value.c_str());
  int chosen = int(now);
  const bool room = ui::segmented_width(labels) <= ImGui::GetContentRegionAvail().x;
  chosen = room ? ui::segmented(name, labels, chosen, hint) : ui::stepping(name, labels, chosen, false, hint);
  if (chosen != int(now)) set_key(request, key, enum_name(Enum(chosen)));
}

/// What the recursions take unless told otherwise.
std::string usual_capacity(const ModelConfig& model) {
  if (model.routing != Routing::expert_choice) return "only expert choice has one";
  std::string out = "as usual:";
  for (int64_t r = 0; r < std::min<int64_t>(model.n_recursions, 8); ++r)
    out += fmt::format("{} {:.2g}", r > 0 ? "," : "", default_capacity(r, model.n_recursions));
  return out + (model.n_recursions > 8 ? ", ..." : "");
}

/// Shares between commas; empty: as usual.
bool draw_capacity(TrainRequest& request, const ModelConfig& model) {
  std::string text = value_of(request, "capacity");
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const bool entered = ui::text_field("train.capacity", text);
  const ImVec2 at = ImGui::GetItemRectMin(), pad = ImGui::GetStyle().FramePadding;
  if (text.empty() && !ImGui::IsItemActive())
    window_canvas().text({at.x + pad.x, at.y + pad.y}, ui::u32(ui::colors::dim), usual_capacity(model));
  ui::hint("The share of the tokens that each recursion takes by expert choice, as in 1, 0.5, 0.25; empty: as usual");
  std::erase(text, ' ');
  set_key(request, "capacity", text.empty() ? "" : "[" + text + "]");
  return entered;
}

/// The model's form; true when Enter was pressed in a field.
bool draw_model(TrainRequest& request) {
  const float em = ui::em();
  ModelConfig model;
  try {
    model = asked_config(request).model;
  } catch (const InputError&) {
    TrainRequest other = request;  // a capacity that is being typed
    set_key(other, "capacity", "");
    model = asked_config(other).model;
  }
  name_row("recursions", em * 7);
  bool entered = draw_number(request, "train.recursions", "n_recursions", model.n_recursions, 1,
                             "The most that a token can take (n_recursions)");
  const float end = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x;
  const auto beside = [&](const char* name) {
    ImGui::SameLine();
    if (ImGui::GetCursorPosX() + text_size(name).x + em * 8 > end) {
      ImGui::NewLine();
      return name_row(name, em * 7);
    }
    ui::label(name, ui::colors::dim);
    ImGui::SameLine();
    ImGui::SetNextItemWidth(em * 7);
  };
  beside("layers");
  entered |= draw_number(request, "train.layers", "n_layers", model.n_layers, 1,
                         "That a token goes through at full depth (n_layers)");
  beside("width");
  entered |= draw_number(request, "train.width", "d_model", model.d_model, 32, "Numbers per token (d_model)");
  name_row("sharing", -1);
  draw_choice(request, "train.sharing", "sharing", model.sharing, "Which layers have the same weights");
  name_row("routing", -1);
  draw_choice(request, "train.routing", "routing", model.routing, "Who decides how often a token recurs");
  name_row("capacity", -1);
  return draw_capacity(request, model) || entered;
}

void draw_training(AppState& state) {
  TrainRequest& request = state.open.request;
  heading("Train a new run");
  ui::paragraph(
      "A small model, while you watch, or a race: a MoR model in turn with its vanilla and its recursive twin, at "
      "equal FLOPs. "
      "Text: stories (bundled), a file, or a folder of files. Images: digits, or a folder with MNIST's four files.",
      ui::colors::dim, ui::Font::small);
  name_row("text or images", -1);
  const std::pair before(request.data, request.keys);
  bool entered = ui::text_field("train.data", request.data);
  ui::hint("The text or images to train on");
  name_row("steps", ui::em() * 9);
  entered |= ui::number_field("train.steps", request.steps, 100);
  request.steps = std::clamp(request.steps, 1, 1000000);
  entered |= draw_model(request);
  forget_message(state.open, std::pair(request.data, request.keys) != before, true);
  const auto choice = [](const char* name, const char* text, bool& on, const char* hint) {
    if (ui::chip(name, text, on, hint)) on = !on;
  };
  const float end = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x;
  choice("train.rest.plateau", "pause when it learns no more", state.rest_on_plateau,
         "Pauses the run when five evaluations have not lowered the held-out loss");
  ImGui::SameLine();
  if (ImGui::GetCursorPosX() + ui::button_width("pause on battery") > end) ImGui::NewLine();
  choice("train.rest.battery", "pause on battery", state.rest_on_battery,
         "Pauses the run when the machine runs on battery");
  const std::string problem = problem_of(request);
  if (!problem.empty()) {
    ui::paragraph(problem, ui::colors::warn);
    ui::tag("train.problem");
  }
  const auto ask = [&](Wish::Kind kind) { state.wishes.push_back({kind, request.steps, request.data, request.keys}); };
  const bool legal = problem.empty();
  const char* trains = "Trains this model in a folder of its own, while you watch (Enter)";
  if (legal ? ui::chip("train.go", "Train", true, trains) : ui::button("train.go", "Train", false, trains))
    ask(Wish::train);
  if (legal && entered) ask(Wish::train);
  ImGui::SameLine();
  if (ui::button("train.race", "Race", legal, "Trains it in turn with its vanilla and its recursive twin"))
    ask(Wish::race);
  draw_message(state.open, true);
}

}  // namespace

void draw_open_dialog(AppState& state, const Opener& opener) {
  if (state.open.dialog == Dialog::none) return state.open.message.clear();
  if (state.open.dialog == Dialog::runs) return;
  if (ui::begin_dialog("##open", ui::em() * 40)) {
    if (ImGui::IsWindowAppearing()) {
      state.open.found = find_runs("runs");
      state.open.focus = true;
    }
    if (opener.open)
      draw_opening(state, opener);
    else
      ui::paragraph("Only the window opens and trains.", ui::colors::warn);
    if (opener.train && state.open.dialog != Dialog::text) draw_training(state);
  }
  ui::end_dialog();
}

}  // namespace tinymor
