#include "trainer/experiments/run_cost.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>

#include "mor/counts.h"
#include "mor/sharing.h"
#include "tensor/error.h"
#include "tensor/real.h"
#include "tensor/threads.h"
#include "trainer/experiments/bench.h"
#include "trainer/loop/evaluate.h"
#include "trainer/loop/run_folder.h"

namespace tinymor {
namespace {

/// Of the program, its threads and its libraries.
constexpr double kProgramBytes = 10e6;
/// Memory for tensors in times of what they hold: pieces between them are too short for the next one.
constexpr double kWithGaps = 1.1;
/// Share of a matrix product's speed that a whole training step reaches.
constexpr double kShareOfProducts = 0.7;
/// A step that is likely to take longer is not tried before the run.
constexpr double kLongStep = 3;

/// What a teacher takes, in times of its file: that, its weights, and these packed.
constexpr double kBytesOfTeacher = 3;

/// Of the weights' file; 0 where there is none.
double teacher_bytes(const TrainConfig& train) {
  return train.teacher.empty() ? 0 : double(std::filesystem::file_size(weights_of(train.teacher).file));
}

/// The number that follows `key` in a file of lines "key number"; the file's first number without a key; nothing where
/// there is none, such as "max".
std::optional<double> number_in(const std::string& file, const std::string& key = "") {
  std::ifstream in(file);
  double value = 0;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word;
    if (!key.empty() && (!(words >> word) || word != key)) continue;
    if (words >> value) return value;
    if (key.empty()) return std::nullopt;
  }
  return std::nullopt;
}

/// What the control groups of this process leave: its own and those around it (version 2, then version 1).
double free_in_groups() {
  double least = std::numeric_limits<double>::infinity();
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const size_t second = line.find(':', line.find(':') + 1);
    if (second == std::string::npos) continue;
    const bool unified = line.starts_with("0::");
    if (!unified && line.find("memory") > second) continue;
    const std::string root = unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    for (std::filesystem::path group = line.substr(second + 1);; group = group.parent_path()) {
      const std::string folder = root + (group == "/" ? "" : group.string());
      const auto most = number_in(folder + (unified ? "/memory.max" : "/memory.limit_in_bytes"));
      const auto used = number_in(folder + (unified ? "/memory.current" : "/memory.usage_in_bytes"));
      // Cached files can be dropped.
      const auto cached = number_in(folder + "/memory.stat", unified ? "inactive_file" : "total_inactive_file");
      if (most && used) least = std::min(least, *most - *used + cached.value_or(0));
      if (!group.has_relative_path()) break;
    }
  }
  return least;
}

/// What `ulimit -v` leaves.
double free_in_process() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return std::numeric_limits<double>::infinity();
  const double pages = number_in("/proc/self/statm").value_or(0);
  return double(limit.rlim_cur) - pages * double(sysconf(_SC_PAGESIZE));
}

/// "3.2 GB"
std::string size_text(double bytes) {
  return bytes < 1e9 ? fmt::format("{:.0f} MB", bytes / 1e6) : fmt::format("{:.1f} GB", bytes / 1e9);
}

/// "12 minutes", "3.4 hours", "5.1 days"
std::string time_text(double seconds) {
  if (seconds < 1.5) return "a second";
  if (seconds < 90) return fmt::format("{:.0f} seconds", seconds);
  if (seconds < 90 * 60) return fmt::format("{:.0f} minutes", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{:.1f} hours", seconds / 3600);
  return fmt::format("{:.0f} days", seconds / 86400);
}

}  // namespace

