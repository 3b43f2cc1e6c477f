#pragma once
// metrics.jsonl: the numbers of a run for scripts, one JSON object on a line.

#include <filesystem>

#include "tensor/files.h"
#include "trainer/recording/events.h"

namespace tinymor {

/// Appends a line for every step and every evaluation to a file.
class MetricsLog : public Observer {
 public:
  /// Throws Error, here and on every line, when writing fails.
  explicit MetricsLog(const std::filesystem::path& file) : file_(file) {}
  void on(const Event& event) override;

 private:
  void write(const StepMetrics& m);
  void write(const EvalMetrics& m);

  AppendFile file_;
};

}  // namespace tinymor
