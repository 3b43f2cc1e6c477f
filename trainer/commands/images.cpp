// `tinymor images`: trains a model that tells images apart, or judges one, and draws where it thinks.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>

#include "mor/checkpoint.h"
#include "mor/sharing.h"
#include "tensor/error.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/model_option.h"
#include "trainer/commands/terminal.h"
#include "trainer/commands/training.h"
#include "trainer/loop/image_trainer.h"
#include "trainer/loop/ranks.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

struct Options : TrainingOptions {
  ModelOption eval;
  std::string show;
  std::string patch;
  bool resume = false;
};

/// Prints a picture, two pixels in a character on the colour of their patch's depth, and the depths beside it.
void draw(const ImageConfig& config, const SeenImage& seen, bool tint) {
  constexpr const char* halves[] = {" ", "▀", "▄", "█"};
  const int64_t size = config.image_size, rows = config.patch_rows(), columns = config.patch_columns();
  const auto ink = [&](int64_t y, int64_t x) { return y < size && seen.pixels[y * size + x] > 102; };
  for (int64_t line = 0; line < std::max((size + 1) / 2, rows); ++line) {
    std::string text;
    for (int64_t x = 0, y = 2 * line; x < size; ++x) {
      const std::string cell = halves[ink(y, x) + 2 * ink(y + 1, x)];
      text += tint && y < size ? tinted(cell, seen.depth[y / config.patch.height * columns + x / config.patch.width])
                               : cell;
    }
    text += " ";
    for (int64_t x = 0; line < rows && x < columns; ++x) text += fmt::format(" {}", seen.depth[line * columns + x]);
    fmt::print("{}\n", text);
  }
}

/// Judges the model, prints that for people unless JSON is asked for, and returns what the JSON says.
nlohmann::ordered_json report(const Options& options, const ImageModel& model, const Images& images) {
  const Judgement judged = judge(model, images);
  const LayerMap map = layer_map(model.config().model);
  const int64_t count = images.labels.count(), depths = map.recursions;
  const bool wanted = options.show.empty() ? shows_colours(STDOUT_FILENO) : options.show == "depth";
  const bool drawn = !options.json && !options.quiet;
  const bool tint = drawn && wanted && depths > 1;  // a model without recursions has no depths
  nlohmann::ordered_json document{{"images", count},
                                  {"accuracy", judged.accuracy},
                                  {"mean_depth", judged.mean_depth},
                                  {"samples", nlohmann::json::array()}};
  if (!options.json)
    fmt::print("{} held-out images: {:.2f} % right; their patches take {}\n", count, 100 * judged.accuracy,
               depths > 1
                   ? fmt::format("{:.2f} {} of {}", judged.mean_depth, map.repeats ? "recursions" : "stages", depths)
                   : fmt::format("all {} layers", model.config().model.n_layers));
  for (size_t d = 0; depths > 1 && d < judged.depths.size(); ++d) {
    const auto& [patches, ink] = judged.depths[d];
    const double mean = patches > 0 ? ink / double(patches) : 0;
    const bool last = d + 1 == judged.depths.size();  // that is as judged
    const double capped = last ? judged.accuracy : judge(model, images, int64_t(d) + 1).accuracy;
    document["depths"].push_back(
        {{"depth", d + 1}, {"patches", patches}, {"mean_ink", mean}, {"accuracy_at_most", capped}});
    if (!options.json)
      fmt::print("depth {}: {} patches{}; at most {}: {:.2f} % right\n", d + 1, patches,
                 patches > 0 ? fmt::format(", mean ink {:.3f}", mean) : "", d + 1, 100 * capped);
  }
  if (tint) fmt::print("{}\n", depth_legend(depths));
  const std::span<const int32_t> labels = images.labels.values();
  for (int32_t label : {2, 5, 8}) {
    const int64_t i = std::find(labels.begin(), labels.end(), label) - labels.begin();
    if (i == count) continue;
    const SeenImage seen = snapshot_of(model, images, i, 1, 0).images[0];
    document["samples"].push_back({{"label", label}, {"predicted", seen.predicted}, {"depth", seen.depth}});
    if (!drawn) continue;
    const auto named = [](int32_t digit) { return fmt::format("{} {}", digit == 8 ? "an" : "a", digit); };
    fmt::print("\n{}, taken for {}\n", named(label), named(seen.predicted));
    draw(model.config(), seen, tint);
  }
  return document;
}

