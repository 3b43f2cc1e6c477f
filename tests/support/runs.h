#pragma once
// Runs that are stopped, killed and compared with each other bit for bit.

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tensor/files.h"
#include "tensor/safetensors.h"
#include "trainer/training_loop.h"

namespace tinymor {

/// The run's files but for what depends on the clock.
inline std::map<std::string, std::string> bits(const std::filesystem::path& run) {
  std::map<std::string, std::string> files;
  for (const char* name : {"config.toml", "model.safetensors", "best.safetensors", "tokenizer.json"})
    if (std::filesystem::exists(run / name)) files[name] = read_file(run / name);
  for (const auto& [name, tensor] : read_safetensors(run / "trainer.safetensors").tensors) {
    const auto numbers = tensor.values();
    files[name].assign(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes());
  }
  std::istringstream lines(read_file(run / "metrics.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    auto entry = nlohmann::json::parse(line);
    entry.erase("seconds");
    entry.erase("tokens_per_second");
    files["metrics"] += entry.dump() + "\n";
  }
  return files;
}

/// Stops a run after some step, as Ctrl-C does.
struct StopAt : Observer {
  Control& control;
  int64_t step;
  StopAt(Control& c, int64_t s) : control(c), step(s) {}
  void on_step(const StepMetrics& m) override {
    if (m.step == step) control.stop();
  }
};

inline void train_until(TrainingLoop&& run, int64_t step) {
  Control control;
  StopAt stopper(control, step);
  run.add_observer(stopper);
  run.run(&control);
}

/// Leaves in `run` what a kill leaves between the checkpoint of step `saved` and the one after it: logs that run ahead
/// of it to step `died` and end in the middle of a record. `begin` starts the run, `resume` goes on with it.
template <class Begin, class Resume>
void kill_run(const std::filesystem::path& run, int64_t saved, int64_t died, Begin begin, Resume resume) {
  const auto append = [](const std::filesystem::path& file, const char* torn) {
    write_file_atomically(file, read_file(file) + torn);
  };
  train_until(begin(), saved);
  const std::string checkpoint = read_file(run / "trainer.safetensors");
  train_until(resume(), died);
  write_file_atomically(run / "trainer.safetensors", checkpoint);
  append(run / "metrics.jsonl", "{\"step\": 1");
  append(run / "recording.mortrace", "torn");
}

}  // namespace tinymor
