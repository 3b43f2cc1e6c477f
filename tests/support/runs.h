#pragma once
// Runs of a second or less, which are stopped, killed and compared with each other bit for bit.

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "datasets/stories.h"
#include "tensor/files.h"
#include "tensor/safetensors.h"
#include "trainer/loop/training_loop.h"

namespace tinymor {

/// `config` with a model and batches so small that a step takes milliseconds; it evaluates, records and saves on the
/// way, each at steps of its own.
inline Config tiny(Config config, int64_t steps) {
  config.model.d_model = 16;
  config.model.d_ff = 24;
  config.train.steps = steps;
  config.train.batch_size = 4;
  config.train.warmup_steps = 2;
  config.train.eval_every = 6;
  config.train.checkpoint_every = 4;
  config.train.record_every = 5;
  return config;
}

/// The default model made tiny, on the characters of folder/text.txt, which is written.
inline Config tiny_text_run(const std::filesystem::path& folder, int64_t steps) {
  write_file_atomically(folder / "text.txt", make_stories(1, 8000));
  Config config = tiny(Config::defaults(), steps);
  config.model.max_seq_len = 32;
  config.data.source = (folder / "text.txt").string();
  config.data.tokenizer = TokenizerKind::character;
  return config;
}

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
  void on(const Event& event) override {
    hear(event, [this](const StepMetrics& m) {
      if (m.step == step) control.stop();
    });
  }
};

/// `step` 0: stops it before its first.
inline void train_until(TrainingLoop&& run, int64_t step) {
  Control control;
  if (step == 0) control.stop();
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
