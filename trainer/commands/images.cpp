// `tinymor images`: the run on images is short, so that it is all here.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>

#include "datasets/batches.h"
#include "datasets/images.h"
#include "mor/checkpoint.h"
#include "mor/image_trace.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/terminal.h"
#include "trainer/commands/training.h"
#include "trainer/run_folder.h"
#include "trainer/schedule.h"

namespace tinymor {
namespace {

/// Held-out images that a run looks at while it trains: how many are recorded, and how many it is judged by.
constexpr int64_t kShown = 12, kJudged = 256;

struct Options : TrainingOptions {
  std::string eval, show;
  int64_t patch_size = 7;
  bool json = false;
};

/// What is trained with no file: it gets 99 of 100 generated digits right, after less than a minute on two cores.
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

/// At most `count` of the images, from number `first` on.
Images some(const Images& images, int64_t first, int64_t count) {
  std::vector<int64_t> indices(std::min(count, images.labels.count() - first));
  std::iota(indices.begin(), indices.end(), first);
  return take(images, indices);
}

struct Judgement {
  double accuracy = 0, loss = 0, mean_depth = 0;  ///< share told apart; nats; recursions of the patches
};

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

/// What the model makes of these images.
ImageSnapshot snapshot_of(const ImageModel& model, const Images& images, int64_t step) {
  const ImageConfig& config = model.config();
  const auto size = int32_t(config.image_size), side = int32_t(config.patches_per_side());
  ImageSnapshot snapshot{step, size, size, side, side, {}};
  for (ImageTrace& traced : trace(model, patches(images.pixels, config.patch_size))) {
    const auto i = int64_t(snapshot.images.size());
    snapshot.images.push_back({std::move(traced), {}, images.labels.data()[i]});
    const Tensor pixels = images.pixels.select(0, i);
    for (Real ink : pixels.values()) snapshot.images[i].pixels.push_back(uint8_t(std::lround(255 * ink)));
  }
  return snapshot;
}

using Observers = std::vector<std::unique_ptr<Observer>>;

/// Tells what the model makes of held-out images: of the first of them everything, and how well it does with more.
void tell_held_out(const TrainConfig& train, const ImageModel& model, const Images& images, int64_t step, bool last,
                   const Observers& observers) {
  const auto due = [&](int64_t every) { return step == 0 || last || (every > 0 && step % every == 0); };
  if (due(train.record_every)) {
    const ImageSnapshot snapshot = snapshot_of(model, some(images, 0, kShown), step);
    for (const auto& observer : observers) observer->on_images(snapshot);
  }
  if (!due(train.eval_every)) return;
  const Judgement judged = judge(model, some(images, 0, kJudged));
  for (const auto& observer : observers) observer->on_eval({step, judged.loss, judged.loss, judged.mean_depth});
}

/// Until the steps are done, or `control` stops it.
ImageModel train(const Config& config, const ImageConfig& shape, const ImageSplit& images, const Observers& observers,
                 const Control& control) {
  const TrainConfig& train = config.train;
  ImageModel model(shape, train.seed);
  AdamW optimizer = make_optimizer(train, model.parameters());
  const auto start = std::chrono::steady_clock::now();
  tell_held_out(train, model, images.held_out, 0, false, observers);
  for (int64_t step = 0; step < train.steps && !control.stopping(); ++step) {
    const Images batch =
        take(images.train, draw_batch(images.train.labels.count(), train.batch_size, train.seed, step));
    const ForwardResult result = model.forward(patches(batch.pixels, shape.patch_size), {.step = step});
    const Loss loss = training_loss(shape.model, result, batch.labels);
    check(std::isfinite(loss.lm), "images: the loss of step {} is {} (lower train.lr)", step + 1, loss.lm);
    loss.total.backward();
    const double lr = learning_rate(train, step + 1), norm = optimizer.step(lr);
    if (step >= shape.model.router.capacity_warmup_steps) model.balance(result.metrics.load);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double tokens = double(result.depth.size());
    const StepMetrics metrics{.step = step + 1,
                              .seconds = seconds,
                              .loss = loss.lm,
                              .aux_loss = loss.aux,
                              .grad_norm = norm,
                              .lr = lr,
                              .tokens_per_second = tokens * double(step + 1) / seconds,
                              .mean_depth = std::accumulate(result.depth.begin(), result.depth.end(), 0.0) / tokens,
                              .sampling_accuracy = result.metrics.sampling_accuracy};
    for (const auto& observer : observers) observer->on_step(metrics);
    tell_held_out(train, model, images.held_out, step + 1, step + 1 == train.steps || control.stopping(), observers);
  }
  return model;
}

/// Prints a picture, two pixels in a character on the colour of their patch's depth, and the depths beside it.
void draw(const ImageConfig& config, const SeenImage& seen, bool tint) {
  constexpr const char* halves[] = {" ", "▀", "▄", "█"};
  const int64_t size = config.image_size, side = config.patches_per_side(), p = config.patch_size;
  const auto ink = [&](int64_t y, int64_t x) { return y < size && seen.pixels[y * size + x] > 102; };
  for (int64_t line = 0; line < std::max((size + 1) / 2, side); ++line) {
    std::string text;
    for (int64_t x = 0, y = 2 * line; x < size; ++x) {
      const std::string cell = halves[ink(y, x) + 2 * ink(y + 1, x)];
      text += tint && y < size ? tinted(cell, seen.depth[y / p * side + x / p]) : cell;
    }
    text += " ";
    for (int64_t x = 0; line < side && x < side; ++x) text += fmt::format(" {}", seen.depth[line * side + x]);
    fmt::print("{}\n", text);
  }
}

void report(const Options& options, const ImageModel& model, const Images& images) {
  const Judgement judged = judge(model, images);
  const int64_t count = images.labels.count(), depths = model.config().model.n_recursions;
  const bool tint = options.show.empty() ? isatty(STDOUT_FILENO) != 0 : options.show == "depth";
  nlohmann::ordered_json document{{"images", count},
                                  {"accuracy", judged.accuracy},
                                  {"mean_depth", judged.mean_depth},
                                  {"samples", nlohmann::json::array()}};
  if (!options.json)
    fmt::print("{} held-out images: {:.2f} % right; their patches take {:.2f} recursions of {}\n{}", count,
               100 * judged.accuracy, judged.mean_depth, depths, tint ? depth_legend(depths) + "\n" : "");
  const std::span<const int32_t> labels = images.labels.values();
  for (int32_t label : {2, 5, 8}) {
    const int64_t i = std::find(labels.begin(), labels.end(), label) - labels.begin();
    if (i == count) continue;
    const SeenImage seen = snapshot_of(model, some(images, i, 1), 0).images[0];
    document["samples"].push_back({{"label", label}, {"predicted", seen.predicted}, {"depth", seen.depth}});
    if (options.json) continue;
    fmt::print("\na {}, taken for a {}\n", label, seen.predicted);
    draw(model.config(), seen, tint);
  }
  if (options.json) std::cout << document.dump() << "\n";
}

void evaluate_saved(const Options& options) {
  const std::filesystem::path path = options.eval;
  const ImageModel model =
      read_image_checkpoint(std::filesystem::is_directory(path) ? path / "model.safetensors" : path);
  const std::string source = options.data.empty() ? "digits" : options.data;
  const Images images = load_images(source).held_out;
  const Shape known{images.pixels.dim(0), model.config().image_size, model.config().image_size};
  check_input(images.pixels.shape() == known,
              "{}: has images {}, but the model knows {} (give images like those that it was trained on)", source,
              images.pixels.shape(), known);
  report(options, model, images);
}

void train_and_report(const Options& options) {
  Config config = configured(options, image_defaults());
  validate(config);
  check_input(config.train.grad_accumulation == 1, "train.grad_accumulation: is for text (give a larger batch_size)");
  const std::filesystem::path out = run_folder(options), file = RunFolder{out}.weights();
  check_input(!std::filesystem::exists(file), "{}: holds a model already (choose another --out)", out.string());
  const Control& control = interruptible();
  const ImageSplit images = load_images(config.data.source);
  const Shape size = images.train.pixels.shape();
  check_input(size[1] == size[2], "{}: images {} are not square (crop them)", config.data.source, size);
  ImageConfig shape{config.model, size[1], options.patch_size, images.train.classes};
  shape.resolve();
  std::error_code failed;
  std::filesystem::create_directories(out, failed);
  check_input(!failed, "{}: {} (choose another --out)", out.string(), failed.message());
  config.model = shape.model;
  RunInfo info{config_to_toml(config), {}};
  for (int64_t label = 0; label < shape.classes; ++label) info.vocabulary.push_back(std::to_string(label));
  Observers observers;
  observers.push_back(std::make_unique<Recorder>(RunFolder{out}.recording(), info));
  if (!options.quiet) observers.push_back(std::make_unique<ProgressBar>(0, config.train.steps));
  const ImageModel model = train(config, shape, images, observers, control);
  observers.clear();
  write_file_atomically(file, write_checkpoint(model));
  report(options, model, images.held_out);
  if (!options.quiet)
    fmt::print(stderr, "done: {0}; judge it again with: tinymor images --eval {0}; see it with: tinymor-viz {0}\n",
               out.string());
}

}  // namespace

void add_images_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "images", "Train a model that tells images apart, or judge one; draws depths",
                                  "tinymor images --data digits --out runs/digits\n"
                                  "  tinymor images --eval runs/digits --json");
  add_training_options(*command, *options, "(default: a small MoR model)");
  command->get_option("--data")->description("digits, or folder with the four IDX files of MNIST");
  command->add_option("--patch", options->patch_size, "Pixels of a patch's side")->capture_default_str();
  CLI::Option* eval = command->add_option("--eval", options->eval, "Judge this model, a folder or .safetensors file");
  for (const char* name : {"CONFIG", "--set", "--out", "--steps", "--seed", "--patch"})
    eval->excludes(command->get_option(name));
  command->add_option("--show", options->show, "Tint by depth, or plain (default: depth on a terminal)")
      ->check(CLI::IsMember({"depth", "plain"}));
  command->add_flag("--json", options->json, "Print one JSON document");
  command->callback([options] { options->eval.empty() ? train_and_report(*options) : evaluate_saved(*options); });
}

}  // namespace tinymor
