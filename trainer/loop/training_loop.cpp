#include "trainer/loop/training_loop.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <vector>

#include "datasets/corpus.h"
#include "datasets/fingerprint.h"
#include "datasets/tokenizer_files.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/loop/ranks.h"
#include "trainer/loop/schedule.h"
#include "trainer/recording/metrics_log.h"
#include "trainer/recording/recording.h"
#include "trainer/recording/score_histograms.h"

namespace tinymor {
namespace {

constexpr int64_t kMostLeftOut = 10;  // steps in a row

/// Attention is in the first snapshots and then now and then, so that recordings stay small; gradients in every fourth,
/// so that runs stay fast.
SnapshotParts parts_at(const TrainConfig& train, int64_t step) {
  const int64_t number = step / std::max<int64_t>(train.record_every, 1);
  const bool last = step == train.steps;
  return {.attention = last || number < 20 || number % 25 == 0, .gradients = last || number % 4 == 0};
}

}  // namespace

/// A step while it is being done, a micro-batch at a time.
struct TrainingLoop::Step {
  StepMetrics metrics;
  RouterMetrics routing{.sampling_accuracy = 0};  // summed: their number cancels in the other metrics
  GradientSum gradients;
  int64_t next;                    // micro-batch of this rank
  std::vector<double> told = {};   // by this rank's micro-batches
  double tokens = 0, seconds = 0;  // of all ranks; of work

  Step(const StepMetrics& m, Module& model, int64_t first) : metrics(m), gradients(model.parameters()), next(first) {}
};

/// Everything a run consists of while it trains. Only the first of several ranks evaluates, saves and tells observers.
struct TrainingLoop::State {
  Ranks& ranks = Ranks::all();
  LockedFolder lock;
  RunFolder folder, origin;  // where it goes on from, which may be another run
  std::unique_ptr<Task> task;
  RunInfo info;
  AdamW optimizer;
  Progress progress;
  int64_t saved = 0;  // the step of the newest checkpoint
  bool resumed = false, branched = false, other_data = false;
  double lr_factor = 1;
  bool begun = false;
  std::optional<Step> step = {};         // the one that is being done
  std::unique_ptr<HeldOut> judging;      // the weights after it
  bool keeping = false, saving = false;  // are due, once that is done
  ScoreHistograms scores;
  std::vector<std::unique_ptr<Observer>> logs;
  Observers observers;  // the logs, too

  State(LockedFolder run, std::unique_ptr<Task> t)
      : lock(std::move(run)),
        folder{lock.path()},
        origin(folder),
        task(std::move(t)),
        info(task->info()),
        optimizer(make_optimizer(task->config.train, task->model())),
        scores(task->config.model.n_recursions) {}

