#include "visualizer/state/session.h"

#include <fmt/format.h>

#include "tensor/error.h"
#include "tensor/files.h"
#include "visualizer/state/words.h"

namespace tinymor {
namespace {

/// The path that opens a run again, relative to a scene's folder; empty where there is none.
std::string path_of(const Source& source, const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(source.name(), ignored) ? portable_path(source.name(), folder) : "";
}

}  // namespace

void SessionRecorder::toggle(AppState& state, const Source& source) {
  if (running()) {
    file_.clear();
    return state.say("the session is written down");
  }
  try {
    std::filesystem::path file;
    for (int i = 1; file.empty() || std::filesystem::exists(file); ++i)
      file = fmt::format("exports/session-{}.scene", i);
    start(file, state, source);
    state.say(fmt::format("everything you do is written into {} (V ends it)", file.string()));
  } catch (const std::exception& error) {
    state.say(error.what());
  }
}

void SessionRecorder::start(const std::filesystem::path& file, const AppState& state, const Source& source) {
  make_folder(file.parent_path());
  file_ = file;
  time_ = 0;
  const std::string run = path_of(source, file.parent_path());
  text_ = run.empty() ? "at 0.01\n" : fmt::format("open {}\nat 0.01\n", run);
  for (const Source* rival : state.compare.rivals)
    if (const std::string beside = path_of(*rival, file.parent_path()); !beside.empty())
      text_ += fmt::format("dialog beside\ndo open {}\n", beside);
  text_ += scene_of(state, source);
  for (const Setting& s : all_settings())
    if (!s.is_fact()) values_[s.name] = s.get(state, source);
  write();
}

void SessionRecorder::note(double seconds, const AppState& state, const Source& source) {
  if (!running()) return;
  time_ += seconds;
  std::string lines;
  for (auto& [name, value] : values_) {
    // A playback that runs moves by itself.
    const bool goes_on = (name == "step" && state.playback.playing()) ||
                         (name == "writing" && state.writing.playing()) ||
                         (name == "compare.step" && state.compare.other && state.compare.linked);
    if (goes_on) continue;
    const std::string now = setting(state, source, name);
    if (now != value) lines += fmt::format("{} {}\n", name, now);
    value = now;
  }
  for (const Wish& wish : state.wishes) lines += wish_line(wish, file_.parent_path()) + "\n";
  if (lines.empty()) return;
  text_ += fmt::format("at {:.2f}\n{}", time_, lines);
  write();
}

void SessionRecorder::write() {
  write_file_atomically(file_, text_);
}

void play_script(double seconds, AppState& state, const Source& source) {
  if (state.script.empty()) return;
  state.script_seconds += seconds;
  double time = -1;
  // The lines after a wish wait until it is granted, except wishes of the same time, which are granted in turn.
  const auto is_next = [&](const TimedLine& next) {
    const bool in_turn = next.seconds == time && first_word(next.line) == "do";
    return next.seconds <= state.script_seconds && state.waiting.empty() && (state.wishes.empty() || in_turn);
  };
  while (!state.script.empty() && is_next(state.script.front())) {
    const TimedLine next = std::move(state.script.front());
    state.script.pop_front();
    time = next.seconds;
    try {
      apply(state, source, next.line);
    } catch (const Error& error) {
      state.refuse(error.what());
    }
  }
}

}  // namespace tinymor
