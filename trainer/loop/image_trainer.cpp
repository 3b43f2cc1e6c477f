#include "trainer/loop/image_trainer.h"

#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "datasets/batches.h"
#include "datasets/fingerprint.h"
#include "mor/checkpoint.h"
#include "mor/image_trace.h"
#include "mor/sharing.h"
#include "mor/whole.h"
#include "tensor/error.h"
#include "tensor/safetensors.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

/// Held-out images that a run looks at while it trains: how many its snapshots show, and how many it is judged by.
constexpr int64_t kShown = 12, kJudged = 256;

/// At most `count` of the images, from number `first` on.
Images some(const Images& images, int64_t first, int64_t count) {
  std::vector<int64_t> indices(std::min(count, images.labels.count() - first));
  std::iota(indices.begin(), indices.end(), first);
  return take(images, indices);
}

Tensor cut(const Tensor& pixels, PatchSize patch) {
  return patches(pixels, patch.height, patch.width);
}

}  // namespace

uint64_t fingerprint_of(const ImageSplit& split) {
  uint64_t all = fingerprint("");
  const auto add = [&](const auto& numbers) {
    all = fingerprint({reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()}, all);
  };
  for (const Images* part : {&split.train, &split.held_out}) {
    add(part->pixels.values());
    add(part->labels.values());
  }
  return all;
}

Config image_defaults() {
  Config c = Config::defaults();
  c.data.source = "digits";
  c.model.d_model = 64;
  c.model.d_ff = 192;
  c.train.batch_size = 32;
  c.train.steps = 1500;
  c.train.lr = 1.5e-3;
  return c;
}

Judgement judge(const ImageModel& model, const Images& images, int64_t max_depth) {
  const NoGrad off;
  const ImageConfig& config = model.config();
  const int64_t count = images.labels.count(), tokens = 1 + config.patches();
  Judgement judged;
  judged.depths.resize(layer_map(config.model).recursions);
  double right = 0, recursions = 0;
  for (int64_t first = 0; first < count; first += 64) {
    const Images part = some(images, first, 64);
    const Tensor rows = cut(part.pixels, config.patch), inks = mean(rows, {2});
    const ForwardResult result = model.forward(rows, {.max_depth = max_depth});
    const int64_t seen = part.labels.count();
    judged.loss += training_loss(config.model, result, part.labels).lm * double(seen) / double(count);
    const IntTensor predicted = argmax(result.logits.value(), 1);
    for (int64_t i = 0; i < seen; ++i) right += predicted.data()[i] == part.labels.data()[i];
    for (int64_t i = 0; i < seen * tokens; ++i) {
      if (i % tokens == 0) continue;
      recursions += result.depth[i];
      Judgement::Taken& taken = judged.depths[result.depth[i] - 1];
      ++taken.patches;
      taken.ink += double(inks.at({i / tokens, i % tokens - 1}));
    }
  }
  judged.accuracy = right / double(count);
  judged.mean_depth = recursions / double(count * (tokens - 1));
  return judged;
}

ImageSnapshot snapshot_of(const ImageModel& model, const Images& images, int64_t first, int64_t count, int64_t step) {
  const ImageConfig& config = model.config();
  const Images seen = some(images, first, count);
  const auto size = int32_t(config.image_size), rows = int32_t(config.patch_rows()),
             columns = int32_t(config.patch_columns());
  ImageSnapshot snapshot{step, size, size, rows, columns, {}};
  for (ImageTrace& traced : trace(model, cut(seen.pixels, config.patch))) {
    const auto i = int64_t(snapshot.images.size());
    snapshot.images.push_back({std::move(traced), {}, seen.labels.data()[i]});
    const Tensor pixels = seen.pixels.select(0, i);
    for (Real ink : pixels.values()) snapshot.images[i].pixels.push_back(level_of(ink));
  }
  return snapshot;
}

class ImageTrainer::Pictures : public Task {
 public:
  /// `complete` is of the model of `shape`, which is resolved.
  Pictures(Config complete, const ImageConfig& shape, ImageSplit split)
      : Task(std::move(complete), fingerprint_of(split)), images(std::move(split)), weights(shape, config.train.seed) {}

  const ImageSplit images;
  ImageModel weights;

  RunInfo info() const override;
  Module& model() override { return weights; }
  std::string checkpoint() const override { return write_checkpoint(weights); }
  Pass pass(int64_t step, int64_t micro, const ForwardOptions& options) const override;
  void balance(std::span<const double> load) override { weights.balance(load); }
  std::unique_ptr<HeldOut> evaluation() const override;
  void tell_snapshot(Observers& observers, int64_t step, SnapshotParts parts) override;
};

