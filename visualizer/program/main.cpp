// tinymor-viz: the window on a run, and pictures and texts of what it would show.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "datasets/corpus.h"
#include "tensor/cited.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/threads.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/number_options.h"
#include "trainer/commands/version.h"
#include "trainer/config.h"
#include "trainer/loop/image_trainer.h"
#include "trainer/loop/run_folder.h"
#include "trainer/program.h"
#include "visualizer/lessons/lesson_file.h"
#include "visualizer/runs/open_source.h"
#include "visualizer/runs/race.h"
#include "visualizer/runs/source.h"
#include "visualizer/runs/trainer_run.h"
#include "visualizer/shell/bundled.h"
#include "visualizer/shell/headless.h"
#include "visualizer/shell/window.h"
#include "visualizer/state/layout.h"
#include "visualizer/state/settings.h"

namespace {

using namespace tinymor;
namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> paths;
  std::string path, train, data, out, png, svg, csv, size, panel, scene, lesson, checkpoint = "best";
  int threads = 0, timed_frames = 0;
  std::optional<double> zoom;
  int64_t at = -1;
  bool text = false, plain = false;
};

std::string all_panels() {
  return fmt::format("{}", fmt::join(panel_names, ", "));
}

constexpr const char* examples =
    "Examples:\n"
    "  {0} runs/demo                                watch a run, or replay it\n"
    "  {0} --train small.toml --data stories        train while you watch\n"
    "  {0} runs/demo --png demo.png --size 1920x1080\n"
    "  {0} runs/demo --panel grid --at 200 --text\n";

void declare(CLI::App& cli, Options& o) {
  cli.footer(fmt::format(examples, program("tinymor-viz")));
  add_version_flag(cli, "tinymor-viz");
  cli.add_option("path", o.paths,
                 "a run folder or a folder of runs, a recording (.mortrace), a model (.safetensors, or a Llama's "
                 "folder of Hugging Face), a scene (.scene) or "
                 "a lesson (.lesson) [bundled runs]; several runs are shown beside each other");
  cli.add_option("--train", o.train, "train with this configuration (TOML) in the window");
  cli.add_option("--data", o.data, "with --train: a data set's name, a text file, a folder of them, or images");
  cli.add_option("--out", o.out, "with --train: the run folder to write [runs/live-1, or the next number]");
  cli.add_option("--threads", o.threads, "with --train: threads to compute with [one core is left to the window]")
      ->check(between(1, 1024));
  cli.add_option("--png", o.png, "draw the window into this file; needs no display");
  cli.add_option("--svg", o.svg, "the same as a drawing; needs no display");
  cli.add_option("--csv", o.csv, "write the numbers of --panel, or of every one, into this file; needs no display");
  cli.add_flag("--text", o.text, "print what the panels show as text; needs no display");
  cli.add_option("--panel", o.panel, "only this panel: " + all_panels());
  cli.add_flag("--plain", o.plain,
               "with --png or --svg and --panel: without buttons and in light colours, runs by their names, for "
               "people who do not know the window");
  cli.add_option("--scene", o.scene, "begin with this scene: a file of lines such as \"rule training\"");
  cli.add_option("--checkpoint", o.checkpoint, "which of a run's weights write text: best or newest [best]")
      ->check(CLI::IsMember({"best", "newest"}));
  cli.add_option("--at", o.at, "the snapshot at this step [the newest]")->check(at_least(0));
  cli.add_option("--time-frames", o.timed_frames,
                 "draw this many frames in the window, print how long they took, close")
      ->check(between(1, 100000));
  cli.add_option("--size", o.size, "WIDTHxHEIGHT of window or picture in pixels [1280x800]");
  cli.add_option("--zoom", o.zoom, "size of everything in percent, 50 to 300 [100]");
  const CLI::Validator named([](const std::string& text) { return text.empty() ? "it is empty (name a file)" : ""; },
                             "");
  for (const char* option : {"path", "--train", "--data", "--out", "--png", "--svg", "--csv", "--scene"})
    cli.get_option(option)->check(named);
}

