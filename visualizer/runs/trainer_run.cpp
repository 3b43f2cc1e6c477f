#include "visualizer/runs/trainer_run.h"

#include <future>

#include "tensor/threads.h"
#include "trainer/experiments/run_cost.h"
#include "trainer/loop/image_trainer.h"
#include "visualizer/runs/model_decoder.h"

namespace tinymor {
namespace {

/// Tells how long a run will take and how much memory.
Beforehand cost_told(const LiveRun::Tell& tell) {
  return [tell](const Config& config, int64_t done) { tell(advice(config, config.train.steps - done)); };
}

/// A copy of the weights of a run as they are now; null once `cancelled`. Between two steps the training thread makes
/// it; after the last step, when `ended`, no other thread uses the weights, and where there are no threads never.
template <class SomeModel>
std::shared_ptr<const SomeModel> copy_of(const SomeModel& model, Control& control, const std::atomic<bool>& ended,
                                         const std::atomic<bool>& cancelled) {
  const auto copy_now = [&model] {
    auto copy = std::make_shared<SomeModel>(model);
    copy->unshare();
    return std::shared_ptr<const SomeModel>(std::move(copy));
  };
  if (!has_threads()) return copy_now();
  auto promised = std::make_shared<std::promise<std::shared_ptr<const SomeModel>>>();
  auto copy = promised->get_future();
  control.post([promised, copy_now] { promised->set_value(copy_now()); });
  while (copy.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) {
    if (cancelled) return nullptr;
    if (ended) return copy_now();
  }
  return copy.get();
}

class TrainerRun : public LiveRun {
 public:
  TrainerRun(Config config, LockedFolder run) : config_(std::move(config)), run_(std::move(run)) {}

  RunInfo prepare(const Tell& tell) override {
    trainer_ = std::make_shared<Trainer>(config_, std::move(run_), std::nullopt, cost_told(tell));
    for (const std::string& note : trainer_->notes()) tell(note);
    return trainer_->info();
  }

  std::shared_ptr<const Tokenizer> tokenizer() const override { return {trainer_, &trainer_->tokenizer()}; }

  void begin(Observer& observer, Control& control) override {
    trainer_->add_observer(observer);
    control_ = &control;
  }
  Next advance() override { return trainer_->advance(control_); }

  std::unique_ptr<Decoder> decoder(Control& control, const std::atomic<bool>& ended,
                                   const std::atomic<bool>& cancelled) override {
    auto model = copy_of(trainer_->model(), control, ended, cancelled);
    return model ? model_decoder({std::move(model), tokenizer()}) : nullptr;
  }

 private:
  Config config_;
  LockedFolder run_;
  std::shared_ptr<Trainer> trainer_;
  Control* control_ = nullptr;
};

class ImageRun : public LiveRun {
 public:
  ImageRun(Config config, LockedFolder run) : config_(std::move(config)), run_(std::move(run)) {}

  RunInfo prepare(const Tell& tell) override {
    trainer_ = std::make_unique<ImageTrainer>(config_, std::move(run_), cost_told(tell));
    for (const std::string& note : trainer_->notes()) tell(note);
    return trainer_->info();
  }

  void begin(Observer& observer, Control& control) override {
    trainer_->add_observer(observer);
    control_ = &control;
  }
  Next advance() override { return trainer_->advance(control_); }

  bool writes() const override { return false; }
  bool sees_images() const override { return true; }
  std::unique_ptr<Decoder> decoder(Control& control, const std::atomic<bool>& ended,
                                   const std::atomic<bool>& cancelled) override {
    auto model = copy_of(trainer_->model(), control, ended, cancelled);
    return model ? image_decoder(std::move(model)) : nullptr;
  }

 private:
  Config config_;
  LockedFolder run_;
  std::unique_ptr<ImageTrainer> trainer_;
  Control* control_ = nullptr;
};

}  // namespace

std::unique_ptr<LiveRun> trainer_run(Config config, LockedFolder run) {
  if (names_images(config.data.source)) return std::make_unique<ImageRun>(std::move(config), std::move(run));
  return std::make_unique<TrainerRun>(std::move(config), std::move(run));
}

}  // namespace tinymor
