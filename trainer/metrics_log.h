#pragma once
// metrics.jsonl: the numbers of a run for scripts, one JSON object on a line.

#include <filesystem>
#include <fstream>

#include "trainer/recording.h"

namespace tinymor {

/// Appends a line for every step and every evaluation to a file.
class MetricsLog : public Observer {
 public:
  explicit MetricsLog(const std::filesystem::path& file) : out_(file, std::ios::app) {}
  void on_step(const StepMetrics& m) override;
  void on_eval(const EvalMetrics& m) override;

 private:
  std::ofstream out_;
};

}  // namespace tinymor