  void begin();
  void resume(const Resumption& resumption);
  void take_up_data(const Resumption& resumption);
  void check_ranks();
  void go_on();
  int64_t micros() const { return task->config.train.grad_accumulation * ranks.count(); }
  Next goes_on(Control* control);
  bool out_of_patience() const {
    const int64_t patience = task->config.train.patience;
    return patience > 0 && progress.since_best >= patience;
  }
  void after_step(const StepMetrics& metrics, Control* control);
  void add_logs(std::optional<int64_t> resume_step = {});
  void check_weights();
  [[noreturn]] void give_up(const std::string& why);
  void begin_step();
  void do_micro_batch();
  void end_step();
  void do_piece(Control* control);
  bool tell_evaluation();
  void end_evaluation();
  void save_what_is_due(bool best);
  void keep();
  void save();
  void tell_event(RunEvent::Kind kind, const std::string& text) { observers.tell(RunEvent{kind, progress.step, text}); }
  void begin_training();
  Next advance(Control* control);
  void end_training(Control* control);
};

void TrainingLoop::State::begin() {
  progress.data = task->data_fingerprint;
  progress.kept = kept_keys(task->config);
  if (!ranks.first()) return;
  // Where the run dies before its first checkpoint, the beginning of that says what the folder is: nothing to keep.
  const std::filesystem::path first = folder.path / ".trainer.safetensors.tmp";  // as write_file_atomically names it
  try {
    AppendFile{first};
    write_file_atomically(folder.config(), info.config_toml);
    task->save_beside(folder);
    save();
  } catch (...) {
    std::error_code none;
    if (!folder.has_run())
      for (const std::filesystem::path& file : {first, folder.config()}) std::filesystem::remove(file, none);
    throw;
  }
  add_logs();
}

void TrainingLoop::State::resume(const Resumption& resumption) {
  branched = !resumption.from.empty();
  if (branched) origin = {resumption.from};
  progress = load_checkpoint(origin, task->model(), optimizer);
  if (branched) progress = progress.elsewhere();
  const Config& config = task->config;
  progress.kept = kept_keys(config);
  check_input(config.train.steps >= progress.step + (branched ? 1 : 0),
              "--steps {}: {} is already at step {} (give more steps{})", config.train.steps, origin.path.string(),
              progress.step, branched ? "" : ", or leave out --steps");
  if (branched)
    check_files(origin.logged());
  else if (ranks.first())
    complete_checkpoint(folder, task->checkpoint(), progress);
  take_up_data(resumption);
  if (out_of_patience()) progress.since_best = 0;  // who resumes it is patient again
  for (const std::string& key : changed_keys(config, read_config(origin.config())))
    if (key.starts_with("train.") && !key.starts_with("train.steps=")) task->notes.push_back("goes on with " + key);
  resumed = true;
}

/// Finds out whether the data has changed: weights that were best on the old data need not be best on the new.
void TrainingLoop::State::take_up_data(const Resumption& resumption) {
  const std::string& source = task->config.data.source;
  other_data = progress.data && *progress.data != task->data_fingerprint;
  check_input(
      !other_data || !resumption.data.empty(),
      "{0}: has changed since the run was trained on it, so that the run would not go on as it was (put it back "
      "as it was, or accept the change with --data {0})",
      source);
  if (!resumption.data.empty())
    task->notes.push_back(fmt::format(
        "goes on with {}, {}", source,
        other_data ? "which is not what it was trained on so far" : "the data that it was trained on so far"));
  progress.data = task->data_fingerprint;
  if (other_data)
    progress.best = {}, progress.since_best = 0, progress.steadiness = {.left_out = progress.steadiness.left_out};
}

/// Brings the folder of a resumed run up to date, right before it trains.
void TrainingLoop::State::go_on() {
  write_file_atomically(folder.config(), info.config_toml);
  task->save_beside(folder);  // older runs may lack some of it
  std::error_code none;
  if (other_data) std::filesystem::remove(folder.best(), none);
  if (other_data || branched) save_checkpoint(folder, task->model(), task->checkpoint(), optimizer, progress);
  if (branched) copy_logs(origin.logged(), folder);
  const int64_t kept = progress.step > 0 ? progress.step : -1;  // what is told before the first step is told again
  cut_metrics(folder, kept);
  add_logs(kept);
}

void TrainingLoop::State::add_logs(std::optional<int64_t> resume_step) {
  logs.push_back(std::make_unique<MetricsLog>(folder.metrics()));
  logs.push_back(std::make_unique<Recorder>(folder.recording(), info, resume_step));
  for (const auto& log : logs) observers.add(*log);
}

/// Throws Error unless the loss of the next batch is finite: weights without a finite loss must not replace a
/// checkpoint. Who looks at the run's records later sees it, too.
void TrainingLoop::State::check_weights() {
  const NoGrad off;
  const int64_t micros = task->config.train.grad_accumulation;
  const double loss = task->pass(progress.step, 0, {.step = progress.step * micros}).loss.lm;
  if (std::isfinite(loss)) return;
  observers.tell(StepMetrics{.step = progress.step + 1, .seconds = progress.seconds, .loss = loss});
  give_up(fmt::format("the loss after step {} is {}", progress.step, loss));
}

/// Throws Error that says `why`, and which operation first made something that is no number, where one does.
void TrainingLoop::State::give_up(const std::string& why) {
  std::string first;
  try {
    const DetectAnomaly on;
    const int64_t micros = task->config.train.grad_accumulation;
    const auto [result, loss] = task->pass(progress.step, 0, {.step = progress.step * micros});
    loss.total.backward();
  } catch (const Error& error) {
    first = fmt::format(" (first of all {})", error.what());
  }
  throw Error(fmt::format("training: {}{}; {} keeps its checkpoint of step {} (lower train.lr)", why, first,
                          folder.path.string(), saved));
}

namespace {

/// Puts together what all ranks told of their micro-batches, in the order of these: means in `metrics`, sums in
/// `routing`. Returns the number of tokens.
double add_up(const std::vector<double>& told, int64_t micros, StepMetrics& metrics, RouterMetrics& routing) {
  const int64_t ranks = Ranks::all().count(), each = int64_t(told.size()) / micros;
  double tokens = 0;
  for (int64_t micro = 0; micro < micros; ++micro) {
    const double* m = told.data() + (micro % ranks * (micros / ranks) + micro / ranks) * each;
    metrics.loss += m[0] / double(micros);
    metrics.aux_loss += m[1] / double(micros);
    metrics.z_loss += m[2] / double(micros);
    metrics.balance_loss += m[3] / double(micros);
    tokens += m[4];
    metrics.mean_depth += m[5];
    routing.add({.sampling_accuracy = m[6], .load = {m + 7, m + each}});
  }
  metrics.mean_depth /= tokens;
  return tokens;
}

}  // namespace

void TrainingLoop::State::begin_step() {
  StepMetrics metrics;
  metrics.step = progress.step + 1;
  metrics.lr = lr_factor * learning_rate(task->config.train, metrics.step);
  step.emplace(metrics, task->model(), ranks.rank());
}

void TrainingLoop::State::do_micro_batch() {
  const int64_t micro = step->next;
  step->next += ranks.count();  // each rank takes every so many
  const auto [result, loss] =
      task->pass(progress.step, micro, {.step = progress.step * micros() + micro, .probe = &scores});
  scores.on_depths(result.depth);
  scale(loss.total, Real(1) / Real(micros())).backward();
  if (micros() > 1) step->gradients.add();
  const double depths = std::accumulate(result.depth.begin(), result.depth.end(), 0.0);
  std::vector<double>& told = step->told;
  told.insert(told.end(), {loss.lm, loss.aux, loss.z, loss.balance, double(result.depth.size()), depths,
                           result.metrics.sampling_accuracy});
  told.insert(told.end(), result.metrics.load.begin(), result.metrics.load.end());
}

/// The weights change, from what the micro-batches gave.
void TrainingLoop::State::end_step() {
  StepMetrics& metrics = step->metrics;
  RouterMetrics& routing = step->routing;
  if (micros() > 1) step->gradients.put();
  step->tokens = add_up(ranks.gathered(step->told), micros(), metrics, routing);
  metrics.grad_norm = clip_gradients(task->config.train, optimizer);
  const bool left_out = progress.steadiness.leaves_out(metrics.loss, metrics.grad_norm);
  metrics.left_out = progress.steadiness.left_out;
  optimizer.lr = metrics.lr;
  if (!left_out) optimizer.step();
  optimizer.zero_grad();
  metrics.sampling_accuracy = routing.sampling_accuracy / double(micros());
  metrics.max_violation = routing.max_violation();
  metrics.load_entropy = routing.entropy();
  if (!left_out && progress.step * micros() >= task->config.model.router.capacity_warmup_steps)
    task->balance(routing.load);
  progress.step = metrics.step;
}

/// A micro-batch, or, after the last of a step, its end; the time is counted.
void TrainingLoop::State::do_piece(Control* control) {
  const auto start = std::chrono::steady_clock::now();
  const bool ends = step->next >= micros();
  ends ? end_step() : do_micro_batch();
  step->seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!ends) return;
  StepMetrics metrics = step->metrics;
  progress.seconds += step->seconds;
  metrics.seconds = progress.seconds;
  metrics.tokens_per_second = step->tokens / step->seconds;
  step.reset();
  if (ranks.first()) after_step(metrics, control);
}

