#pragma once
// The training loop of models that tell images apart (mor/vit.h): shorter than a text's (trainer.h), because there is
// no tokenizer and a run is not resumed. It tells the same observers and obeys the same control.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "datasets/images.h"
#include "mor/vit.h"
#include "trainer/observers.h"
#include "trainer/score_histograms.h"
#include "trainer/trainer.h"

namespace tinymor {

/// What is trained with no file: it gets 99 of 100 generated digits right, after less than a minute on two cores.
Config image_defaults();

struct Judgement {
  double accuracy = 0, loss = 0, mean_depth = 0;  ///< share told apart; nats; recursions of the patches
};
Judgement judge(const ImageModel& model, const Images& images);

/// What the model makes of at most `count` of the images, from number `first` on.
ImageSnapshot snapshot_of(const ImageModel& model, const Images& images, int64_t first, int64_t count, int64_t step);

class ImageTrainer {
 public:
  /// A new run in the empty or missing folder `run`. Throws InputError when the images or the configuration are
  /// unusable, or a model is there already; writes nothing before all of it is known to be good.
  ImageTrainer(Config config, std::filesystem::path run, int64_t patch_size = 7);

  const Config& config() const { return config_; }
  const ImageModel& model() const { return *model_; }
  const Images& held_out() const { return images_.held_out; }
  /// The classes stand as the vocabulary.
  RunInfo info() const;

  /// Hears about every step from now on. The observer must outlive the trainer.
  void add_observer(Observer& observer) { observers_.add(observer); }
  /// Trains until the steps are done or `control`, which may be null, stops it; then saves the model.
  void run(Control* control = nullptr);

 private:
  StepMetrics take_step(class AdamW& optimizer, int64_t step, double lr_factor);
  void tell_held_out(int64_t step, bool all);

  Config config_;
  std::filesystem::path run_;
  ImageSplit images_;
  std::unique_ptr<ImageModel> model_;
  std::unique_ptr<ScoreHistograms> scores_;
  double seconds_ = 0;  // of training so far
  std::unique_ptr<Recorder> recorder_;
  Observers observers_;  // the recorder, too
};

}  // namespace tinymor
