#include "visualizer/runs/trainer_run.h"

#include <future>

#include "trainer/experiments/run_cost.h"
#include "trainer/loop/image_trainer.h"
#include "visualizer/runs/model_decoder.h"

namespace tinymor {
namespace {

/// Tells how long a run will take and how much memory, if that is a lot.
Beforehand cost_told(const LiveRun::Tell& tell) {
  return [tell](const Config& config, int64_t steps) {
    if (const std::string text = advice(config, steps); !text.empty()) tell(text);
  };
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

  void train(Observer& observer, Control& control) override {
    trainer_->add_observer(observer);
    trainer_->run(&control);
  }

  // Between two steps the training thread makes the copy itself; after the last step no other thread uses the weights.
  std::unique_ptr<Decoder> decoder(Control& control, const std::atomic<bool>& ended,
                                   const std::atomic<bool>& cancelled) override {
    auto promised = std::make_shared<std::promise<std::shared_ptr<const Model>>>();
    std::future<std::shared_ptr<const Model>> copy = promised->get_future();
    control.post([promised](const Model& model) { promised->set_value(std::make_shared<const Model>(model.clone())); });
    while (copy.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) {
      if (cancelled) return nullptr;
      if (ended) return decoder_over(std::make_shared<const Model>(trainer_->model().clone()));
    }
    return decoder_over(copy.get());
  }

 private:
  std::unique_ptr<Decoder> decoder_over(std::shared_ptr<const Model> model) const {
    return model_decoder({std::move(model), tokenizer()});
  }

  Config config_;
  LockedFolder run_;
  std::shared_ptr<Trainer> trainer_;
};

class ImageRun : public LiveRun {
 public:
  ImageRun(Config config, LockedFolder run) : config_(std::move(config)), run_(std::move(run)) {}

  RunInfo prepare(const Tell& tell) override {
    constexpr int64_t patch_size = 7;
    trainer_ = std::make_unique<ImageTrainer>(config_, std::move(run_), patch_size, cost_told(tell));
    for (const std::string& note : trainer_->notes()) tell(note);
    return trainer_->info();
  }

  void train(Observer& observer, Control& control) override {
    trainer_->add_observer(observer);
    trainer_->run(&control);
  }

  bool writes() const override { return false; }
  std::unique_ptr<Decoder> decoder(Control&, const std::atomic<bool>&, const std::atomic<bool>&) override {
    return nullptr;
  }

 private:
  Config config_;
  LockedFolder run_;
  std::unique_ptr<ImageTrainer> trainer_;
};

}  // namespace

std::unique_ptr<LiveRun> trainer_run(Config config, LockedFolder run) {
  if (names_images(config.data.source)) return std::make_unique<ImageRun>(std::move(config), std::move(run));
  return std::make_unique<TrainerRun>(std::move(config), std::move(run));
}

}  // namespace tinymor
