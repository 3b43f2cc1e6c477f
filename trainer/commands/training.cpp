#include "trainer/commands/training.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

#include "datasets/corpus.h"
#include "datasets/images.h"
#include "tensor/error.h"
#include "tensor/kernels/kernels.h"
#include "tensor/threads.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/terminal.h"
#include "trainer/experiments/run_cost.h"
#include "trainer/loop/ranks.h"
#include "trainer/program.h"

namespace tinymor {
namespace {

/// What an interrupted start leaves behind: files, and then folders that are empty without them.
std::vector<std::filesystem::path> traces;

void on_interrupted_start(int signal) {
  for (const std::filesystem::path& each : traces)
    if (::rmdir(each.c_str()) != 0 && errno == ENOTDIR) ::unlink(each.c_str());
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

/// Until the run trains, a signal that ends the program leaves nothing of `folder`.
LockedFolder removed_when_interrupted(LockedFolder folder) {
  traces = folder.traces();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    if (std::signal(signal, on_interrupted_start) == SIG_IGN) std::signal(signal, SIG_IGN);
  return folder;
}

std::atomic<Control*> interruptible = nullptr;
std::atomic<bool> interrupted_quietly = false;

void on_interrupt(int) {
  Control* control = interruptible;
  if (!control) return;
  control->stop();
  std::signal(SIGINT, SIG_DFL);
  constexpr std::string_view said = "\nstopping after this step, then saving (Ctrl-C again: at once, without saving)\n";
  // Who closed the terminal reads nothing.
  [[maybe_unused]] const ssize_t written = interrupted_quietly ? 0 : write(STDERR_FILENO, said.data(), said.size());
}

/// While it lives, Ctrl-C, SIGTERM and a terminal that is closed stop `control` instead of the program; a second Ctrl-C
/// ends the program at once.
class Interruptible {
 public:
  Interruptible(Control& control, bool quiet) {
    interruptible = &control;
    interrupted_quietly = quiet;
    for (auto& [signal, before] : handlers_) {
      before = std::signal(signal, on_interrupt);
      if (before == on_interrupted_start) before = SIG_DFL;
    }
    if (handlers_[2].before == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // as nohup asks for
  }
  ~Interruptible() {
    interruptible = nullptr;
    for (const auto& [signal, before] : handlers_) std::signal(signal, before);
  }

 private:
  struct Handler {
    int signal;
    void (*before)(int);
  };
  Handler handlers_[3] = {{SIGINT, SIG_DFL}, {SIGTERM, SIG_DFL}, {SIGHUP, SIG_DFL}};
};

/// Reads CONFIG over `base`. People may name a text there that belongs after --data.
Config named_config(const std::string& file, Config base) {
  try {
    return read_config(file, std::move(base));
  } catch (const InputError&) {
    const bool data = names_images(file) || is_source(file);
    if (!data || std::filesystem::path(file).extension() == ".toml") throw;
    throw InputError(
        fmt::format("{}: is not a TOML configuration (to train on it, write --data {})", file, shell_path(file)));
  }
}

/// `known`: what the model tells apart; `command`: the subcommand of its kind; `next`: what to do with a finished run.
Ended train_with_progress(TrainingLoop& run, const TrainingOptions& options, const char* known, const char* command,
                          const std::string& next) {
  const std::string& out = run.run_folder();
  const std::string resume = fmt::format("{} {} --resume --out {}", program(), command, shell_path(out));
  const int64_t steps = run.config().train.steps, left = steps - run.step();
  const auto tell = [&](const std::string& text) {
    if (!options.quiet) tinymor::tell(text);
  };
  if (left <= 0) {
    tell(fmt::format("{} is already at step {}: there is nothing left to train (to train further: {} --steps {})", out,
                     run.step(), resume, 2 * run.step()));
    return Ended::done;
  }
  for (const std::string& note : run.notes()) tell(note);
  const int64_t ranks = Ranks::all().count();
  tell(fmt::format("{} layers, {} parameters, {} {}; {} steps into {} ({}, {} threads{})", run.config().model.n_layers,
                   run.parameter_count(), run.config().model.vocab_size, known, left, out, kernels::level_name(),
                   thread_count(),
                   ranks > 1 ? fmt::format(", {} ranks: a step is of {} times the batch", ranks, ranks) : ""));
  std::optional<ProgressBar> bar;
  if (!options.quiet) run.add_observer(bar.emplace(run.step(), steps, run.best()));
  Control control;
  {
    const Interruptible stops(control, options.quiet);
    run.run(&control);
  }
  bar.reset();
  const auto& [bytes, waited] = Ranks::all().traffic();
  if (const int64_t done = run.step() - (steps - left); Ranks::all().count() > 1 && done > 0)
    tell(fmt::format("per step {:.2f} MB sent by each of {} ranks, {:.1f} ms spent on that and on waiting",
                     bytes / 1e6 / double(done), Ranks::all().count(), 1e3 * waited / double(done)));
  if (run.out_of_patience())
    tell(fmt::format("{} evaluation{} without a lower held-out loss than that of step {}", run.config().train.patience,
                     run.config().train.patience == 1 ? "" : "s", run.best().step));
  tell(run.step() < steps ? fmt::format("stopped and saved at step {}; go on with: {}", run.step(), resume)
                          : fmt::format("done: {}; {}", out, next));
  if (run.out_of_patience()) return Ended::out_of_patience;
  return run.step() < steps ? Ended::interrupted : Ended::done;
}

}  // namespace

CLI::Option* add_data_option(CLI::App& command, std::string& data, const std::string& what) {
  return command
      .add_option_function<std::vector<std::string>>(
          "--data", [&data](const std::vector<std::string>& sources) { data = joined_sources(sources); }, what)
      ->check(not_empty())
      ->type_name("TEXT")
      ->allow_extra_args(false);
}

void add_lossy_option(CLI::App& command, bool& lossy) {
  command.add_flag("--lossy", lossy, "Read bytes that are not UTF-8 as U+FFFD, instead of refusing them");
}

void add_training_options(CLI::App& command, TrainingOptions& options, const std::string& otherwise) {
  command.add_option("CONFIG", options.config_file, "Configuration file in TOML " + otherwise);
  command.add_option("--set", options.sets, "Change one key: table.key=value, or key=value")->allow_extra_args(false);
  add_data_option(command, options.data,
                  "Bundled data set, text file, .jsonl with a \"text\" per line, or folder of such files; may be given "
                  "several times");
  add_lossy_option(command, options.lossy);
  command.add_option("--out", options.out, "Run folder (default: the first unused runs/run-N)")->check(not_empty());
  command.add_option("--steps", options.steps, "Steps to train, those already done included");
  command
      .add_option("--minutes", options.minutes,
                  "As many steps as take about these minutes here, instead of --steps; the schedule fits them")
      ->check(between(0.01, 100000))
      ->excludes("--steps");
  command
      .add_option("--patience", options.patience,
                  "Stop after this many evaluations without a lower held-out loss (default: train.patience, or train "
                  "all steps)")
      ->check(at_least(1));
  command.add_option("--seed", options.seed, "Seed of weights and batches (default: train.seed, 1 unless it is set)");
  command.add_flag("--quiet", options.quiet, "Print nothing but errors");
  command.add_flag("--json", options.json, "Print one JSON document");
  add_threads_option(command);
}

Config configured(const TrainingOptions& options, Config base) {
  Config config = options.config_file.empty() ? std::move(base) : named_config(options.config_file, std::move(base));
  for (const std::string& set : options.sets) set_config_key(config, set);
  if (!options.data.empty()) config.data.source = options.data;
  config.data.lossy = config.data.lossy || options.lossy;
  if (options.steps) config.train.steps = *options.steps;
  if (options.seed) config.train.seed = *options.seed;
  if (options.patience) config.train.patience = *options.patience;
  return config;
}

Config configured_from(const TrainingOptions& options, const std::filesystem::path& path, const LoadedModel& source) {
  const RunFolder folder = folder_of(path);
  const bool of_a_run = std::filesystem::exists(folder.config());
  Config base = of_a_run ? read_config(folder.config()) : Config::defaults();
  base.train.teacher.clear();  // of its own training
  const int64_t usual = base.model.max_seq_len;
  base.model = source.config();
  // A model from elsewhere takes longer texts than is good to train on here.
  if (!of_a_run) base.model.max_seq_len = std::min(base.model.max_seq_len, usual);
  Config config = configured(options, base);
  check_input(config.data.tokenizer == base.data.tokenizer && config.data.vocab_size == base.data.vocab_size,
              "data.tokenizer: the weights of {} know the tokens of its own tokenizer (leave data.tokenizer and "
              "data.vocab_size out)",
              path.string());
  return config;
}

LockedFolder run_folder(const TrainingOptions& options) {
  if (!Ranks::all().first()) return LockedFolder::of_another(options.out);
  return removed_when_interrupted(options.out.empty() ? LockedFolder::first_unused("runs/run")
                                                      : LockedFolder(options.out));
}

LockedFolder resumed_folder(const TrainingOptions& options) {
  check_input(!options.out.empty(), "--resume: which run? (add --out RUN)");
  check_input(RunFolder{options.out}.has_run(), "{}: holds no run to go on with (leave out --resume to start one)",
              options.out);
  return Ranks::all().first() ? removed_when_interrupted(LockedFolder(options.out))
                              : LockedFolder::of_another(options.out);
}

Resumption resumption(const TrainingOptions& options) {
  check_input(options.config_file.empty(),
              "--resume: a resumed run keeps its configuration (leave out {}; --set can change keys of [train])",
              options.config_file);
  Resumption changes{.steps = options.steps, .sets = options.sets, .data = options.data, .lossy = options.lossy};
  if (options.seed) changes.sets.push_back(fmt::format("train.seed={}", *options.seed));
  if (options.patience) changes.sets.push_back(fmt::format("train.patience={}", *options.patience));
  return changes;
}

Beforehand cost_adviser(const TrainingOptions& options) {
  return [options](Config& config, int64_t done) {
    if (!options.minutes && (options.quiet || config.train.steps <= done)) return;
    if (!options.quiet) tell("measuring how long a step takes on this machine");
    const double each = seconds_per_step(config);
    if (options.minutes) config.train.steps = done + std::max<int64_t>(1, std::llround(60 * *options.minutes / each));
    const int64_t left = config.train.steps - done;
    if (!options.quiet) tell(advice(run_cost(config, left), free_bytes_of_machine(), double(left) * each));
  };
}

nlohmann::ordered_json summary(const TrainingLoop& run) {
  nlohmann::ordered_json document{{"run", run.run_folder()},
                                  {"parameters", run.parameter_count()},
                                  {"step", run.step()},
                                  {"steps", run.config().train.steps},
                                  {"best", nullptr}};
  const Best best = run.best();
  if (best.step > 0) document["best"] = {{"step", best.step}, {"loss", best.loss}};
  return document;
}

Ended train_with_progress(Trainer& trainer, const TrainingOptions& options) {
  return train_with_progress(trainer, options, "tokens in the vocabulary", "train",
                             fmt::format("try: {} generate {}", program(), shell_path(trainer.run_folder())));
}

void print_summary(const Trainer& trainer) {
  nlohmann::ordered_json document = summary(trainer);
  document["vocab_size"] = trainer.config().model.vocab_size;
  print_json(document);
}

Ended train_with_progress(ImageTrainer& trainer, const TrainingOptions& options) {
  return train_with_progress(trainer, options, "classes", "images",
                             fmt::format("judge it again with: {0} images --eval {2}; see it with: {1} {2}", program(),
                                         program("tinymor-viz"), shell_path(trainer.run_folder())));
}

}  // namespace tinymor
