#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/run_table.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

namespace fs = std::filesystem;

/// The runs in a folder and the folders in it, by name.
std::vector<fs::path> runs_below(const fs::path& folder) {
  check_input(fs::is_directory(folder), "{}: is no folder (name one with runs in it)", folder.string());
  const fs::directory_iterator readable(folder);  // or says why not
  if (is_run(folder)) return {folder};
  std::vector<fs::path> found;
  std::error_code ignored;
  for (auto entry = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, ignored);
       entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
    if (!entry->is_directory(ignored) || entry.depth() > 3) continue;
    if (!is_run(entry->path())) continue;
    found.push_back(entry->path());
    entry.disable_recursion_pending();
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// The held-out losses of all runs by step.
std::map<int64_t, std::vector<std::string>> curves(const std::vector<Run>& runs) {
  std::map<int64_t, std::vector<std::string>> by_step;
  for (size_t i = 0; i < runs.size(); ++i)
    for (const EvalMetrics& e : runs[i].told.evals) {
      std::vector<std::string>& losses = by_step[e.step];
      losses.resize(runs.size());
      losses[i] = fmt::format("{:.4f}", e.threshold_loss);
    }
  return by_step;
}

std::string csv_of(const std::vector<Run>& runs) {
  const auto quoted = [](const std::string& text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
  };
  std::string csv = "step";
  for (const Run& run : runs) csv += "," + quoted(run.name);
  for (const auto& [step, losses] : curves(runs)) {
    csv += fmt::format("\n{}", step);
    for (const std::string& loss : losses) csv += "," + loss;
  }
  return csv + "\n";
}

void print_curves(const std::vector<Run>& runs) {
  fmt::print("\nheld-out loss (causal rule), nats\n{:>8}", "step");
  for (size_t i = 0; i < runs.size(); ++i)
    fmt::print("  {:>12}",
               fmt::format("{}: {}", i + 1, shortened_path(shown(fs::path(runs[i].name).filename().string()), 9)));
  fmt::print("\n");
  for (const auto& [step, losses] : curves(runs)) {
    fmt::print("{:>8}", step);
    for (const std::string& loss : losses) fmt::print("  {:>12}", loss.empty() ? "-" : loss);
    fmt::print("\n");
  }
}

/// The window's picture of their curves.
void draw(const std::vector<Run>& runs, const std::string& png) {
  std::string command = program("tinymor-viz") + " --panel curves --plain --png " + shell_path(png);
  for (const Run& run : runs) command += " " + shell_path(run.name);
  std::string said;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  check(pipe != nullptr, "--png: {} cannot be started (use --csv)", program("tinymor-viz"));
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said += char(c);
  const int status = WEXITSTATUS(::pclose(pipe));
  if (status == 0) {
    constexpr size_t most = 7;  // lines that can be told apart
    if (runs.size() > most)
      tell(fmt::format("{}: of {} runs the first is drawn and, of the others, the {} with the lowest held-out losses",
                       png, runs.size(), most - 1));
    return;
  }
  constexpr int not_found = 127;  // what the shell ends with
  check_input(status != not_found, "--png: there is no {} (build it, or use --csv)", program("tinymor-viz"));
  if (const size_t error = said.find("error: "); error != said.npos) said = said.substr(error + 7);
  while (said.ends_with('\n')) said.pop_back();
  if (status == 2) throw InputError(said);  // see run_program
  throw Error(said);
}

/// Throws InputError when there is another file than one that compare has written, which begins with `ours`.
void check_ours(const std::string& file, std::string_view ours) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored) || fs::file_size(file, ignored) == 0) return;
  std::string begin(ours.size(), ' ');
  std::ifstream(file, std::ios::binary).read(begin.data(), std::streamsize(begin.size()));
  check_input(begin == ours, "{}: is there already and is not a file that compare has written (name another one)",
              file);
}

struct Options {
  std::string folder = "runs", csv, png;
  std::vector<std::string> runs;
  bool json = false;
};

void list(const Options& options) {
  std::vector<Run> runs;
  for (const fs::path& folder : runs_below(options.folder)) {
    try {
      runs.push_back(read_run(folder));
    } catch (const InputError& error) {
      tell(fmt::format("left out: {}", error.what()));
    }
  }
  if (options.json) return print_json(as_json(runs));
  if (runs.empty()) return tell(fmt::format("{}: no runs in it (train one: {} train)", options.folder, program()));
  print_table(runs);
}

void compare(const Options& options) {
  check_input(options.csv.empty() || fs::weakly_canonical(options.csv) != fs::weakly_canonical(options.png),
              "--csv and --png: both name {} (name two files)", options.csv);
  check_ours(options.csv, "step,");
  check_ours(options.png, "\x89PNG\r\n");
  std::vector<Run> runs;
  for (const std::string& folder : options.runs) runs.push_back(read_run(folder));
  if (!options.csv.empty()) write_file_atomically(options.csv, csv_of(runs));
  if (!options.png.empty()) draw(runs, options.png);
  if (options.json) {
    nlohmann::ordered_json document = as_json(runs);
    for (size_t i = 0; i < runs.size(); ++i)
      for (const EvalMetrics& e : runs[i].told.evals)
        document[i]["evaluations"].push_back(
            {{"step", e.step}, {"loss", e.threshold_loss}, {"mean_depth", e.mean_depth}});
    return print_json(document);
  }
  print_table(runs);
  print_curves(runs);
  const auto differs = [&](const Run& run) {
    return run.data != runs[0].data || run.told.vocabulary != runs[0].told.vocabulary;
  };
  if (std::any_of(runs.begin(), runs.end(), differs))
    tell(
        "note: these runs learn from other texts or other tokens, so their losses cannot be compared (bits per byte "
        "can where the text is the same)");
}

}  // namespace

void add_runs_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      add_command(app, "runs", "The runs in a folder: data, parameters, steps, best held-out loss, bits per byte, time",
                  "tinymor runs runs");
  command->add_option("DIR", options->folder, "Where to look, three folders deep")->capture_default_str();
  command->add_flag("--json", options->json, "Print one JSON document");
  command->callback([options] { list(*options); });
}

void add_compare_command(CLI::App& app) {
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "compare", "Runs side by side: their numbers and their curves",
                                  "tinymor compare runs/mor runs/vanilla --csv curves.csv");
  command->add_option("RUN", options->runs, "Folders of runs")->required();
  command->add_option("--csv", options->csv, "Write the curves, a column per run, into this file")->check(not_empty());
  command->add_option("--png", options->png, "Draw the curves of up to 7 runs into this file")->check(not_empty());
  command->add_flag("--json", options->json, "Print one JSON document");
  command->callback([options] { compare(*options); });
}

}  // namespace tinymor
