#pragma once
// Runs on images: models that tell them apart (mor/vit.h), trained by the loop of training_loop.h.

#include <cstdint>
#include <memory>
#include <vector>

#include "datasets/images.h"
#include "mor/vit.h"
#include "trainer/loop/training_loop.h"

namespace tinymor {

/// The configuration without a file: it gets 99 of 100 generated digits right, after less than a minute on two cores.
Config image_defaults();

/// As datasets/fingerprint.h, of all images and labels.
uint64_t fingerprint_of(const ImageSplit& split);

struct Judgement {
  /// The patches that took one number of recursions.
  struct Taken {
    int64_t patches = 0;
    double ink = 0;  ///< sum of their mean pixels
  };
  double accuracy = 0, loss = 0, mean_depth = 0;  ///< share told apart; nats; recursions of the patches
  std::vector<Taken> depths;                      ///< of 1, 2, ... recursions
};
/// No patch takes more than `max_depth` recursions.
Judgement judge(const ImageModel& model, const Images& images, int64_t max_depth = ForwardOptions().max_depth);

/// What the model makes of at most `count` of the images, from number `first` on.
ImageSnapshot snapshot_of(const ImageModel& model, const Images& images, int64_t first, int64_t count, int64_t step);

class ImageTrainer : public TrainingLoop {
 public:
  /// A new run in the folder `run`, which must be empty. Throws InputError when the images or the configuration are
  /// unusable; writes nothing before all of it is known to be good.
  ImageTrainer(Config config, LockedFolder run, const Beforehand& beforehand = {});

  /// As Trainer::resume.
  static ImageTrainer resume(LockedFolder run, const Resumption& resumption = {}, const Beforehand& beforehand = {});

  const ImageModel& model() const;
  const Images& held_out() const;

 private:
  class Pictures;
  ImageTrainer(LockedFolder folder, std::unique_ptr<Pictures> pictures);
  ImageTrainer(LockedFolder folder, std::unique_ptr<Pictures> pictures, const Resumption& resumption);
  static std::unique_ptr<Pictures> new_pictures(Config config, int64_t steps_done, const Beforehand& beforehand);
  static std::unique_ptr<Pictures> saved_pictures(const RunFolder& folder, const Resumption& resumption,
                                                  const Beforehand& beforehand);
  const Pictures& pictures() const;
};

}  // namespace tinymor
