#include "visualizer/open_dialog.h"

#include <algorithm>
#include <filesystem>

#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/run_folder.h"
#include "visualizer/settings.h"
#include "visualizer/ui.h"

namespace tinymor {
namespace fs = std::filesystem;
namespace {

constexpr size_t most_runs = 8;

/// Runs `make`; what it throws becomes the dialog's message.
template <class Make>
auto attempt(AppState& state, Make make) -> decltype(make()) {
  try {
    auto made = make();
    state.open.shown = false;
    state.open.message.clear();
    return made;
  } catch (const Error& error) {
    state.open.message = error.what();
    return {};
  }
}

void heading(const char* text) {
  ImGui::Dummy({1, ui::em() * 0.4f});
  ui::label(text, ui::colors::text, ui::Font::bold);
}

void remember(OpenState& open, const std::string& path) {
  constexpr size_t most = 4;
  std::error_code ignored;
  const std::string whole = fs::absolute(path, ignored).lexically_normal().string();
  std::erase(open.recent, whole);
  open.recent.insert(open.recent.begin(), whole);
  if (open.recent.size() > most) open.recent.resize(most);
}

std::unique_ptr<Source> draw_opening(AppState& state, const Opener& opener) {
  std::unique_ptr<Source> chosen;
  ui::label(state.open.to_compare ? "Open beside this run" : "Open", ui::colors::text, ui::Font::bold);
  ui::paragraph(
      "A run folder, a recording (.mortrace), a model (.safetensors), a lesson (.lesson), a scene (.scene), or a "
      "text to train on. You can also drop it onto the window.",
      ui::colors::dim, ui::Font::small);
  ImGui::SetNextItemWidth(-ui::button_width("Open") - ui::em());
  ui::field("open.path");
  ImGui::InputText("##path", &state.open.path);
  ui::tag("open.path");
  ImGui::SameLine();
  if (ui::button("open.go", "Open", !state.open.path.empty())) chosen = open_path(state.open.path, state, opener);
  const std::vector<std::string> offered = offers(state.open);
  for (size_t i = 0; i < offered.size(); ++i) {
    const std::string& run = offered[i];
    if (ui::button("open.run." + std::to_string(i), fitted(run, ui::em() * 36).c_str()))
      chosen = open_path(run, state, opener);
  }
  if (chosen) state.open.path.clear();
  return chosen;
}

Sources draw_training(AppState& state, const Opener& opener) {
  TrainRequest& request = state.open.request;
  heading("Train a new run");
  ui::paragraph(
      "A small MoR model, while you watch. Text: stories (bundled), a file, or a folder of files. Images: digits, or a "
      "folder with MNIST's four files.",
      ui::colors::dim, ui::Font::small);
  ImGui::SetNextItemWidth(ui::em() * 18);
  ui::field("train.data");
  ImGui::InputText("##data", &request.data);
  ui::tag("train.data");
  ui::hint("The text or images to train on");
  ImGui::SameLine();
  ImGui::SetNextItemWidth(ui::em() * 9);
  ui::field("train.steps");
  ImGui::InputInt("steps", &request.steps, 100);
  ui::tag("train.steps");
  request.steps = std::clamp(request.steps, 1, 1000000);
  const auto choice = [](const char* name, const char* text, bool& on, const char* hint) {
    if (ui::chip(name, text, on, hint)) on = !on;
  };
  choice("train.rest.plateau", "pause when it learns no more", state.rest_on_plateau,
         "... when five evaluations have brought no lower held-out loss");
  ImGui::SameLine();
  choice("train.rest.battery", "pause on battery", state.rest_on_battery, "... when the machine leaves its mains");
  const bool train = ui::chip("train.go", "Train", true);
  ImGui::SameLine();
  request.race =
      ui::button("train.race", "Race", true, "MoR against its vanilla and its recursive twin, in turn, at equal FLOPs");
  if (!train && !request.race) return {};
  return attempt(state, [&] { return opener.train(request); });
}

}  // namespace

std::vector<std::string> find_runs(const std::string& runs) {
  std::vector<std::pair<fs::file_time_type, std::string>> found;
  std::error_code ignored;
  for (auto entry = fs::recursive_directory_iterator(runs, ignored); entry != fs::recursive_directory_iterator();
       entry.increment(ignored)) {
    if (entry.depth() > 0) entry.disable_recursion_pending();  // the runs of a race lie in a folder of their own
    const RunFolder folder{entry->path()};
    for (const fs::path& file : {folder.recording(), folder.weights()}) {
      if (!fs::exists(file, ignored)) continue;
      found.emplace_back(fs::last_write_time(file, ignored), entry->path().string());
      break;
    }
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
  for (const std::string& path : open.recent) offer(path);
  for (const std::string& path : open.found) offer(path);
  return out;
}

std::unique_ptr<Source> open_path(const std::string& path, AppState& state, const Opener& opener) {
  const std::string kind = fs::path(path).extension().string();
  std::error_code ignored;
  if (kind == ".lesson")
    return attempt(state, [&] {
      state.lessons.push_back(parse_lesson(read_file(path, 1 << 18), fs::path(path).stem().string()));
      state.tutor.choosing = true;
      return std::unique_ptr<Source>();
    });
  if (kind == ".scene")
    return attempt(state, [&] {
      const std::string text = read_file(path, 1 << 20), run = run_of_scene(text, path);
      std::unique_ptr<Source> opened = run.empty() ? nullptr : opener.open(run);
      state.scene_asked = {path, text};
      return opened;
    });
  if (fs::is_regular_file(path, ignored) && kind != ".mortrace" && kind != ".safetensors") {
    state.open.shown = true;
    state.open.request.data = path;
    state.open.message = "A text: press Train to train on it.";
    return nullptr;
  }
  std::unique_ptr<Source> opened = attempt(state, [&] { return opener.open(path); });
  if (opened) remember(state.open, path);
  return opened;
}

Sources draw_open_dialog(AppState& state, const Opener& opener) {
  if (!state.open.shown) return {};
  Sources chosen;
  if (ui::begin_dialog("##open", ui::em() * 40)) {
    if (opener.open) chosen = alone(draw_opening(state, opener));
    if (opener.train && chosen.empty()) chosen = draw_training(state, opener);
    if (!state.open.message.empty()) ui::paragraph(state.open.message, ui::colors::warn, ui::Font::small);
    ImGui::Dummy({1, ui::em() * 0.4f});
    if (ui::button("open.close", "Close")) state.open.shown = false;
  }
  ui::end_dialog();
  return chosen;
}

}  // namespace tinymor