/// Whether these are the best weights so far.
bool TrainingLoop::State::tell_evaluation() {
  EvalMetrics metrics = judging->result();
  const std::string words = judging->words();
  judging.reset();
  metrics.step = progress.step;
  const bool best = progress.step > 0 && metrics.threshold_loss < progress.best.loss;
  if (best) progress.best = {progress.step, metrics.threshold_loss};
  progress.since_best = best || progress.step == 0 ? 0 : progress.since_best + 1;
  observers.tell(metrics);
  if (!words.empty()) tell_event(RunEvent::sample, words);
  return best;
}

void TrainingLoop::State::end_evaluation() {
  const bool best = tell_evaluation();
  if (progress.step == 0)
    task->tell_snapshot(observers, 0, {});
  else
    save_what_is_due(best);
}

void TrainingLoop::State::save_what_is_due(bool best) {
  if (keeping) keep();
  if (best || saving) save();
}

/// Keeps the checkpoint of this step in a folder of its own. The run's own checkpoint comes after it: once that is
/// there, this one is whole.
void TrainingLoop::State::keep() {
  const RunFolder kept = folder.kept(progress.step);
  make_folder(kept.path);
  write_file_atomically(kept.config(), info.config_toml);
  task->save_beside(kept);
  save_checkpoint(kept, task->model(), task->checkpoint(), optimizer, progress.elsewhere());
}

