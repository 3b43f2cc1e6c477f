#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "datasets/corpus.h"
#include "datasets/digits.h"
#include "datasets/spoken.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"

namespace tinymor {
namespace {

struct Options {
  std::string name, out;
  int64_t bytes = 1000000, count = 10000;
  uint64_t seed = 1;
  bool json = false;
};

void make_text(const Options& options) {
  const std::string text = make_data_set(options.name, options.seed, options.bytes);
  if (!options.out.empty()) write_file_atomically(options.out, text);
  nlohmann::ordered_json document{{"name", options.name}, {"bytes", text.size()}};
  if (options.out.empty())
    document["text"] = text;
  else
    document["file"] = options.out;
  if (options.json) print_json(document);
  if (!options.json && options.out.empty()) std::cout << text;
}

void make_images(const Options& options) {
  check_input(!options.out.empty(), "data make {}: images cannot be printed (add --out FOLDER)", options.name);
  const bool spoken = options.name == spoken_name;
  const ImageSplit split = (spoken ? make_spoken_split : make_digit_split)(options.seed, options.count);
  write_images(split, options.out);
  if (spoken) write_spoken_sounds(options.seed, options.out);
  if (options.json)
    print_json({{"name", options.name},
                {"train", split.train.labels.count()},
                {"held_out", split.held_out.labels.count()},
                {"folder", options.out}});
}

/// All data sets: texts, then images.
std::vector<BundledDataSet> data_sets() {
  std::vector<BundledDataSet> sets = bundled_data_sets();
  sets.push_back({digits_name, digits_description});
  sets.push_back({spoken_name, spoken_description});
  return sets;
}

void print_list(bool json) {
  nlohmann::ordered_json document = nlohmann::ordered_json::array();
  for (const auto& [name, description] : data_sets()) {
    document.push_back({{"name", name}, {"description", description}});
    if (!json) fmt::print("{:<12} {}\n", name, description);
  }
  if (json) print_json(document);
}

std::vector<std::string> data_set_names() {
  std::vector<std::string> names;
  for (const BundledDataSet& set : data_sets()) names.push_back(set.name);
  return names;
}

}  // namespace

void add_data_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(app, "data", "The data sets that come with tinymor", "tinymor data make stories --bytes 2000");
  command->require_subcommand(1);

  CLI::App* list = add_command(*command, "list", "List them", "tinymor data list");
  list->add_flag("--json", options->json, "Print one JSON document");
  list->callback([options] { print_list(options->json); });

  CLI::App* make = add_command(*command, "make", "Write one as text, or as IDX files",
                               "tinymor data make stories --bytes 5000000 --out stories.txt\n"
                               "  tinymor data make digits --count 60000 --out digits");
  make->add_option("NAME", options->name, "Data set")->required()->check(CLI::IsMember(data_set_names()));
  CLI::Option* bytes =
      make->add_option("--bytes", options->bytes, "Bytes of text, at least")->check(at_least(1))->capture_default_str();
  CLI::Option* count = make->add_option("--count", options->count, "Images to train on; a fifth as many are held out")
                           ->check(at_least(1))
                           ->capture_default_str();
  make->add_option("--seed", options->seed, "Another seed makes other texts and images")->capture_default_str();
  make->add_option("--out", options->out, "File for a text (default: standard output), folder for images");
  make->add_flag("--json", options->json, "Print one JSON document: what was made, and the text where no file has it");
  make->callback([=] {
    const bool images = is_generated(options->name);
    const CLI::Option* other = images ? bytes : count;
    check_input(other->count() == 0, "data make {}: {} is for {} (leave it out)", options->name, other->get_name(),
                images ? "texts" : "images");
    images ? make_images(*options) : make_text(*options);
  });
}

}  // namespace tinymor
