#include <iostream>
#include <memory>

#include "datasets/corpus.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/commands/commands.h"

namespace tinymor {

void add_data_command(CLI::App& app) {
  struct Options {
    std::string name, out;
    int64_t bytes = 1000000;
    uint64_t seed = 1;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(app, "data", "The data sets that tinymor brings along", "tinymor data make stories --bytes 2000");
  command->require_subcommand(1);

  add_command(*command, "list", "Name them", "tinymor data list")->callback([] {
    for (const BundledDataSet& set : bundled_data_sets()) fmt::print("{:<12} {}\n", set.name, set.description);
  });

  CLI::App* make =
      add_command(*command, "make", "Write one as text", "tinymor data make stories --bytes 5000000 --out stories.txt");
  make->add_option("NAME", options->name, "Data set")->required();
  make->add_option("--bytes", options->bytes, "At least so much text")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  make->add_option("--seed", options->seed, "Another seed makes another text")->capture_default_str();
  make->add_option("--out", options->out, "File to write (default: standard output)");
  make->callback([options] {
    const std::string text = make_data_set(options->name, options->seed, options->bytes);
    if (options->out.empty())
      std::cout << text;
    else
      write_file_atomically(options->out, text);
  });
}

}  // namespace tinymor
