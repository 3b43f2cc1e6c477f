#pragma once
// Finished and unfinished runs as their files tell of them, in a table.

#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "trainer/recording/recording.h"

namespace tinymor {

/// A run's numbers.
struct Run {
  std::string name, data;
  int64_t parameters = 0, step = 0, steps = 0;
  double seconds = 0;  ///< spent on training steps
  EvalMetrics best = {.threshold_loss = std::numeric_limits<double>::infinity()};
  Recording told;

  bool judged() const { return best.step > 0; }
};

/// Whether a folder has configuration, weights and recording of a run.
bool is_run(const std::filesystem::path& folder);
/// Throws InputError when it is not a run's folder, or a file of it is damaged.
Run read_run(const std::filesystem::path& folder);

/// An object per run.
nlohmann::ordered_json as_json(const std::vector<Run>& runs);
/// Prints a line per run on stdout.
void print_table(const std::vector<Run>& runs);
/// A name as a table shows it: one line, without control characters.
std::string shown(const std::string& name);
/// The end of a path that is too long for its column.
std::string shortened_path(const std::string& path, size_t room);

}  // namespace tinymor