RunInfo ImageTrainer::Pictures::info() const {
  RunInfo info{config_to_toml(config), {}};
  for (int64_t label = 0; label < images.train.classes; ++label) info.vocabulary.push_back(std::to_string(label));
  return info;
}

Task::Pass ImageTrainer::Pictures::pass(int64_t step, int64_t micro, const ForwardOptions& options) const {
  const TrainConfig& train = config.train;
  const Images batch =
      take(images.train, draw_batch(images.train.labels.count(), train.batch_size, train.seed, step, micro));
  Pass pass{weights.forward(cut(batch.pixels, weights.config().patch), options), {}};
  pass.loss = training_loss(config.model, pass.result, batch.labels);
  return pass;
}

namespace {

class HeldOutImages : public HeldOut {
 public:
  HeldOutImages(const ImageModel& model, Images images) : model_(model), images_(std::move(images)) {}

  bool advance() override {
    judged_ = judge(model_, images_);
    return false;
  }
  EvalMetrics result() const override { return {0, judged_.loss, judged_.loss, judged_.mean_depth}; }

 private:
  const ImageModel& model_;
  const Images images_;
  Judgement judged_{};
};

}  // namespace

std::unique_ptr<HeldOut> ImageTrainer::Pictures::evaluation() const {
  return std::make_unique<HeldOutImages>(weights, some(images.held_out, 0, kJudged));
}

void ImageTrainer::Pictures::tell_snapshot(Observers& observers, int64_t step, SnapshotParts) {
  ImageModel now = weights;
  now.unshare();
  observers.tell_later(
      [now, seen = some(images.held_out, 0, kShown), step] { return snapshot_of(now, seen, 0, kShown, step); });
}

std::unique_ptr<ImageTrainer::Pictures> ImageTrainer::new_pictures(Config config, int64_t steps_done,
                                                                   const Beforehand& beforehand) {
  validate(config);
  check_input(config.train.teacher.empty(),
              "train.teacher: a model of images learns from its pictures alone (leave it out)");
  ImageSplit images = load_images(config.data.source);
  config.data.source = resolve_images_source(config.data.source);  // resuming may start elsewhere
  const Shape size = images.train.pixels.shape();
  check_input(size[1] == size[2], "{}: images {} are not square (crop them)", config.data.source, size);
  if (config.data.patch.empty()) {
    const auto [height, width] = usual_patch(config.data.source, size[1]);
    config.data.patch = to_text({height, width});
  }
  ImageConfig shape{config.model, size[1], *patch_size_of(config.data.patch), images.train.classes};
  shape.resolve();
  config.model = shape.model;
  if (beforehand) beforehand(config, steps_done);
  return std::make_unique<Pictures>(std::move(config), shape, std::move(images));
}

std::unique_ptr<ImageTrainer::Pictures> ImageTrainer::saved_pictures(const RunFolder& folder,
                                                                     const Resumption& resumption,
                                                                     const Beforehand& beforehand) {
  Config config = resumed_config(folder, resumption);
  const auto weights = read_safetensors(folder.trainer()).tensors;
  const auto reads = weights.find("model.patch_embed.weight");
  check_input(reads != weights.end() && reads->second.rank() == 2,
              "{}: is not a run on images (go on with one on text: {} train --resume --out {})", folder.path.string(),
              program(), shell_path(folder.path.string()));
  if (config.data.patch.empty())  // then it is a square
    config.data.patch = to_text(std::lround(std::sqrt(double(reads->second.dim(1)))));
  return new_pictures(std::move(config), read_progress(folder).step, beforehand);
}

ImageTrainer::ImageTrainer(Config config, LockedFolder run, const Beforehand& beforehand)
    : ImageTrainer{(check_unused(run), std::move(run)), new_pictures(std::move(config), 0, beforehand)} {}

ImageTrainer ImageTrainer::resume(LockedFolder run, const Resumption& resumption, const Beforehand& beforehand) {
  std::unique_ptr<Pictures> pictures = saved_pictures(origin_of(run, resumption), resumption, beforehand);
  return {std::move(run), std::move(pictures), resumption};
}

ImageTrainer::ImageTrainer(LockedFolder folder, std::unique_ptr<Pictures> pictures)
    : TrainingLoop(std::move(folder), std::move(pictures)) {}
ImageTrainer::ImageTrainer(LockedFolder folder, std::unique_ptr<Pictures> pictures, const Resumption& resumption)
    : TrainingLoop(std::move(folder), std::move(pictures), resumption) {}

const ImageTrainer::Pictures& ImageTrainer::pictures() const {
  return static_cast<const Pictures&>(task());
}
const ImageModel& ImageTrainer::model() const {
  return pictures().weights;
}
const Images& ImageTrainer::held_out() const {
  return pictures().images.held_out;
}

}  // namespace tinymor
