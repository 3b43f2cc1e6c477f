#include "visualizer/shell/opening.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "datasets/images.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/loop/run_folder.h"
#include "visualizer/draw/ui.h"
#include "visualizer/lessons/lesson_file.h"
#include "visualizer/runs/open_source.h"
#include "visualizer/state/settings.h"

namespace tinymor {
namespace fs = std::filesystem;
namespace {

constexpr size_t most_offers = 8, most_recent = 4;

/// The dialog says why nothing new is shown.
void explain(OpenState& open, const std::string& why, bool of_training) {
  open.message = why;
  open.of_training = of_training;
  open.focus = !of_training;
  if (open.dialog == Dialog::none) open.dialog = Dialog::open;
}

/// Runs `make`, which returns sources; what it throws becomes the dialog's message.
template <class Make>
Sources attempt(AppState& state, bool of_training, Make make) {
  try {
    Sources made = make();
    state.open.dialog = Dialog::none;
    state.open.message.clear();
    return made;
  } catch (const std::exception& error) {
    state.refused = error.what();
    explain(state.open, error.what(), of_training);
    return {};
  }
}

/// The whole path, without "." and "..".
fs::path whole_path(const std::string& path) {
  std::error_code ignored;
  return fs::absolute(path, ignored).lexically_normal();
}

/// The shortest path that can be typed here: below the folder that the program runs in it is relative.
std::string path_from_here(const std::string& path) {
  std::error_code ignored;
  const fs::path whole = whole_path(path), below = whole.lexically_relative(fs::current_path(ignored));
  const bool outside = below.empty() || below == "." || *below.begin() == "..";
  return outside ? whole.string() : below.string();
}

void remember(OpenState& open, const std::string& path) {
  const std::string whole = whole_path(path).string();
  std::erase(open.recent, whole);
  open.recent.insert(open.recent.begin(), whole);
  if (open.recent.size() > most_recent) open.recent.resize(most_recent);
}

/// A lesson that was changed and is opened again takes the place of what it was.
void open_lesson(const std::string& path, AppState& state) {
  Lesson lesson = read_lesson(path);
  state.scene_asked = {path, "lesson " + lesson.name};
  const auto is_it = [&](const Lesson& known) { return known.name == lesson.name; };
  const auto known = std::find_if(state.lessons.begin(), state.lessons.end(), is_it);
  state.tutor = {};
  if (known == state.lessons.end())
    state.lessons.push_back(std::move(lesson));
  else
    *known = std::move(lesson);
}

Sources open_scene(const std::string& path, AppState& state, const Opener& opener) {
  const std::string text = read_scene(path), run = run_of_scene(text, path);
  Sources opened;
  if (!run.empty()) opened = opener.open(run);
  state.scene_asked = {path, text};
  return opened;
}

Sources open_run(const std::string& path, AppState& state, const Opener& opener) {
  Sources opened = opener.open(path);
  if (!opened.empty()) remember(state.open, path);
  return opened;
}

/// A folder of files that are no run: texts or images, which a new run can be trained on.
bool may_be_learned_from(const fs::path& folder) {
  std::error_code ignored;
  const RunFolder run{folder};
  return fs::is_directory(folder, ignored) && !fs::is_empty(folder, ignored) && runs_in(folder).empty() &&
         !fs::exists(run.config(), ignored) && !fs::exists(run.llama_config(), ignored);
}

Sources offer_to_train(const std::string& path, const std::string& what, AppState& state) {
  ImGui::SetWindowFocus(nullptr);  // a field that is being edited would write its own text back
  state.open.request.data = path;
  explain(state.open, what + ": press Train to train on it.", true);
  return {};
}

Sources open_path(const std::string& path, AppState& state, const Opener& opener) {
  const PathKind kind = kind_of(path);
  if (kind == PathKind::text && state.open.dialog != Dialog::text) return offer_to_train(path, "A text", state);
  if (kind == PathKind::run && may_be_learned_from(path))
    return offer_to_train(path, names_images(path) ? "A folder of images" : "A folder of texts", state);
  return attempt(state, false, [&]() -> Sources {
    switch (kind) {
      case PathKind::lesson:
        open_lesson(path, state);
        return {};
      case PathKind::scene:
        return open_scene(path, state, opener);
      case PathKind::text:
        state.own_text = read_file(path, longest_scene);
        return {};
      case PathKind::run:
        break;
    }
    return open_run(path, state, opener);
  });
}

}  // namespace

PathKind kind_of(const std::string& path) {
  const std::string ending = fs::path(path).extension().string();
  if (ending == ".lesson") return PathKind::lesson;
  if (ending == ".scene") return PathKind::scene;
  std::error_code ignored;
  const bool is_run = ending == ".mortrace" || ending == ".safetensors" || !fs::is_regular_file(path, ignored);
  return is_run ? PathKind::run : PathKind::text;
}

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
  for (const auto* paths : {&open.recent, &open.found})
    for (const std::string& path : *paths) {
      const auto is_same = [&](const std::string& offered) { return fs::equivalent(offered, path, ignored); };
      const bool known = std::any_of(out.begin(), out.end(), is_same);
      if (out.size() < most_offers && fs::exists(path, ignored) && !known) out.push_back(path_from_here(path));
    }
  return out;
}

Sources fulfil(const Wish& wish, AppState& state, const Opener& opener) {
  const bool opens = wish.kind == Wish::open;
  const bool possible = opens ? bool(opener.open) : bool(opener.train);
  check_input(possible, "nothing can be opened or trained here (use the window)");
  if (opens) return open_path(wish.text, state, opener);
  const TrainRequest request{wish.text, wish.value, wish.kind == Wish::race, wish.keys};
  return attempt(state, true, [&] { return opener.train(request); });
}

void begin_asked_scene(const Source& source, AppState& state) {
  const auto [name, text] = std::exchange(state.scene_asked, {});
  if (name.empty()) return;
  const std::deque<TimedLine> script = state.script;
  const double seconds = state.script_seconds;
  try {
    apply_scene(state, source, text, name);
  } catch (const Error& error) {
    state.refused = error.what();
    return explain(state.open, error.what(), false);
  }
  // A session that is being played contains everything that this scene did.
  if (script.empty()) return;
  state.script = script;
  state.script_seconds = seconds;
}

}  // namespace tinymor
