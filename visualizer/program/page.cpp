// The program of the page in a browser: the window on the bundled runs.

#include <algorithm>
#include <filesystem>
#include <string>

#include "datasets/corpus.h"
#include "tensor/threads.h"
#include "trainer/config.h"
#include "trainer/loop/image_trainer.h"
#include "trainer/loop/locked_folder.h"
#include "trainer/program.h"
#include "visualizer/runs/open_source.h"
#include "visualizer/runs/race.h"
#include "visualizer/runs/trainer_run.h"
#include "visualizer/shell/browser/browser.h"
#include "visualizer/shell/bundled.h"
#include "visualizer/shell/window.h"

namespace {

using namespace tinymor;
namespace fs = std::filesystem;

const fs::path share = "/share/tinymor";  // where the page's script puts what comes with the program

Sources train(const TrainRequest& request, const Wake& wake) {
  // What is illegal, or cannot be read, is told before the run is begun.
  Config config = config_of(request);
  if (!names_images(request.data)) Corpus(request.data);
  LockedFolder run = LockedFolder::first_unused(fs::path("runs") / (request.race ? "race" : "live"));
  if (request.race) return start_race(std::move(config), run.path(), wake);
  const std::string name = run.path().string();
  return alone(std::make_unique<LiveSource>(name, trainer_run(std::move(config), std::move(run)), wake));
}

Opener opener(const Wake& wake) {
  return {[wake](const std::string& path) { return open_sources(path, wake); },
          [wake](const TrainRequest& request) { return train(request, wake); }, ask_for_files, copy_link};
}

void run() {
  WindowOptions window;
  window.prepare = [](AppState& state, const Source&) {
    take_bundled(share, state);
    // A model that writes after two minutes on one thread; micro-batches so short that the page answers between two.
    state.open.request.keys = {"d_model=64", "max_seq_len=64", "batch_size=1", "grad_accumulation=32"};
    state.open.request.steps = 300;
    state.story.toggle();
  };
  run_window(
      window, [](const Wake& wake) { return open_sources(share / "first-runs", wake); }, opener);
}

}  // namespace

int main() {
  return run_program(run);
}
