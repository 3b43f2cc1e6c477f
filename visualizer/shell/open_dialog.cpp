#include "visualizer/shell/open_dialog.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/loop/run_folder.h"
#include "visualizer/draw/fields.h"
#include "visualizer/lessons/lesson_file.h"
#include "visualizer/runs/open_source.h"
#include "visualizer/shell/keys.h"
#include "visualizer/state/settings.h"

namespace tinymor {
namespace fs = std::filesystem;
namespace {

constexpr size_t most_runs = 8;

void refuse(OpenState& open, const std::string& why, bool of_training) {
  open.message = why;
  open.of_training = of_training;
  open.focus = !of_training;
  if (open.dialog == Dialog::none) open.dialog = Dialog::open;
}

/// Runs `make`; what it throws becomes the dialog's message.
template <class Make>
auto attempt(AppState& state, Make make, bool of_training = false) -> decltype(make()) {
  try {
    auto made = make();
    state.open.dialog = Dialog::none;
    state.open.message.clear();
    return made;
  } catch (const std::exception& error) {
    refuse(state.open, error.what(), of_training);
    return {};
  }
}

void heading(const char* text) {
  ImGui::Dummy({1, ui::em() * 0.4f});
  ui::label(text, ui::colors::text, ui::Font::bold);
}

/// A path as short as it can be typed here: what lies below the folder that the program runs in counts from there.
std::string from_here(const std::string& path) {
  std::error_code ignored;
  const fs::path here = fs::current_path(ignored);
  const fs::path below = fs::absolute(path, ignored).lexically_normal().lexically_relative(here);
  return below.empty() || below == "." || *below.begin() == ".."
             ? fs::absolute(path, ignored).lexically_normal().string()
             : below.string();
}

/// What is wrong with a wish is no longer said once it reads otherwise.
void forget_message(OpenState& open, bool changed, bool of_training) {
  if (changed && open.of_training == of_training) open.message.clear();
}

/// Why the last wish could not be granted, below what it was made with.
void draw_message(const OpenState& open, bool of_training) {
  if (open.message.empty() || open.of_training != of_training) return;
  ui::paragraph(open.message, ui::colors::warn);
  ui::tag("open.message");
}

void remember(OpenState& open, const std::string& path) {
  constexpr size_t most = 4;
  std::error_code ignored;
  const std::string whole = fs::absolute(path, ignored).lexically_normal().string();
  std::erase(open.recent, whole);
  open.recent.insert(open.recent.begin(), whole);
  if (open.recent.size() > most) open.recent.resize(most);
}

void draw_opening(AppState& state) {
  const auto open = [&](const std::string& path) { state.wishes.push_back({Wish::open, 0, path}); };
  static constexpr const char* titles[] = {"", "Open", "Add a run beside this one", "Open a text to look at"};
  if (ui::dialog_title("open.close", titles[int(state.open.dialog)])) state.open.dialog = Dialog::none;
  const bool text = state.open.dialog == Dialog::text;
  ui::paragraph(text ? "Any text file; what is there now goes."
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
         "... when five evaluations have brought no lower held-out loss");
  ImGui::SameLine();
  if (ImGui::GetCursorPosX() + ui::button_width("pause on battery") > end) ImGui::NewLine();
  choice("train.rest.battery", "pause on battery", state.rest_on_battery, "... when the machine leaves its mains");
  if (ui::chip("train.go", "Train", true) || entered)
    state.wishes.push_back({Wish::train, request.steps, request.data});
  ImGui::SameLine();
  if (ui::button("train.race", "Race")) state.wishes.push_back({Wish::race, request.steps, request.data});
  draw_message(state.open, true);
}

/// Empty when there is nothing to show, or not yet.
Sources open_path(const std::string& path, AppState& state, const Opener& opener) {
  const std::string kind = fs::path(path).extension().string();
  std::error_code ignored;
  if (kind == ".lesson")
    return attempt(state, [&] {
      state.lessons.push_back(read_lesson(path));
      state.tutor.choosing = true;
      return Sources();
    });
  if (kind == ".scene")
    return attempt(state, [&] {
      const std::string text = read_file(path, 1 << 20), run = run_of_scene(text, path);
      Sources opened = run.empty() ? Sources() : opener.open(run);
      state.scene_asked = {path, text};
      return opened;
    });
  if (fs::is_regular_file(path, ignored) && kind != ".mortrace" && kind != ".safetensors") {
    if (state.open.dialog == Dialog::text)
      return attempt(state, [&] { return state.own_text = read_file(path, 1 << 20), Sources(); });
    state.open.request.data = path;
    refuse(state.open, "A text: press Train to train on it.", true);
    return {};
  }
  Sources opened = attempt(state, [&] { return opener.open(path); });
  if (!opened.empty()) remember(state.open, path);
  return opened;
}

}  // namespace

std::vector<std::string> find_runs(const std::string& folder) {
  std::vector<std::pair<fs::file_time_type, std::string>> found;
  std::error_code ignored;
  for (auto entry = fs::directory_iterator(folder, ignored); entry != fs::directory_iterator();
       entry.increment(ignored)) {
    fs::file_time_type newest = fs::file_time_type::min();
    for (const fs::path& run : runs_in(entry->path())) newest = std::max(newest, fs::last_write_time(run, ignored));
    if (newest != fs::file_time_type::min()) found.emplace_back(newest, entry->path().string());
  }
  std::sort(found.begin(), found.end(), std::greater<>());
  std::vector<std::string> names;
  for (auto& [time, name] : found) names.push_back(std::move(name));
  return names;
}

std::vector<std::string> offers(const OpenState& open) {
  std::vector<std::string> out;
  std::error_code ignored;
  const auto offer = [&](const std::string& path) {
    const bool there =
        std::any_of(out.begin(), out.end(), [&](const auto& o) { return fs::equivalent(o, path, ignored); });
    if (out.size() < most_runs && fs::exists(path, ignored) && !there) out.push_back(path);
  };
  for (const std::string& path : open.recent) offer(from_here(path));
  for (const std::string& path : open.found) offer(from_here(path));
  return out;
}

Sources fulfil(const Wish& wish, AppState& state, const Opener& opener) {
  const bool possible = wish.kind == Wish::open ? bool(opener.open) : bool(opener.train);
  if (!possible) return state.say("nothing can be opened or trained here (use the window)"), Sources();
  if (wish.kind == Wish::open) return open_path(wish.text, state, opener);
  constexpr bool of_training = true;
  return attempt(
      state,
      [&] {
        return opener.train({wish.text, wish.value, wish.kind == Wish::race});
      },
      of_training);
}

void say_in_dialog(AppState& state, const std::string& why) {
  constexpr bool of_training = false;
  refuse(state.open, why, of_training);
}

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
