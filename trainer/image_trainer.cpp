#include "trainer/image_trainer.h"

#include <chrono>
#include <cmath>
#include <numeric>
#include <system_error>

#include "datasets/batches.h"
#include "mor/checkpoint.h"
#include "mor/image_trace.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/run_folder.h"
#include "trainer/schedule.h"

namespace tinymor {
namespace {

/// Held-out images that a run looks at while it trains: how many are recorded, and how many it is judged by.
constexpr int64_t kShown = 12, kJudged = 256;

/// At most `count` of the images, from number `first` on.
Images some(const Images& images, int64_t first, int64_t count) {
  std::vector<int64_t> indices(std::min(count, images.labels.count() - first));
  std::iota(indices.begin(), indices.end(), first);
  return take(images, indices);
}

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

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

Judgement judge(const ImageModel& model, const Images& images) {
  const NoGrad off;
  const int64_t count = images.labels.count(), tokens = 1 + model.config().patches();
  int64_t right = 0, recursions = 0;
  double loss = 0;
  for (int64_t first = 0; first < count; first += 64) {
    const Images part = some(images, first, 64);
    const ForwardResult result = model.forward(patches(part.pixels, model.config().patch_size));
    const int64_t seen = part.labels.count();
    loss += training_loss(model.config().model, result, part.labels).lm * double(seen);
    const IntTensor predicted = argmax(result.logits.value(), 1);
    for (int64_t i = 0; i < seen; ++i) right += predicted.data()[i] == part.labels.data()[i];
    for (size_t i = 0; i < result.depth.size(); ++i) recursions += i % tokens > 0 ? result.depth[i] : 0;
  }
  return {double(right) / double(count), loss / double(count), double(recursions) / double(count * (tokens - 1))};
}

ImageSnapshot snapshot_of(const ImageModel& model, const Images& images, int64_t first, int64_t count, int64_t step) {
  const ImageConfig& config = model.config();
  const Images seen = some(images, first, count);
  const auto size = int32_t(config.image_size), side = int32_t(config.patches_per_side());
  ImageSnapshot snapshot{step, size, size, side, side, {}};
  for (ImageTrace& traced : trace(model, patches(seen.pixels, config.patch_size))) {
    const auto i = int64_t(snapshot.images.size());
    snapshot.images.push_back({std::move(traced), {}, seen.labels.data()[i]});
    const Tensor pixels = seen.pixels.select(0, i);
    for (Real ink : pixels.values()) snapshot.images[i].pixels.push_back(uint8_t(std::lround(255 * ink)));
  }
  return snapshot;
}

ImageTrainer::ImageTrainer(Config config, std::filesystem::path run, int64_t patch_size)
    : config_(std::move(config)), run_(std::move(run)) {
  validate(config_);
  check_input(config_.train.grad_accumulation == 1, "train.grad_accumulation: is for text (give a larger batch_size)");
  check_input(!std::filesystem::exists(RunFolder{run_}.weights()), "{}: holds a model already (choose another --out)",
              run_.string());
  images_ = load_images(config_.data.source);
  const Shape size = images_.train.pixels.shape();
  check_input(size[1] == size[2], "{}: images {} are not square (crop them)", config_.data.source, size);
  ImageConfig shape{config_.model, size[1], patch_size, images_.train.classes};
  shape.resolve();
  config_.model = shape.model;
  model_ = std::make_unique<ImageModel>(shape, config_.train.seed);
  scores_ = std::make_unique<ScoreHistograms>(config_.model.n_recursions);
  make_folder(run_);
}

RunInfo ImageTrainer::info() const {
  RunInfo info{config_to_toml(config_), {}};
  for (int64_t label = 0; label < model_->config().classes; ++label) info.vocabulary.push_back(std::to_string(label));
  return info;
}

StepMetrics ImageTrainer::take_step(AdamW& optimizer, int64_t step, double lr_factor) {
  const double began = seconds_now();
  const TrainConfig& train = config_.train;
  const Images batch =
      take(images_.train, draw_batch(images_.train.labels.count(), train.batch_size, train.seed, step));
  const ForwardResult result =
      model_->forward(patches(batch.pixels, model_->config().patch_size), {.step = step, .probe = scores_.get()});
  scores_->on_depths(result.depth);
  const Loss loss = training_loss(config_.model, result, batch.labels);
  check(std::isfinite(loss.lm), "images: the loss of step {} is {} (lower train.lr)", step + 1, loss.lm);
  loss.total.backward();
  const double lr = lr_factor * learning_rate(train, step + 1), norm = optimizer.step(lr);
  if (step >= config_.model.router.capacity_warmup_steps) model_->balance(result.metrics.load);
  const double seconds = seconds_now() - began, tokens = double(result.depth.size());
  seconds_ += seconds;
  return {.step = step + 1,
          .seconds = seconds_,
          .loss = loss.lm,
          .aux_loss = loss.aux,
          .grad_norm = norm,
          .lr = lr,
          .tokens_per_second = tokens / seconds,
          .mean_depth = std::accumulate(result.depth.begin(), result.depth.end(), 0.0) / tokens,
          .sampling_accuracy = result.metrics.sampling_accuracy};
}

void ImageTrainer::tell_held_out(int64_t step, bool all) {
  const auto due = [&](int64_t every) { return all || (every > 0 && step % every == 0); };
  if (due(config_.train.record_every)) {
    ImageModel weights = *model_;
    weights.unshare();
    observers_.tell_later(&Observer::on_images,
                          [=, this] { return snapshot_of(weights, images_.held_out, 0, kShown, step); });
  }
  if (!due(config_.train.eval_every)) return;
  const Judgement judged = judge(*model_, some(images_.held_out, 0, kJudged));
  observers_.tell(&Observer::on_eval, {step, judged.loss, judged.loss, judged.mean_depth});
}

void ImageTrainer::run(Control* control) {
  const RunFolder folder{run_};
  recorder_ = std::make_unique<Recorder>(folder.recording(), info());
  observers_.add(*recorder_);
  const int64_t steps = config_.train.steps;
  AdamW optimizer = make_optimizer(config_.train, model_->parameters());
  tell_held_out(0, true);
  int64_t step = 0;
  const auto command = [&](const std::string& text) {
    observers_.tell(&Observer::on_event, {RunEvent::command, step, text});
  };
  for (; step < steps && (!control || control->between_steps(nullptr, command)); ++step) {
    const StepMetrics metrics = take_step(optimizer, step, control ? control->lr_factor() : 1);
    observers_.tell(&Observer::on_step, metrics);
    const bool last = metrics.step == steps || (control && control->stopping());
    if (last || metrics.step % kScoresEvery == 0) {
      const ScoreHistogram scores = scores_->take(metrics.step);
      if (!scores.taken.empty()) observers_.tell(&Observer::on_scores, scores);
    }
    tell_held_out(metrics.step, last || (control && control->take_record()));
  }
  if (control && control->stopping()) command("stopped");
  observers_.finish();
  write_file_atomically(folder.weights(), write_checkpoint(*model_));
  observers_.tell(&Observer::on_event, {RunEvent::checkpoint, step, "the model"});
}

}  // namespace tinymor
