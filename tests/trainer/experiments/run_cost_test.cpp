// What a run takes, said beforehand, against what it then takes.

#include "trainer/experiments/run_cost.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "trainer/experiments/bench.h"

using namespace tinymor;

TEST_CASE("slow: the memory of a training step is known beforehand") {
  const TemporaryFolder folder;
  for (const char* name : {"baby", "small", "small-rec", "small-mor", "big", "big-mor"}) {
    INFO(name);
    Preset chosen = preset(name);
    chosen.model.resolve();
    const double estimated = 10 + step_bytes(chosen.model, chosen.batch_size * chosen.model.max_seq_len) / 1e6;
    const Output bench = tinymor_in(folder.path(), fmt::format("bench train --preset {} --steps 1 --json", name));
    REQUIRE(bench.status == 0);
    const double measured = nlohmann::json::parse(bench.out)["peak_rss_mb"];
    INFO(estimated << " MB estimated, " << measured << " MB measured");
    // The system is asked for 64 MB at a time, of which up to as much again is not in one piece.
    CHECK(estimated < 1.15 * measured);
    CHECK(estimated > 0.85 * measured - 64);
  }
}

namespace {

/// What `train` says that a run takes, and what it then takes, in MB.
std::pair<double, double> said_and_taken(const TemporaryFolder& folder, const std::string& options) {
  const std::string said = (folder.path() / "said.txt").string();
  const std::string command =
      fmt::format("cd {} && exec " TINYMOR_PROGRAM
                  " train --steps 2 --set train.eval_every=1 --set train.record_every=1 {} >/dev/null 2>{}",
                  folder.path().string(), options, said);
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  int status = -1;
  rusage usage{};
  REQUIRE(wait4(child, &status, 0, &usage) == child);
  const std::string text = read_file(said);
  INFO(text);
  REQUIRE(status == 0);
  double number = 0;
  char unit[3] = {};
  REQUIRE(std::sscanf(text.c_str() + text.find("takes about "), "takes about %lf %2s", &number, unit) == 2);
  return {number * (std::string(unit) == "GB" ? 1000 : 1), double(usage.ru_maxrss) * 1024 / 1e6};
}

}  // namespace

TEST_CASE("slow: a run takes the memory that it is said to take, within a fifth") {
  const std::string options[] = {
      "--preset tiny",
      "--set model.d_model=640 --set model.d_ff=2560 --set model.routing=none --set model.sharing=none "
      "--set model.n_recursions=1 --set model.n_layers=4 --set train.batch_size=1 --set model.max_seq_len=64",
      "--set model.d_model=256 --set model.ffn=experts --set train.batch_size=2"};
  for (const std::string& kind : options) {
    const TemporaryFolder folder;
    const auto [said, taken] = said_and_taken(folder, kind);
    INFO(kind << ": " << said << " MB said, " << taken << " MB taken");
    CHECK(said < 1.2 * taken);
    CHECK(said > 0.8 * taken);
  }
}

TEST_CASE("a step of few tokens takes what the gradients take, and more memory with more tokens") {
  ModelConfig model = preset("small").model;
  model.resolve();
  const double parameters = 4.0 * 3345600;
  CHECK(step_bytes(model, 1) == Approx(4 * parameters));
  CHECK(step_bytes(model, 4096) - step_bytes(model, 2048) == Approx(step_bytes(model, 6144) - step_bytes(model, 4096)));
}

TEST_CASE("a run's operations are three times its forward passes'") {
  Config config;
  config.model = preset("baby").model;
  config.model.resolve();
  config.train.batch_size = 12;
  config.train.grad_accumulation = 2;
  // Of a token: four layers of 8 d^2 + 6 d d_ff + 2 d (T + 1), and the head's 2 d V.
  const double token = 4 * (8.0 * 128 * 128 + 6.0 * 128 * 344 + 2.0 * 128 * 65) + 2.0 * 128 * 65;
  CHECK(run_cost(config, 10).flops == Approx(3 * token * 64 * 12 * 2 * 10));
}

TEST_CASE("a run is said to take so much memory and time, with a warning when that memory is not free") {
  CHECK(advice({.bytes = 2.5e9}, 8e9, 10) ==
        "this run takes about 2.5 GB of memory (8.0 GB are free) and 10 seconds on this machine");
  CHECK(advice({.bytes = 0.5e9}, 8e9, 3e4) ==
        "this run takes about 500 MB of memory (8.0 GB are free) and 8.3 hours on this machine");
  CHECK(advice({.bytes = 12e9}, 8e9, 10).rfind("warning: this run takes about 12.0 GB", 0) == 0);
  CHECK(advice({.bytes = 12e9}, 0, 10).rfind("warning", 0) != 0);  // nobody knows what is free
}

TEST_CASE("what is free is no more than what a limit of the process leaves") {
  CHECK(free_bytes_of_machine() > 1e6);
}
