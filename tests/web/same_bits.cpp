// Trains a tiny model for some steps and prints what its weights hash to: compiled for this machine and for a browser,
// the same number (tests/web/same_bits.sh).

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "datasets/fingerprint.h"
#include "support/runs.h"
#include "trainer/loop/trainer.h"
#include "trainer/program.h"

using namespace tinymor;
namespace fs = std::filesystem;

int main() {
  return run_program([] {
    const fs::path folder = fs::temp_directory_path() / "tinymor-same-bits";
    fs::remove_all(folder);
    fs::create_directories(folder);
    Config config = tiny_text_run(folder, 30);
    config.train.grad_accumulation = 2;
    Trainer trainer(config, folder / "run");
    trainer.run();
    uint64_t all = fingerprint("");
    for (const auto& [name, bytes] : bits(folder / "run"))
      if (name.find('.') == name.npos || name.starts_with("model.")) all = fingerprint(bytes, all);
    fs::remove_all(folder);
    std::puts(fmt::format("{:016x}", all).c_str());
  });
}