namespace {

/// Numbers that a backward pass through `tokens` holds: what the forward pass kept or, where that is more, gradients.
double pass_numbers(const ModelConfig& model, int64_t tokens, double gradients) {
  return std::max(double(tokens) * kept_numbers_per_token(model), gradients);
}

/// Of a snapshot, which is taken beside the next step: a copy of the weights, another for its gradients, and these,
/// which every use of a layer has of its own.
double snapshot_numbers(const ModelConfig& model) {
  const ParameterCounts parameters = count_parameters(model);
  const LayerMap map = layer_map(model);
  const double uses = double(map.weights.size()) / double(map.unique);
  const double of_uses = double(parameters.embedding) + uses * double(parameters.layers);
  return 2 * double(parameters.total()) + pass_numbers(model, model.max_seq_len, of_uses);
}

}  // namespace

double step_bytes(const ModelConfig& model, int64_t tokens) {
  const double parameters = double(count_parameters(model).total());
  return double(sizeof(Real)) * (3 * parameters + pass_numbers(model, tokens, parameters));
}

RunCost run_cost(const Config& config, int64_t steps) {
  const ModelConfig& model = config.model;
  const TrainConfig& train = config.train;
  const int64_t tokens = train.batch_size * model.max_seq_len;
  const double file = double(sizeof(float)) * double(count_parameters(model).total());
  const double tensors = step_bytes(model, tokens) + double(sizeof(Real)) * snapshot_numbers(model);
  return {.bytes = kProgramBytes + kWithGaps * tensors + file + kBytesOfTeacher * teacher_bytes(train),
          .flops = 3 * honest_flops_per_token(model, model.max_seq_len) * double(tokens) *
                   double(train.grad_accumulation) * double(steps)};
}

double free_bytes_of_machine() {
  const auto kilobytes = number_in("/proc/meminfo", "MemAvailable:");
  if (!kilobytes) return 0;
  return std::max(1.0, std::min({1024 * *kilobytes, free_in_groups(), free_in_process()}));
}

namespace {

/// Floating-point operations per second that training reaches here, about; measuring it takes a tenth of a second.
double training_speed(const ModelConfig& model) {
  const auto size = [](int64_t n, int64_t most) { return std::clamp<int64_t>(n, 1, most); };
  return kShareOfProducts * 1e9 * bench_gemm(512, size(model.d_ff, 2048), size(model.d_model, 1024));
}

}  // namespace

double seconds_per_step(const Config& config) {
  const TrainConfig& train = config.train;
  const double judged = run_cost(config, 1).flops / training_speed(config.model);
  const double free = free_bytes_of_machine();
  const bool tried = judged < kLongStep && (free == 0 || run_cost(config, 1).bytes < free);
  const int64_t steps = has_threads() ? 5 : 1;  // without threads a page stands still meanwhile
  const double step = tried ? 1e-3 * double(train.grad_accumulation) *
                                  bench_train({"", config.model, train.batch_size}, steps, train.seed).ms_per_step
                            : judged;
  // A forward pass is a third of a step; expert choice is evaluated under two rules. A teacher's is two operations for
  // each weight, about.
  const double taught = 2 * teacher_bytes(train) / double(sizeof(float)) /
                        (3 * honest_flops_per_token(config.model, config.model.max_seq_len));
  const double step_tokens = double(train.batch_size * train.grad_accumulation * config.model.max_seq_len);
  const double rules = config.model.routing == Routing::expert_choice ? 2 : 1;
  const double evaluated = rules * double(kEvalWindows * config.model.max_seq_len);
  return step * (1 + taught + evaluated / (3 * step_tokens) / double(train.eval_every));
}

std::string advice(const RunCost& cost, double free, double seconds) {
  if (free > 0 && cost.bytes > free)
    return fmt::format(
        "warning: this run takes about {} of memory, and {} are free: it may fail or be killed (a smaller "
        "train.batch_size with train.grad_accumulation, or a smaller model, takes less)",
        size_text(cost.bytes), size_text(free));
  return fmt::format("this run takes about {} of memory ({} are free) and {} on this machine", size_text(cost.bytes),
                     size_text(free), time_text(seconds));
}

std::string advice(const Config& config, int64_t steps) {
  return advice(run_cost(config, steps), free_bytes_of_machine(), double(steps) * seconds_per_step(config));
}

}  // namespace tinymor
