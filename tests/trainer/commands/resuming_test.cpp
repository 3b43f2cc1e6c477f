// Runs that are stopped or killed go on to the same end.

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "support/catch.h"
#include "support/program.h"
#include "support/trained_run.h"
#include "tensor/files.h"

using namespace tinymor;
namespace fs = std::filesystem;

TEST_CASE("Ctrl-C saves and stops, and the run goes on to the same end") {
  const fs::path& folder = trained();
  REQUIRE(tinymor_in(folder, "train --quiet --steps 400 --out whole" + kTinyModel).status == 0);
  const std::string start = TINYMOR_PROGRAM " train --quiet --steps 400 --out stopped" + kTinyModel;
  // The step log tells when there is something to interrupt.
  const std::string script = "cd " + folder.string() + " && { " + start +
                             " & pid=$!; until [ \"$(wc -l 2>/dev/null <stopped/metrics.jsonl)\" -ge 5 ] 2>/dev/null;"
                             " do sleep 0.01; done; kill -INT $pid; wait $pid; }";
  CHECK(std::system(script.c_str()) == 0);
  CHECK(tinymor_in(folder / "whole", "train --quiet --resume --out ../stopped").status == 0);  // from anywhere
  CHECK(read_file(folder / "stopped/model.safetensors") == read_file(folder / "whole/model.safetensors"));
}

TEST_CASE("Ctrl-C before the first step leaves nothing behind") {
  const fs::path& folder = trained();
  const fs::path said = folder / "said.txt";
  const std::string start =
      "cd " + folder.string() + " && exec " TINYMOR_PROGRAM " train --out new/deep/run" + kTinyModel + "2>said.txt";
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGINT, SIG_DFL);
    execl("/bin/sh", "sh", "-c", start.c_str(), nullptr);
    _exit(127);
  }
  // Its first word is that it measures the speed.
  while (!fs::exists(said) || read_file(said).empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK(fs::exists(folder / "new/deep/run/.lock"));
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  CHECK_FALSE(fs::exists(folder / "new"));
}

TEST_CASE("a run killed at any instant resumes to the same bits") {
  const fs::path& folder = trained();
  REQUIRE(tinymor_in(folder, "train --quiet --steps 60 --out unharmed --set train.checkpoint_every=3" + kTinyModel)
              .status == 0);
  for (int milliseconds : {60, 130, 250}) {
    const std::string run = "killed" + std::to_string(milliseconds);
    // `wait` returns when the process is gone for good; one that still dies might finish a write under the next.
    std::system(fmt::format("cd {}; " TINYMOR_PROGRAM
                            " train --quiet --steps 60 --set train.checkpoint_every=3 --out {}{} "
                            "2>/dev/null & sleep {}; kill -9 $! 2>/dev/null; wait $! 2>/dev/null",
                            folder.string(), run, kTinyModel, milliseconds / 1000.0)
                    .c_str());
    if (!fs::exists(folder / run / "trainer.safetensors")) continue;  // killed before there was a run
    CHECK(tinymor_in(folder, "train --quiet --resume --out " + run).status == 0);
    CHECK(read_file(folder / run / "model.safetensors") == read_file(folder / "unharmed/model.safetensors"));
  }
}