/// Of two results that have one file, the second would replace the first.
void check_results(const Options& o) {
  std::set<fs::path> files;
  for (const std::string& file : {o.png, o.svg, o.csv}) {
    std::error_code ignored;
    check_input(file.empty() || files.insert(fs::weakly_canonical(fs::absolute(file), ignored)).second,
                "--png, --svg, --csv: {} is named twice (give each a file of its own)", file);
  }
}

/// How large a window or picture is to be.
WindowOptions window_options(const Options& o) {
  WindowOptions window;
  window.timed_frames = o.timed_frames;
  if (!o.size.empty()) {
    int used = 0;
    const int read = std::sscanf(o.size.c_str(), "%5dx%5d%n", &window.width, &window.height, &used);
    check_input(read == 2 && size_t(used) == o.size.size() && window.width >= 64 && window.height >= 64 &&
                    window.width <= 8192 && window.height <= 8192,
                "--size: {} is not a size between 64x64 and 8192x8192 (as in 1280x800)", cited(o.size));
  }
  check_input(!o.zoom || (*o.zoom >= 50 && *o.zoom <= 300), "--zoom: {} is not between 50 and 300 (percent)",
              o.zoom.value_or(100));
  return window;
}

void check_panel(const std::string& name) {
  check_input(name.empty() || is_panel(name), "--panel: there is no {} (choose one of {})", cited(name), all_panels());
}

Checkpoint checkpoint(const Options& o) {
  return o.checkpoint == "newest" ? Checkpoint::newest : Checkpoint::best;
}

/// Leaves one core to the window.
void use_threads(const Options& o) {
  static const int all = thread_count();
  set_thread_count(o.threads > 0 ? o.threads : std::max(1, all - 1));
}

/// A folder that is not there yet, taken for this process.
LockedFolder new_run(const char* kind) {
  return LockedFolder::first_unused(fs::path("runs") / kind);
}

std::unique_ptr<Source> train(const Options& o, Config config, LockedFolder run, Wake wake) {
  use_threads(o);
  const std::string name = run.path().string();
  return std::make_unique<LiveSource>(name, trainer_run(std::move(config), std::move(run)), std::move(wake));
}

Sources race(const Options& o, Config config, const LockedFolder& folder, const Wake& wake) {
  use_threads(o);
  return start_race(std::move(config), folder.path(), wake);
}

Sources training_source(const Options& o, Wake wake) {
  Config config = read_config(o.train);
  if (!o.data.empty()) config.data.source = o.data;
  if (!names_images(config.data.source)) validate(config);
  check_input(o.out.empty() || !RunFolder{o.out}.has_run(), "--out: {} already contains a run (name another folder)",
              o.out);
  return alone(train(o, std::move(config), o.out.empty() ? new_run("live") : LockedFolder(o.out), std::move(wake)));
}

/// What the window's own dialog opens and trains.
Opener dialog_opener(const Options& o, const Wake& wake) {
  return {[o, wake](const std::string& path) { return open_sources(path, wake, checkpoint(o)); },
          [o, wake](const TrainRequest& request) {
            // What is illegal, or cannot be read, is told before the run is begun.
            Config config = config_of(request);
            if (!names_images(request.data)) Corpus(request.data);
            if (request.race) return race(o, std::move(config), new_run("race"), wake);
            return alone(train(o, std::move(config), new_run("live"), wake));
          }};
}

/// Says on stderr which weights write text where a run has several.
void tell_weights(const Options& o, const fs::path& path) {
  std::error_code ignored;
  for (const fs::path& run : runs_in(path)) {
    if (find_weights(run).empty()) continue;  // a recording alone
    const std::string note = weights_of(run, checkpoint(o)).note;
    if (!note.empty()) tell(note);
  }
}

