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
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/terminal.h"
#include "trainer/commands/training.h"
#include "trainer/schedule.h"

namespace tinymor {
namespace {

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

ForwardResult look(const ImageModel& model, const Images& images) {
  return model.forward(patches(images.pixels, model.config().patch_size));
}

struct Judgement {
  double accuracy = 0, mean_depth = 0;  ///< share of the images told apart; recursions of their patches
};

Judgement judge(const ImageModel& model, const Images& images) {
  const int64_t count = images.labels.count(), patches = model.config().patches();
  int64_t right = 0, recursions = 0;
  for (int64_t first = 0; first < count; first += 64) {
    std::vector<int64_t> indices(std::min<int64_t>(64, count - first));
    std::iota(indices.begin(), indices.end(), first);
    const Images part = take(images, indices);
    const ForwardResult result = look(model, part);
    const IntTensor predicted = argmax(result.logits.value(), 1);
    for (size_t i = 0; i < indices.size(); ++i) right += predicted.data()[i] == part.labels.data()[i];
    for (size_t i = 0; i < result.depth.size(); ++i) recursions += i % (1 + patches) > 0 ? result.depth[i] : 0;
  }
  return {double(right) / double(count), double(recursions) / double(count * patches)};
}

/// Until the steps are done, or `control` stops it.
ImageModel train(const Config& config, const ImageConfig& shape, const Images& images, bool quiet,
                 const Control& control) {
  const TrainConfig& train = config.train;
  ImageModel model(shape, train.seed);
  AdamW optimizer = make_optimizer(train, model.parameters());
  const auto bar = quiet ? nullptr : std::make_unique<ProgressBar>(0, train.steps);
  const auto start = std::chrono::steady_clock::now();
  for (int64_t step = 0; step < train.steps && !control.stopping(); ++step) {
    const Images batch = take(images, draw_batch(images.labels.count(), train.batch_size, train.seed, step));
    const ForwardResult result = model.forward(patches(batch.pixels, shape.patch_size), {.step = step});
    const Loss loss = training_loss(shape.model, result, batch.labels);
    check(std::isfinite(loss.lm), "images: the loss of step {} is {} (lower train.lr)", step + 1, loss.lm);
    loss.total.backward();
    optimizer.step(learning_rate(train, step + 1));
    if (step >= shape.model.router.capacity_warmup_steps) model.balance(result.metrics.load);
    if (!bar) continue;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double tokens = double(result.depth.size());
    bar->on_step({.step = step + 1,
                  .seconds = seconds,
                  .loss = loss.lm,
                  .tokens_per_second = tokens * double(step + 1) / seconds,
                  .mean_depth = std::accumulate(result.depth.begin(), result.depth.end(), 0.0) / tokens});
  }
  return model;
}

/// Prints a picture, two pixels in a character on the colour of their patch's depth, and the depths beside it.
void draw(const ImageConfig& config, const Tensor& pixels, const std::vector<int32_t>& depth, bool tint) {
  constexpr const char* halves[] = {" ", "▀", "▄", "█"};
  const int64_t size = config.image_size, side = config.patches_per_side(), p = config.patch_size;
  const auto ink = [&](int64_t y, int64_t x) { return y < size && pixels.data()[y * size + x] > Real(0.4); };
  for (int64_t line = 0; line < std::max((size + 1) / 2, side); ++line) {
    std::string text;
    for (int64_t x = 0, y = 2 * line; x < size; ++x) {
      const std::string cell = halves[ink(y, x) + 2 * ink(y + 1, x)];
      text += tint && y < size ? tinted(cell, depth[y / p * side + x / p]) : cell;
    }
    text += " ";
    for (int64_t x = 0; line < side && x < side; ++x) text += fmt::format(" {}", depth[line * side + x]);
    fmt::print("{}\n", text);
  }
}

void report(const Options& options, const ImageModel& model, const Images& images) {
  const NoGrad off;
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
    const Images sample = take(images, {i});
    const ForwardResult seen = look(model, sample);
    const int32_t predicted = argmax(seen.logits.value(), 1).data()[0];
    const std::vector<int32_t> depth(seen.depth.begin() + 1, seen.depth.end());
    document["samples"].push_back({{"label", label}, {"predicted", predicted}, {"depth", depth}});
    if (options.json) continue;
    fmt::print("\na {}, taken for a {}\n", label, predicted);
    draw(model.config(), sample.pixels, depth, tint);
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
  const std::filesystem::path out = run_folder(options), file = out / "model.safetensors";
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
  const ImageModel model = train(config, shape, images.train, options.quiet, control);
  write_file_atomically(file, write_checkpoint(model));
  report(options, model, images.held_out);
  if (!options.quiet)
    fmt::print(stderr, "done: {}; judge it again with: tinymor images --eval {}\n", file.string(), out.string());
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
