#include "trainer/training_loop.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <vector>

#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/metrics_log.h"
#include "trainer/schedule.h"
#include "trainer/score_histograms.h"

namespace tinymor {
namespace {

/// Attention is in the first snapshots and then now and then, so that recordings stay small; gradients in every fourth,
/// so that runs stay fast.
SnapshotParts parts_at(const TrainConfig& train, int64_t step) {
  const int64_t number = step / std::max<int64_t>(train.record_every, 1);
  const bool last = step == train.steps;
  return {.attention = last || number < 20 || number % 25 == 0, .gradients = last || number % 4 == 0};
}

}  // namespace

/// Everything a run consists of while it trains.
struct TrainingLoop::State {
  RunFolder folder;
  std::unique_ptr<Task> task;
  RunInfo info;
  AdamW optimizer;
  Progress progress;
  ScoreHistograms scores;
  std::vector<std::unique_ptr<Observer>> logs;
  Observers observers;  // the logs, too

  State(const RunFolder& run, std::unique_ptr<Task> t)
      : folder(run),
        task(std::move(t)),
        info(task->info()),
        optimizer(make_optimizer(task->config.train, task->model().parameters())),
        scores(task->config.model.n_recursions) {}

  void begin();
  void resume();
  void add_logs(std::optional<int64_t> resume_step = {});
  StepMetrics step(double lr_factor);
  void evaluate();
  void save();
  void tell_event(RunEvent::Kind kind, const std::string& text) {
    observers.tell(&Observer::on_event, {kind, progress.step, text});
  }
  void run(Control* control);
};

void TrainingLoop::State::begin() {
  make_folder(folder.path);
  write_file_atomically(folder.config(), info.config_toml);
  task->save_beside(folder);
  save();
  add_logs();
}

void TrainingLoop::State::resume() {
  progress = load_checkpoint(folder, task->model(), optimizer);
  write_file_atomically(folder.config(), info.config_toml);
  task->save_beside(folder);  // older runs may lack some of it
  // A run killed between the two files of a checkpoint has the older weights in the second.
  write_file_atomically(folder.weights(), task->checkpoint());
  cut_metrics(folder, progress.step);
  add_logs(progress.step);
}

void TrainingLoop::State::add_logs(std::optional<int64_t> resume_step) {
  logs.push_back(std::make_unique<MetricsLog>(folder.metrics()));
  logs.push_back(std::make_unique<Recorder>(folder.recording(), info, resume_step));
  for (const auto& log : logs) observers.add(*log);
}

StepMetrics TrainingLoop::State::step(double lr_factor) {
  const auto start = std::chrono::steady_clock::now();
  const TrainConfig& train = task->config.train;
  const int64_t micros = train.grad_accumulation;
  StepMetrics metrics;
  metrics.step = progress.step + 1;
  metrics.lr = lr_factor * learning_rate(train, metrics.step);
  int64_t tokens = 0;
  RouterMetrics routing{.sampling_accuracy = 0};  // summed: their number cancels in the other metrics
  for (int64_t micro = 0; micro < micros; ++micro) {
    const auto [result, loss] =
        task->pass(progress.step, micro, {.step = progress.step * micros + micro, .probe = &scores});
    const auto rows = int64_t(result.depth.size());
    scores.on_depths(result.depth);
    scale(loss.total, Real(1) / Real(micros)).backward();
    metrics.loss += loss.lm / double(micros);
    metrics.aux_loss += loss.aux / double(micros);
    metrics.mean_depth += std::accumulate(result.depth.begin(), result.depth.end(), 0.0) / double(rows * micros);
    metrics.z_loss += loss.z / double(micros);
    metrics.balance_loss += loss.balance / double(micros);
    routing.add(result.metrics);
    tokens += rows;
  }
  check(std::isfinite(metrics.loss),
        "training: the loss of step {} is {}; {} keeps the last checkpoint (lower train.lr)", metrics.step,
        metrics.loss, folder.path.string());
  metrics.grad_norm = optimizer.step(metrics.lr);
  metrics.sampling_accuracy = routing.sampling_accuracy / double(micros);
  metrics.max_violation = routing.max_violation();
  metrics.load_entropy = routing.entropy();
  if (progress.step * micros >= task->config.model.router.capacity_warmup_steps) task->balance(routing.load);
  progress.step = metrics.step;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  progress.seconds += seconds;
  metrics.seconds = progress.seconds;
  metrics.tokens_per_second = double(tokens) / seconds;
  return metrics;
}

void TrainingLoop::State::evaluate() {
  EvalMetrics metrics = task->evaluate();
  metrics.step = progress.step;
  observers.tell(&Observer::on_eval, metrics);
}

void TrainingLoop::State::save() {
  observers.finish();  // a run that goes on from here has all records up to this step
  save_checkpoint(folder, task->model(), task->checkpoint(), optimizer, progress);
  tell_event(RunEvent::checkpoint, "checkpoint");
}

void TrainingLoop::State::run(Control* control) {
  const TrainConfig& train = task->config.train;
  const auto due = [&](int64_t every) { return every > 0 && progress.step % every == 0; };
  const auto command = [&](const std::string& text) { tell_event(RunEvent::command, text); };
  if (progress.step == 0) {
    evaluate();
    task->tell_snapshot(observers, 0, {});
  } else {
    command("begins anew from its checkpoint");
  }
  int64_t saved = progress.step;
  while (progress.step < train.steps && (!control || control->between_steps(task->text_model(), command))) {
    const StepMetrics metrics = step(control ? control->lr_factor() : 1);
    const bool last = metrics.step == train.steps;
    observers.tell(&Observer::on_step, metrics);
    if (last || due(kScoresEvery)) {
      const ScoreHistogram counted = scores.take(metrics.step);
      if (!counted.taken.empty()) observers.tell(&Observer::on_scores, counted);
    }
    const auto watched = control ? control->take_watched() : std::nullopt;
    if (watched) task->watch(*watched);
    const bool asked = (control && control->take_record()) || watched;
    if (asked || last || due(train.record_every))
      task->tell_snapshot(observers, metrics.step, asked ? SnapshotParts() : parts_at(train, metrics.step));
    if (last || due(train.eval_every)) evaluate();
    if (last || due(train.checkpoint_every)) {
      save();
      saved = progress.step;
    }
  }
  if (control && control->stopping()) command("stopped");
  if (saved != progress.step) save();
  observers.finish();
}

TrainingLoop::TrainingLoop(const RunFolder& folder, std::unique_ptr<Task> task, Begin begin)
    : state_(std::make_unique<State>(folder, std::move(task))) {
  begin == anew ? state_->begin() : state_->resume();
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
  state_->run(control);
}

RunFolder unused_folder(std::filesystem::path run) {
  check_input(!std::filesystem::exists(run) || std::filesystem::is_empty(run),
              "{}: is there already and not empty (use --resume to go on with it, or another --out)", run.string());
  return {std::move(run)};
}

Config resumed_config(const RunFolder& folder, std::optional<int64_t> steps) {
  check_input(folder.has_run(), "{}: holds no run to go on with (leave out --resume to start one)",
              folder.path.string());
  Config config = read_config(folder.config());
  if (steps) config.train.steps = *steps;
  validate(config);
  return config;
}

}  // namespace tinymor