void TrainingLoop::State::save() {
  observers.finish();  // the recording of a run that goes on from here has everything up to this step
  save_checkpoint(folder, task->model(), task->checkpoint(), optimizer, progress);
  saved = progress.step;
  tell_event(RunEvent::checkpoint, "checkpoint");
}

void TrainingLoop::State::begin_training() {
  begun = true;
  check_ranks();
  if (resumed && ranks.first()) go_on();
  saved = progress.step;
  if (ranks.first() && progress.step == 0) {
    judging = task->evaluation();
  } else if (ranks.first()) {
    tell_event(RunEvent::command, "starts again from its checkpoint");
  }
}

Next TrainingLoop::State::advance(Control* control) {
  if (resumed && !begun && progress.step == task->config.train.steps) return Next::end;
  if (!begun) {
    begin_training();
  } else if (judging) {
    if (!judging->advance()) end_evaluation();
  } else if (step) {
    do_piece(control);
  } else if (!observers.advance()) {
    const Next next = progress.step < task->config.train.steps ? goes_on(control) : Next::end;
    if (next == Next::end) end_training(control);
    if (next != Next::piece) return next;
    begin_step();
  }
  return Next::piece;
}

void TrainingLoop::State::end_training(Control* control) {
  if (!ranks.first()) return;
  if (out_of_patience() || (control && control->stopping())) tell_event(RunEvent::command, "stopped");
  if (saved != progress.step) {
    check_weights();
    save();
  }
  observers.finish();
}

/// Throws InputError, on the first rank, unless all begin from the same configuration, data, weights and step.
void TrainingLoop::State::check_ranks() {
  if (ranks.count() == 1) return;
  const std::string all = fmt::format("{}\n{}\n{}\n", info.config_toml, task->data_fingerprint, progress.step);
  const uint64_t print = fingerprint(task->checkpoint(), fingerprint(all));
  const std::vector<double> prints = ranks.gathered(std::vector{double(print >> 32), double(print & 0xffffffff)});
  ranks.together([&] {
    for (size_t i = 2; i < prints.size(); ++i)
      check_input(prints[i] == prints[i % 2],
                  "ranks: rank {} has another configuration, text or weights than rank 0 (give all the same command "
                  "and the same files)",
                  i / 2);
  });
}

/// Whether there is to be another step, which the first rank says for all.
Next TrainingLoop::State::goes_on(Control* control) {
  std::vector<double> said{out_of_patience() ? 0.0 : 1.0, 1};
  if (control && ranks.first() && said[0] > 0) {
    const Next next = control->between_steps([&](const std::string& text) { tell_event(RunEvent::command, text); });
    if (next == Next::wait) return next;
    said = {next == Next::piece ? 1.0 : 0.0, control->lr_factor()};
  }
  ranks.from_first(said);
  lr_factor = said[1];
  return said[0] > 0 ? Next::piece : Next::end;
}

/// Tells observers about a step, and evaluates, snapshots and saves where that is due.
void TrainingLoop::State::after_step(const StepMetrics& metrics, Control* control) {
  const TrainConfig& train = task->config.train;
  const auto due = [&](int64_t every) { return every > 0 && progress.step % every == 0; };
  const bool last = metrics.step == train.steps;
  observers.tell(metrics);
  if (progress.steadiness.in_a_row == kMostLeftOut)
    give_up(fmt::format("the loss of {} steps in a row leapt or was no number, at last {:.4g}", kMostLeftOut,
                        metrics.loss));
  keeping = due(train.keep_every);
  saving = last || keeping || due(train.checkpoint_every);
  const bool evaluating = last || due(train.eval_every);
  if (saving || evaluating) check_weights();
  if (last || due(kScoresEvery)) {
    const ScoreHistogram counted = scores.take(metrics.step);
    if (!counted.taken.empty()) observers.tell(counted);
  }
  const auto watched = control ? control->take_watched() : std::nullopt;
  if (watched) task->watch(*watched);
  const bool asked = (control && control->snapshot_wanted()) || watched;
  if (asked || last || due(train.record_every))
    task->tell_snapshot(observers, metrics.step, asked ? SnapshotParts() : parts_at(train, metrics.step));
  if (evaluating)
    judging = task->evaluation();
  else
    save_what_is_due(false);
}