/// --data, or the images that the run held back, with a note where they have changed since.
Images judged_images(const Options& options) {
  if (!options.data.empty()) return load_images(options.data).held_out;
  const RunFolder run{options.eval.path};
  check_input(std::filesystem::exists(run.config()),
              "images: which images? (add --data FOLDER; {} is not a run folder with images of its own)",
              options.eval.path);
  const Config config = read_config(run.config());
  if (run.has_run()) check_kept(run, config);
  check_data_is_there(config);
  ImageSplit images = load_images(config.data.source);
  const std::string note = change_note(run, config.data.source, fingerprint_of(images));
  if (!note.empty() && !options.quiet) tell(note);
  return std::move(images.held_out);
}

void evaluate_saved(const Options& options) {
  const ImageModel model = read_image_checkpoint(chosen_weights(options.eval, options.quiet));
  const Images images = judged_images(options);
  const Shape known{images.pixels.dim(0), model.config().image_size, model.config().image_size};
  check_input(images.pixels.shape() == known,
              "{}: has images {}, but the model knows {} (give images like those that it was trained on)",
              options.data.empty() ? options.eval.path : options.data, images.pixels.shape(), known);
  const nlohmann::ordered_json document = report(options, model, images);
  if (options.json) print_json(document);
}

ImageTrainer open(const Options& options) {
  if (options.resume) {
    const Resumption changes = resumption(options);
    return ImageTrainer::resume(resumed_folder(options), changes, cost_adviser(options));
  }
  Config config = configured(options, image_defaults());
  if (!options.patch.empty()) config.data.patch = options.patch;
  return ImageTrainer(std::move(config), run_folder(options), cost_adviser(options));
}

void train_and_report(const Options& options) {
  check_input(Ranks::all().count() == 1, "images: takes one process (leave out mpirun, or use it with train)");
  ImageTrainer trainer = open(options);
  train_with_progress(trainer, options);
  nlohmann::ordered_json document = summary(trainer);
  const bool stopped = trainer.step() < trainer.config().train.steps;
  if (!stopped) document.update(report(options, trainer.model(), trainer.held_out()));
  if (options.json) print_json(document);
}

}  // namespace

void add_images_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "images", "Train a model that tells images apart, or judge one; draws depths",
                                  "tinymor images --data digits --out runs/digits\n"
                                  "  tinymor images --data spoken --out runs/spoken\n"
                                  "  tinymor images --eval runs/digits --json");
  add_training_options(*command, *options, "(default: a small MoR model)");
  command->get_option("--data")->description(
      "digits, spoken, or folder with the four IDX files of MNIST (default of --eval: what the run was trained on)");
  command->get_option("--quiet")->description("Print the results only");
  command->add_option("--patch", options->patch,
                      "Pixels of a patch: its side, or HEIGHTxWIDTH (default: a square of at most 8, which is 7 for "
                      "digits; 32x1, a moment, for spoken)");
  command->add_flag("--resume", options->resume, "Resume the run in --out exactly where it stopped")
      ->excludes(command->get_option("--patch"));
  CLI::Option* eval =
      command->add_option("--eval", options->eval.path, "Judge this model, a folder or .safetensors file");
  add_checkpoint_option(*command, options->eval.checkpoint)->needs(eval);
  for (const char* name : {"CONFIG", "--set", "--out", "--steps", "--seed", "--patch", "--resume"})
    eval->excludes(command->get_option(name));
  command->add_option("--show", options->show, "Tint by depth, or plain (default: depth on a terminal)")
      ->check(CLI::IsMember({"depth", "plain"}));
  command->callback([options] { options->eval.path.empty() ? train_and_report(*options) : evaluate_saved(*options); });
}

}  // namespace tinymor