/// The folder of what comes with the program; empty when it is not there.
fs::path bundled() {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const fs::path& beside : {program / "share", program / ".." / "share"})
    if (const fs::path found = beside / "tinymor"; fs::exists(found, ignored)) return found;
  return {};
}

/// When nothing is named: the runs that were trained when this program was built.
std::string path_or_bundled(const Options& o) {
  if (!o.path.empty()) return o.path;
  const fs::path runs = bundled() / "first-runs";
  check_input(fs::exists(runs), "tinymor-viz: nothing to show (name a run folder, or make one with ./run.sh demo)");
  return runs.string();
}

std::vector<std::string> all_paths(const Options& o) {
  return o.paths.size() > 1 ? o.paths : std::vector{path_or_bundled(o)};
}

Sources open_named(const Options& o, const Wake& wake) {
  const std::vector<std::string> paths = all_paths(o);
  for (const std::string& path : paths) tell_weights(o, path);
  return open_sources(std::vector<fs::path>(paths.begin(), paths.end()), wake, checkpoint(o));
}

/// Puts the window into the state that the command line asks for: the scene, then what is named beside it.
void prepare(const Options& o, AppState& state, const Source& source) {
  take_bundled(bundled(), state);
  if (!o.lesson.empty()) {
    state.lessons.push_back(read_lesson(o.lesson));
    enter_lesson(state, source, int(state.lessons.size()) - 1, 0);
  }
  state.plain = o.plain;
  if (o.plain) {
    state.theme = theme_of_files;
    state.curve_axis = CurveAxis::steps;
    state.glossary.clear();
  }
  if (!o.scene.empty()) apply_scene(state, source, read_scene(o.scene), o.scene);
  if (o.zoom) state.zoom = float(*o.zoom / 100);
  if (!o.panel.empty()) state.maximised = o.panel;
  const RunHistory& history = source.history();
  if (o.at >= 0) state.playback.jump(history.snapshot_at(o.at), history.snapshot_count());
}

/// A picture of a snapshot other than the one that --at asks for would be a wrong answer.
void check_at(const Source& source, int64_t step) {
  const RunHistory& history = source.history();
  const int64_t first = history.snapshot_count() > 0 ? history.snapshot_step(0) : 0;
  check_input(step < 0 || (history.snapshot_count() > 0 && first <= step),
              "--at: there is no snapshot at or before step {} (the first is at step {})", step, first);
}

/// What a scene opens in a picture; nobody would see it train.
Opener opener_without_window(const Options& o) {
  return {[o](const std::string& path) {
            return open_sources(
                path, [] {}, checkpoint(o));
          },
          [](const TrainRequest& request) -> Sources {
            throw InputError(fmt::format("do {}: it needs the window (leave the line out, or use {} train)",
                                         request.race ? "race" : "train", program()));
          }};
}

