#include "visualizer/runs/race.h"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "mor/twins.h"
#include "tensor/error.h"
#include "trainer/loop/image_trainer.h"
#include "visualizer/runs/trainer_run.h"

namespace tinymor {
namespace {

/// Tells another observer everything, and the others of a race how far the runner is.
class TurnTaker : public Observer {
 public:
  TurnTaker(Observer& to, Turns& turns, size_t runner) : to_(to), turns_(turns), runner_(runner) {}

  void on(const Event& event) override {
    to_.on(event);
    hear(event, [this](const StepMetrics& metrics) { turns_.note(runner_, metrics.step); });
  }

 private:
  Observer& to_;
  Turns& turns_;
  size_t runner_;
};

class RunnerRun : public LiveRun {
 public:
  RunnerRun(std::shared_ptr<Turns> turns, size_t runner, std::unique_ptr<LiveRun> run)
      : turns_(std::move(turns)), runner_(runner), run_(std::move(run)) {}

  RunInfo prepare(const Tell& tell) override {
    return leaving_on_error([&] { return run_->prepare(tell); });
  }

  std::shared_ptr<const Tokenizer> tokenizer() const override { return run_->tokenizer(); }

  void begin(Observer& observer, Control& control) override {
    control_ = &control;
    turns_->enter(runner_, control);
    taker_.emplace(observer, *turns_, runner_);
    leaving_on_error([&] { run_->begin(*taker_, control); });
  }

  Next advance() override {
    if (!turns_->has_turn(runner_) && !control_->stopping()) return Next::wait;
    const Next next = leaving_on_error([&] { return run_->advance(); });
    if (next == Next::end) turns_->leave(runner_);
    return next;
  }

  std::unique_ptr<Decoder> decoder(Control& control, const std::atomic<bool>& ended,
                                   const std::atomic<bool>& cancelled) override {
    return run_->decoder(control, ended, cancelled);
  }

 private:
  template <class Work>
  std::invoke_result_t<Work> leaving_on_error(Work work) {
    try {
      return work();
    } catch (...) {
      turns_->leave(runner_);
      throw;
    }
  }

  std::shared_ptr<Turns> turns_;
  size_t runner_;
  std::unique_ptr<LiveRun> run_;
  Control* control_ = nullptr;
  std::optional<TurnTaker> taker_;
};

}  // namespace

Turns::Turns(std::vector<int64_t> steps) {
  for (int64_t count : steps) runners_.push_back({.steps = count});
}

void Turns::enter(size_t runner, Control& control) {
  const std::lock_guard lock(mutex_);
  runners_[runner].control = &control;
}

bool Turns::has_turn(size_t runner) const {
  const std::lock_guard lock(mutex_);
  const auto first = std::min_element(runners_.begin(), runners_.end(), [](const Runner& a, const Runner& b) {
    return std::pair(a.left, a.share) < std::pair(b.left, b.share);
  });
  return size_t(first - runners_.begin()) == runner;
}

void Turns::note(size_t runner, int64_t step) {
  const std::lock_guard lock(mutex_);
  runners_[runner].share = double(step) / double(runners_[runner].steps);
  wake_all();
}

void Turns::leave(size_t runner) {
  const std::lock_guard lock(mutex_);
  runners_[runner].left = true;
  runners_[runner].control = nullptr;
  wake_all();
}

void Turns::wake_all() const {
  for (const Runner& runner : runners_)
    if (runner.control) runner.control->wake();
}

std::unique_ptr<LiveRun> runner_of(std::shared_ptr<Turns> turns, size_t runner, std::unique_ptr<LiveRun> run) {
  return std::make_unique<RunnerRun>(std::move(turns), runner, std::move(run));
}

Sources start_race(Config config, const std::filesystem::path& folder, const std::function<void()>& wake) {
  check_input(!names_images(config.data.source), "race: is between models of text (give a text)");
  validate(config);
  struct Entrant {
    const char* name;
    ModelConfig model;
  };
  std::vector<Config> configs;
  std::vector<int64_t> steps;
  const std::vector<Entrant> entrants = {
      {"mor", config.model}, {"vanilla", vanilla_twin(config.model)}, {"recursive", recursive_twin(config.model)}};
  for (const Entrant& entrant : entrants) {
    configs.push_back(config);
    configs.back().model = entrant.model;
    configs.back().train.steps = steps_of_equal_flops(config.model, entrant.model, config.train.steps);
    steps.push_back(configs.back().train.steps);
  }
  const auto turns = std::make_shared<Turns>(steps);
  Sources sources;
  for (size_t i = 0; i < entrants.size(); ++i) {
    const std::filesystem::path run = folder / entrants[i].name;
    sources.push_back(std::make_unique<LiveSource>(
        run.string(), runner_of(turns, i, trainer_run(configs[i], LockedFolder(run))), wake));
  }
  return sources;
}

}  // namespace tinymor
