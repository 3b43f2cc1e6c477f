// What runs on text and runs on images have in common.

#include "trainer/loop/training_loop.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "datasets/batches.h"
#include "datasets/digits.h"
#include "datasets/images.h"
#include "support/catch.h"
#include "support/runs.h"
#include "support/temporary_folder.h"
#include "trainer/loop/image_trainer.h"
#include "trainer/loop/trainer.h"
#include "trainer/recording/recording.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

/// The two kinds of run, each on a little data in `folder`.
struct Kind {
  const char* name;
  Config config;
  std::function<std::unique_ptr<TrainingLoop>(const Config&, const fs::path&)> begin;
  std::function<std::unique_ptr<TrainingLoop>(const fs::path&, std::optional<int64_t>)> resume;
};

template <class Run>
Kind kind(const char* name, const Config& config) {
  return {name, config, [](const Config& c, const fs::path& run) { return std::make_unique<Run>(c, run); },
          [](const fs::path& run, std::optional<int64_t> steps) {
            return std::make_unique<Run>(Run::resume(run, {.steps = steps}));
          }};
}

std::vector<Kind> kinds(const fs::path& folder, int64_t steps) {
  write_images(make_digit_split(1, 20), folder / "digits");
  Config images = tiny(image_defaults(), steps);
  images.data.source = (folder / "digits").string();
  return {kind<Trainer>("text", tiny_text_run(folder, steps)), kind<ImageTrainer>("images", images)};
}

}  // namespace

TEST_CASE("runs on text and on images that were stopped, or killed between checkpoints, resume to the same bits") {
  const TemporaryFolder folder;
  for (const Kind& kind : kinds(folder.path(), 14)) {
    CAPTURE(kind.name);
    const fs::path at = folder.path() / kind.name;
    kind.begin(kind.config, at / "whole")->run();
    const auto whole = bits(at / "whole");
    CHECK(whole.at("metrics").find("\"topk_loss\"") != std::string::npos);

    for (const int64_t step : {0, 5}) {  // between checkpoints: the run saves where it stops
      CAPTURE(step);
      const fs::path stopped = at / std::to_string(step);
      train_until(std::move(*kind.begin(kind.config, stopped)), step);
      kind.resume(stopped, {})->run();
      CHECK(bits(stopped) == whole);
      const Recording recording = read_recording(stopped / "recording.mortrace");
      CHECK(recording.evals.size() == 4);                                // steps 0, 6, 12 and 14
      CHECK(recording.snapshots.size() + recording.images.size() == 4);  // steps 0, 5, 10 and 14
    }

    kill_run(
        at / "killed", 8, 11, [&] { return std::move(*kind.begin(kind.config, at / "killed")); },
        [&] { return std::move(*kind.resume(at / "killed", {})); });
    kind.resume(at / "killed", {})->run();
    CHECK(bits(at / "killed") == whole);
    const Recording recording = read_recording(at / "killed/recording.mortrace");
    CHECK(recording.notice.empty());
    CHECK(recording.steps.size() == 14);
    CHECK(recording.snapshots.size() + recording.images.size() == 4);  // steps 0, 5, 10 and 14

    const auto more = kind.resume(at / "whole", 15);
    more->run();
    CHECK(more->step() == 15);
  }
}

TEST_CASE("runs on text and on images save checkpoints on the way") {
  const TemporaryFolder folder;
  for (const Kind& kind : kinds(folder.path(), 6)) {
    CAPTURE(kind.name);
    kind.begin(kind.config, folder.path() / kind.name)->run();
    std::string told;
    for (const RunEvent& event : read_recording(folder.path() / kind.name / "recording.mortrace").events)
      if (event.kind != RunEvent::sample) told += fmt::format("{} {}; ", event.step, event.text);
    CHECK(told == "4 checkpoint; 6 checkpoint; ");
  }
}

TEST_CASE("a step of a run on images can accumulate the gradients of several batches") {
  const TemporaryFolder folder;
  Config config = kinds(folder.path(), 1)[1].config;
  config.train.grad_accumulation = 2;
  ImageTrainer trainer(config, folder.path() / "run");
  const Images images = load_images(config.data.source).train;
  double loss = 0;
  for (int64_t micro : {0, 1}) {
    const Images batch = take(images, draw_batch(images.labels.count(), 4, 1, 0, micro));
    const ForwardResult result = trainer.model().forward(patches(batch.pixels, 7, 7), {.step = micro});
    loss += training_loss(trainer.config().model, result, batch.labels).lm / 2;
  }
  trainer.run();
  CHECK(read_recording(folder.path() / "run/recording.mortrace").steps.at(0).loss == loss);
}