void without_window(const Options& o, const WindowOptions& window) {
  check_input(o.train.empty(), "--train: needs the window (leave out what needs no display, or use {} train)",
              program());
  const Opener opener = opener_without_window(o);
  Sources sources = open_named(o, [] {});
  Source& first = *sources.front();
  check_at(first, o.at);
  Headless headless(first, window.width, window.height, ui::FontSource::system, opener);
  App& app = headless.app();
  AppState& state = app.state();
  app.show(std::move(sources));
  prepare(o, state, first);
  state.bare = !o.panel.empty();
  // A scene may ask for texts and experiments, some of them later: the result shows all of them finished.
  const auto busy = [&] {
    app.source().poll();
    const Generation& g = app.source().generation();
    const Experiment& tried = state.tried;
    return g.running || g.looking || g.surveying ||
           (tried.changes_something() && !(g.outcome && g.outcome->experiment == tried));
  };
  constexpr int enough = 6;  // a panel may ask for more, and what a frame measures places the next
  for (int quiet = 0; quiet < enough; ++quiet) {
    while (busy()) {
      Sampling at_once = state.request;
      at_once.pace = 0;  // nobody watches
      app.source().adjust(at_once);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    // The later lines of a scene do not wait for their times.
    const double next = state.script.empty() ? 0 : state.script.front().seconds - state.script_seconds;
    headless.frames(1, std::max(1.0 / 60, next));
    check_input(state.refused.empty(), "{}", state.refused);
    if (busy() || !state.waiting.empty() || !state.script.empty()) quiet = -1;
  }
  if (o.text) fmt::print("{}", for_stdout(app.text(o.panel)));
  if (!o.csv.empty()) write_file_atomically(o.csv, app.csv(o.panel));
  if (!o.png.empty()) write_png(headless.picture(), o.png);
  if (!o.svg.empty()) write_file_atomically(o.svg, headless.drawing());
}

void run(const Options& o) {
  WindowOptions window = window_options(o);
  check_panel(o.panel);
  check_results(o);
  check_input(o.train.empty() || o.path.empty(), "--train: a run is named too (leave out {} or --train)",
              cited(o.path));
  check_input(!o.train.empty() || (o.data.empty() && o.out.empty()), "--data, --out: only with --train CONFIG.toml");
  check_input(!o.plain || (!o.panel.empty() && !(o.png.empty() && o.svg.empty())),
              "--plain: is for a picture of one panel (name --panel and --png or --svg)");
  if (o.text || !o.png.empty() || !o.svg.empty() || !o.csv.empty()) return without_window(o, window);
  std::error_code ignored;
  for (const std::string& each : o.train.empty() ? all_paths(o) : std::vector<std::string>())
    check_input(
        fs::exists(each, ignored),
        "{}: there is no such file or folder (name a run folder, a .mortrace, .safetensors, .scene or .lesson file)",
        each);
  const bool first_run = o.path.empty() && o.train.empty() && o.at < 0 && o.scene.empty() && o.lesson.empty();
  window.prepare = [&](AppState& state, const Source& source) {
    prepare(o, state, source);
    if (first_run) state.story.toggle();
  };
  run_window(
      window, [&](Wake wake) { return o.train.empty() ? open_named(o, wake) : training_source(o, std::move(wake)); },
      [&](const Wake& wake) { return dialog_opener(o, wake); });
}

/// A lesson that is named instead of a run is played on the bundled runs; a scene says which run it is for.
void take_scene_or_lesson(Options& o) {
  for (const std::string& path : o.paths)
    check_input(o.paths.size() == 1 || kind_of(path) == PathKind::run,
                "{}: only runs can be shown beside each other (name it alone)", path);
  if (!o.paths.empty()) o.path = o.paths.front();
  const PathKind kind = kind_of(o.path);
  if (kind == PathKind::lesson) o.lesson = std::exchange(o.path, "");
  if (kind == PathKind::scene) {
    check_input(o.scene.empty(), "--scene: the path is a scene, too (leave out one)");
    o.scene = std::exchange(o.path, "");
  }
  if (o.path.empty() && !o.scene.empty()) o.path = run_of_scene(read_scene(o.scene), o.scene);
}

void run(int argc, char** argv) {
  Options options;
  CLI::App cli(
      "tinymor-viz: shows how deep a model thinks about every token, while it trains, afterwards and while it writes");
  declare(cli, options);
  check_numbers(cli);
  try {
    cli.parse(argc, argv);
    take_scene_or_lesson(options);
    run(options);
  } catch (const CLI::Success& said) {  // --help, --version
    cli.exit(said);
  } catch (const CLI::ParseError& error) {
    throw InputError(fmt::format("arguments: {} (see {} --help)", error.what(), program("tinymor-viz")));
  }
  flush_output();
}

}  // namespace

int main(int argc, char** argv) {
  set_program(argv[0]);
  return run_program([&] { run(argc, argv); });
}
