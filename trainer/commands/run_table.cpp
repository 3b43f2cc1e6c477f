#include "trainer/commands/run_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "datasets/utf8.h"
#include "tensor/error.h"
#include "tensor/safetensors.h"
#include "trainer/commands/terminal.h"
#include "trainer/loop/run_folder.h"
#include "trainer/program.h"

namespace tinymor {
namespace fs = std::filesystem;

bool is_run(const fs::path& folder) {
  std::error_code ignored;
  const RunFolder run{folder};
  return fs::is_regular_file(run.config(), ignored) && fs::is_regular_file(run.weights(), ignored) &&
         fs::is_regular_file(run.recording(), ignored);
}

Run read_run(const fs::path& folder) {
  const RunFolder files{folder};
  for (const fs::path& file : {files.config(), files.weights(), files.recording()})
    check_input(fs::is_regular_file(file), "{}: is not the folder of a whole run: there is no {} (see: {} runs)",
                folder.string(), file.filename().string(), program());
  const Config config = read_config(files.config());
  Run run{.name = folder.lexically_normal().string(),
          .data = config.data.source,
          .steps = config.train.steps,
          .told = read_recording(files.recording())};
  if (!run.told.notice.empty()) tell(run.told.notice);
  for (const auto& [name, weight] : read_safetensors(files.weights()).tensors) run.parameters += weight.count();
  if (!run.told.steps.empty()) {
    run.step = run.told.steps.back().step;
    run.seconds = run.told.steps.back().seconds;
  }
  for (const EvalMetrics& e : run.told.evals)
    if (e.step > 0 && e.threshold_loss < run.best.threshold_loss) run.best = e;
  return run;
}

namespace {

nlohmann::ordered_json object_of(const Run& run) {
  nlohmann::ordered_json document{{"run", run.name},      {"data", run.data},         {"parameters", run.parameters},
                                  {"step", run.step},     {"steps", run.steps},       {"best_step", nullptr},
                                  {"best_loss", nullptr}, {"bits_per_byte", nullptr}, {"seconds", run.seconds}};
  if (run.judged()) {
    document["best_step"] = run.best.step;
    document["best_loss"] = run.best.threshold_loss;
  }
  if (run.judged() && run.best.bits_per_byte > 0) document["bits_per_byte"] = run.best.bits_per_byte;
  return document;
}

}  // namespace

nlohmann::ordered_json as_json(const std::vector<Run>& runs) {
  nlohmann::ordered_json document = nlohmann::json::array();
  for (const Run& run : runs) document.push_back(object_of(run));
  return document;
}

std::string shown(const std::string& name) {
  std::string line = name;
  for (size_t at = line.find('\n'); at != line.npos; at = line.find('\n', at)) line.replace(at, 1, ", ");
  return with_visible_controls(line);
}

std::string shortened_path(const std::string& path, size_t room) {
  return path.size() <= room ? path : "..." + as_utf8(path.substr(path.size() - room + 3));
}

void print_table(const std::vector<Run>& runs) {
  size_t names = 3, sources = 4;
  for (const Run& run : runs) {
    names = std::max(names, shown(run.name).size());
    sources = std::max(sources, std::min<size_t>(run.data.size(), 24));
  }
  fmt::print("{:<{}}  {:<{}}  {:>10}  {:>13}  {:>9}  {:>7}  {:>9}  {:>8}\n", "run", names, "data", sources,
             "parameters", "steps", "best loss", "at step", "bits/byte", "time");
  for (const Run& run : runs) {
    const std::string loss = run.judged() ? fmt::format("{:.4f}", run.best.threshold_loss) : "-";
    const std::string bits = run.best.bits_per_byte > 0 ? fmt::format("{:.3f}", run.best.bits_per_byte) : "-";
    const std::string at = run.judged() ? fmt::format("{}", run.best.step) : "-";
    fmt::print("{:<{}}  {:<{}}  {:>10}  {:>13}  {:>9}  {:>7}  {:>9}  {:>8}\n", shown(run.name), names,
               shortened_path(shown(run.data), 24), sources, run.parameters,
               fmt::format("{} of {}", run.step, run.steps), loss, at, bits, clock_text(run.seconds));
  }
}

}  // namespace tinymor