TEST_CASE(
    "ten losses in a row that are no numbers, or leap, end a run with its line, keep a checkpoint, and no observer "
    "hears more") {
  // Slow, so that a snapshot is still under way when the loss is found to be no number.
  struct Slow : Observer {
    std::atomic<int> heard{0};
    void on(const Event& event) override {
      if (!std::holds_alternative<Snapshot>(event) && !std::holds_alternative<ImageSnapshot>(event)) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      ++heard;
    }
  };
  const TemporaryFolder folder;
  int run = 0;
  for (Kind& kind : kinds(folder.path(), 200))
    for (const Routing routing : {Routing::expert_choice, Routing::token_choice})
      for (const double lr : {1e3, 1e10, 1e30}) {
        CAPTURE(kind.name, int(routing), lr);
        Config config = kind.config;
        config.model.routing = routing;
        config.train.lr = lr;
        config.train.warmup_steps = 0;
        config.train.record_every = 1;
        const fs::path at = folder.path() / std::to_string(++run);
        Slow observer;
        int heard = 0;
        {
          const auto trainer = kind.begin(config, at);
          trainer->add_observer(observer);
          CHECK_THROWS_WITH(trainer->run(), ContainsSubstring("training: the loss ") && ContainsSubstring(" step") &&
                                                ContainsSubstring("lower train.lr"));
          heard = observer.heard;
        }
        CHECK(observer.heard == heard);
        CHECK(heard > 0);
        CHECK(fs::exists(at / "model.safetensors"));
        const StepMetrics last = read_recording(at / "recording.mortrace").steps.back();
        CHECK((last.left_out == 10 || !std::isfinite(last.loss)));
      }
}

TEST_CASE("weights that have no loss any more are never saved, nor is such a run done") {
  const TemporaryFolder folder;
  struct Row {
    const char* name;
    int64_t steps, checkpoint_every, eval_every, stop;
  };
  for (const Kind& kind : kinds(folder.path(), 1))
    for (const Routing routing : {Routing::expert_choice, Routing::token_choice})
      for (const auto& [name, steps, checkpoint_every, eval_every, stop] : {Row{"last step", 1, 9, 9, 9},
                                                                            {"checkpoint", 9, 1, 9, 9},
                                                                            {"evaluation", 9, 9, 1, 9},
                                                                            {"stop", 9, 9, 9, 1}}) {
        CAPTURE(kind.name, int(routing), name);
        Config config = kind.config;
        config.model.routing = routing;
        config.train.lr = 1e10;
        config.train.warmup_steps = 0;
        config.train.steps = steps;
        config.train.checkpoint_every = checkpoint_every;
        config.train.eval_every = eval_every;
        const fs::path at = folder.path() / fmt::format("{}, {}, {}", kind.name, int(routing), name);
        const auto run = kind.begin(config, at);
        Control control;
        StopAt stopper(control, stop);
        run->add_observer(stopper);
        CHECK_THROWS_WITH(run->run(&control), ContainsSubstring("training: the loss after step 1 is ") &&
                                                  ContainsSubstring("lower train.lr"));
        CHECK(read_progress({at}).step == 0);
        CHECK(read_recording(at / "recording.mortrace").evals.size() == 1);
      }
}

TEST_CASE("every number of a step is recorded by the runs that have it, of text and of images") {
  const TemporaryFolder folder;
  for (const Kind& kind : kinds(folder.path(), 3)) {
    Config expert = kind.config, token = kind.config;
    expert.model.router.z_coeff = token.model.router.z_coeff = 0.01;
    token.model.routing = Routing::token_choice;
    token.model.kv_cache = KvStrategy::recursion_wise;
    // What both have, and what only one of them has.
    const std::vector<std::string> always{"loss",    "grad_norm",  "lr",     "tokens_per_second",
                                          "seconds", "mean_depth", "z_loss", "sampling_accuracy"};
    const std::vector<std::string> of_expert{"aux_loss"}, of_token{"balance_loss", "max_violation", "load_entropy"};
    for (const auto& [name, config, own] : {std::tuple("expert", expert, of_expert), {"token", token, of_token}}) {
      CAPTURE(kind.name, name);
      const fs::path run = folder.path() / kind.name / name;
      kind.begin(config, run)->run();
      std::istringstream lines(read_file(run / "metrics.jsonl"));
      int steps = 0;
      for (std::string line; std::getline(lines, line);) {
        const auto entry = nlohmann::json::parse(line);
        if (!entry.contains("loss")) continue;
        ++steps;
        for (const auto* keys : {&always, &own})
          for (const std::string& key : *keys) {
            CAPTURE(key);
            CHECK(entry.at(key).get<double>() != 0);
          }
      }
      CHECK(steps == 3);
      for (const StepMetrics& m : read_recording(run / "recording.mortrace").steps) {
        CHECK(m.z_loss > 0);
        CHECK((m.aux_loss > 0) == (own == of_expert));
        CHECK((m.balance_loss > 0) == (own == of_token));
        CHECK((m.load_entropy > 0) == (own == of_token));
        CHECK((m.max_violation > 0) == (own == of_token));
      }
    }
  }
}