TrainingLoop::TrainingLoop(LockedFolder folder, std::unique_ptr<Task> task)
    : state_(std::make_unique<State>(std::move(folder), std::move(task))) {
  state_->begin();
}
TrainingLoop::TrainingLoop(LockedFolder folder, std::unique_ptr<Task> task, const Resumption& resumption)
    : state_(std::make_unique<State>(std::move(folder), std::move(task))) {
  state_->resume(resumption);
}
TrainingLoop::~TrainingLoop() = default;
TrainingLoop::TrainingLoop(TrainingLoop&&) noexcept = default;

const std::string& TrainingLoop::run_folder() const {
  return state_->folder.path.native();
}
const Config& TrainingLoop::config() const {
  return state_->task->config;
}
RunInfo TrainingLoop::info() const {
  return state_->info;
}
int64_t TrainingLoop::parameter_count() const {
  return state_->task->model().parameter_count();
}
int64_t TrainingLoop::step() const {
  return state_->progress.step;
}
Best TrainingLoop::best() const {
  return state_->progress.best;
}
bool TrainingLoop::out_of_patience() const {
  return state_->out_of_patience();
}
const std::vector<std::string>& TrainingLoop::notes() const {
  return state_->task->notes;
}
void TrainingLoop::add_observer(Observer& observer) {
  state_->observers.add(observer);
}
const Task& TrainingLoop::task() const {
  return *state_->task;
}
void TrainingLoop::run(Control* control) {
  for (Next next = Next::piece; next != Next::end;) {
    next = advance(control);
    if (next == Next::wait) control->wait();
  }
}
Next TrainingLoop::advance(Control* control) {
  check(state_->lock.held() || !state_->ranks.first(),
        "training: the run in {} has ended, and others may have gone on with it (resume it)", run_folder());
  const auto free_folder = [this] { const LockedFolder freed = std::move(state_->lock); };
  try {
    const Next next = state_->advance(control);
    if (next == Next::end) free_folder();
    return next;
  } catch (...) {
    state_->observers.give_up();  // its observers may be gone once they hear of the error
    free_folder();
    throw;
  }
}

namespace {

/// Whether a folder holds nothing but what a run leaves behind when it dies before its first checkpoint. A
/// configuration alone may be a person's own.
bool holds_a_false_start(const std::filesystem::path& folder) {
  bool configured = false, begun = false;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name == lock_file_name) continue;
    const bool torn = name.starts_with('.') && name.ends_with(".tmp");  // files are written under such names first
    if (torn || name == tokenizer_json || name == tokenizer_model || name == "config.json" || name == kGenerationConfig)
      begun = true;
    else if (name == "config.toml")
      configured = true;
    else
      return false;
  }
  return begun || !configured;
}

}  // namespace

void check_unused(const LockedFolder& run) {
  if (!run.held()) return;  // another rank has it
  check_input(run.empty() || holds_a_false_start(run.path()),
              "{}: already exists and is not empty (use --resume to go on with it, or another --out)",
              run.path().string());
}

RunFolder origin_of(const LockedFolder& run, const Resumption& resumption) {
  if (resumption.from.empty()) return {run.path()};
  check_unused(run);
  return {resumption.from};
}

Config resumed_config(const RunFolder& folder, const Resumption& resumption) {
  check_input(folder.has_run(), "{}: holds no run to go on with (leave out --resume to start one)",
              folder.path.string());
  check_files(folder);
  const Config before = read_config(folder.config());
  check_kept(folder, before);
  check_complete(folder.config());
  Config config = before;
  for (const std::string& set : resumption.sets) set_config_key(config, set);
  check_input(config.model == before.model && config.data == before.data,
              "--set: a resumed run keeps its model and its tokenizer (only keys of [train] can change, and --data)");
  config.data.lossy = config.data.lossy || resumption.lossy;
  if (resumption.steps) config.train.steps = *resumption.steps;
  if (resumption.data.empty())
    check_data_is_there(config);
  else
    config.data.source = resumption.data;
  validate(config);
  return config;
}

}  // namespace tinymor
