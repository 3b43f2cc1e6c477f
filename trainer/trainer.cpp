#include "trainer/trainer.h"

#include <chrono>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "datasets/batches.h"
#include "datasets/corpus.h"
#include "mor/checkpoint.h"
#include "mor/llama_config.h"
#include "mor/trace.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/evaluate.h"
#include "trainer/observers.h"
#include "trainer/run_folder.h"
#include "trainer/schedule.h"
#include "trainer/score_histograms.h"
#include "trainer/snapshot.h"

namespace tinymor {
namespace {

/// Attention is in the first snapshots and then now and then, so that recordings stay small; gradients in every fourth,
/// so that runs stay fast.
SnapshotParts parts_at(const TrainConfig& train, int64_t step) {
  const int64_t number = step / std::max<int64_t>(train.record_every, 1);
  const bool last = step == train.steps;
  return {.attention = last || number < 20 || number % 25 == 0, .gradients = last || number % 4 == 0};
}

/// Held-out windows that a run looks at while it trains; `tinymor eval` uses all.
constexpr int64_t kEvalWindows = 64;

std::vector<int32_t> first_row(const Batch& batch) {
  const IntTensor row = batch.inputs.slice(0, 0, 1);
  return {row.values().begin(), row.values().end()};
}

std::shared_ptr<const Tokenizer> make_tokenizer(const DataConfig& data, const std::string& text) {
  switch (data.tokenizer) {
    case TokenizerKind::byte:
      return byte_tokenizer();
    case TokenizerKind::character:
      return train_char_tokenizer(text);
    case TokenizerKind::sentencepiece:
      return train_sentencepiece(text, data.vocab_size);
  }
  throw Error("tokenizer: unknown kind");
}

/// Writes config.toml and, for a model that transformers knows, its config.json.
void write_config(const RunFolder& folder, const RunInfo& info, const ModelConfig& model) {
  write_file_atomically(folder.config(), info.config_toml);
  if (is_vanilla(model)) write_file_atomically(folder.llama_config(), llama_config_json(model));
}

/// Notes what a tokenizer makes of the text, which it was trained on or not.
void add_notes(Corpus& corpus, const Tokenizer& tokenizer, const DataConfig& data, bool trained_on_it) {
  if (trained_on_it && data.tokenizer == TokenizerKind::sentencepiece && tokenizer.vocab_size() < data.vocab_size)
    corpus.notes.push_back(fmt::format("data.vocab_size {}: the text gives only {} pieces, so the vocabulary has those",
                                       data.vocab_size, tokenizer.vocab_size()));
  const std::string unknown = trained_on_it ? "" : unknown_characters(tokenizer, corpus.text);
  if (!unknown.empty())
    corpus.notes.push_back(fmt::format("data: {} did not occur in the text that the tokenizer learned from", unknown));
}

/// Writes every step and evaluation as one line of metrics.jsonl.
class MetricsLog : public Observer {
 public:
  explicit MetricsLog(const std::filesystem::path& file) : out_(file, std::ios::app) {}

  void on_step(const StepMetrics& m) override {
    write({{"step", m.step},
           {"seconds", m.seconds},
           {"loss", m.loss},
           {"aux_loss", m.aux_loss},
           {"z_loss", m.z_loss},
           {"balance_loss", m.balance_loss},
           {"grad_norm", m.grad_norm},
           {"lr", m.lr},
           {"tokens_per_second", m.tokens_per_second},
           {"mean_depth", m.mean_depth},
           {"sampling_accuracy", m.sampling_accuracy},
           {"max_violation", m.max_violation},
           {"score_entropy", m.score_entropy}});
  }
  void on_eval(const EvalMetrics& m) override {
    write({{"step", m.step},
           {"topk_loss", m.topk_loss},
           {"threshold_loss", m.threshold_loss},
           {"mean_depth", m.mean_depth}});
  }

 private:
  void write(const nlohmann::ordered_json& entry) { out_ << entry.dump() << std::endl; }

  std::ofstream out_;
};

}  // namespace

void Control::stop() {
  stop_ = true;
}

void Control::note(std::string command) {
  const std::lock_guard lock(mutex_);
  commands_.push_back(std::move(command));
  wake_.notify_all();
}

void Control::pause() {
  if (!paused_.exchange(true)) note("paused");
}

void Control::resume() {
  if (paused_.exchange(false)) note("goes on");
}

void Control::step() {
  ++steps_;
  note("one step");
}

void Control::set_lr_factor(double factor) {
  if (lr_factor_.exchange(factor) != factor) note(fmt::format("learning rate times {:.3g}", factor));
}

void Control::record() {
  if (!record_.exchange(true)) note("a snapshot with everything in it");
}

void Control::watch(Watched what) {
  static constexpr const char* names[] = {"the held-out text", "the batches trained on", "another text"};
  note(fmt::format("watches {}", names[what.kind]));
  const std::lock_guard lock(mutex_);
  watched_ = std::move(what);
}

std::optional<Watched> Control::take_watched() {
  const std::lock_guard lock(mutex_);
  return std::exchange(watched_, std::nullopt);
}

void Control::post(std::function<void(const Model&)> task) {
  {
    std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  wake_.notify_all();
}

bool Control::between_steps(const Model* model, const std::function<void(const std::string&)>& tell) {
  for (;;) {
    std::vector<std::function<void(const Model&)>> tasks;
    std::vector<std::string> commands;
    {
      std::unique_lock lock(mutex_);
      // stop() may come from a signal handler, which cannot wake anyone: look again now and then.
      if (paused_ && steps_ == 0 && !stop_ && tasks_.empty() && commands_.empty())
        wake_.wait_for(lock, std::chrono::milliseconds(100));
      tasks.swap(tasks_);
      commands.swap(commands_);
    }
    for (const std::string& command : commands) tell(command);
    for (const auto& task : tasks)
      if (model) task(*model);
    waiting_ = false;
    if (stop_) return false;
    if (!paused_) return steps_ = 0, true;
    if (steps_ > 0) return --steps_, true;
    waiting_ = true;
  }
}

/// Everything a run consists of while it trains.
struct Trainer::State {
  Config config;
  RunFolder folder;
  std::shared_ptr<const Tokenizer> tokenizer;
  Batches batches;
  Batch held_out;              // [n,T]
  std::vector<int32_t> probe;  // the text of the snapshots
  Watched watched;             // what that is
  RunInfo info;
  Model model;
  AdamW optimizer;
  Progress progress;
  ScoreHistograms scores;
  std::vector<std::unique_ptr<Observer>> logs;
  Observers observers;  // the logs, too
  std::vector<std::string> notes;

  State(Config c, RunFolder run, std::shared_ptr<const Tokenizer> t, DataSplit split)
      : config(std::move(c)),
        folder(std::move(run)),
        tokenizer(std::move(t)),
        batches(split.train, config.train.batch_size, config.model.max_seq_len, config.train.seed),
        held_out(consecutive_windows(split.held_out.empty() ? split.train : split.held_out, config.model.max_seq_len)),
        model(config.model, config.train.seed),
        optimizer(make_optimizer(config.train, model.parameters())),
        scores(model.layers().recursions) {
    config.model = model.config();
    leave_out(held_out, tokenizer->unknown());
    probe = first_row(held_out);
    info.config_toml = config_to_toml(config);
    for (int32_t id = 0; id < tokenizer->vocab_size(); ++id) info.vocabulary.push_back(tokenizer->piece(id));
    info.counts.resize(info.vocabulary.size());
    for (const auto* part : {&split.train, &split.held_out})
      for (int32_t id : *part) ++info.counts[id];
    info.train_tokens = int64_t(split.train.size());
    info.probe_offset = split.held_out.empty() ? 0 : info.train_tokens;
  }

  void add_logs(std::optional<int64_t> resume_step = {}) {
    logs.push_back(std::make_unique<MetricsLog>(folder.metrics()));
    logs.push_back(std::make_unique<Recorder>(folder.recording(), info, resume_step));
    for (const auto& log : logs) observers.add(*log);
  }

  StepMetrics step(double lr_factor);
  void evaluate_now();
  void watch(Watched what);
  void snapshot(SnapshotParts parts);
  void save();
  void tell_event(RunEvent::Kind kind, const std::string& text) {
    observers.tell(&Observer::on_event, {kind, progress.step, text});
  }
};

StepMetrics Trainer::State::step(double lr_factor) {
  const auto start = std::chrono::steady_clock::now();
  const int64_t micros = config.train.grad_accumulation;
  StepMetrics metrics;
  metrics.step = progress.step + 1;
  metrics.lr = lr_factor * learning_rate(config.train, metrics.step);
  int64_t tokens = 0;
  RouterMetrics routing{.sampling_accuracy = 0};  // summed: their number cancels in the other metrics
  for (int64_t micro = 0; micro < micros; ++micro) {
    const Batch batch = batches.at(progress.step, micro);
    const int64_t rows = batch.inputs.count();
    const int64_t pass = progress.step * micros + micro;
    const ForwardResult result =
        model.forward(batch.inputs.reshape({rows}), Rows::batch(batch.inputs.dim(0), batch.inputs.dim(1)),
                      {.step = pass, .probe = &scores});
    scores.on_depths(result.depth);
    const Loss loss = training_loss(config.model, result, batch.targets.reshape({rows}));
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
  metrics.score_entropy = routing.entropy();
  if (progress.step * micros >= config.model.router.capacity_warmup_steps) model.balance(routing.load);
  progress.step = metrics.step;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  progress.seconds += seconds;
  metrics.seconds = progress.seconds;
  metrics.tokens_per_second = double(tokens) / seconds;
  return metrics;
}

void Trainer::State::evaluate_now() {
  EvalMetrics metrics{.step = progress.step};
  for (Rule rule : rules_of(config.model)) {
    const Evaluation evaluation = evaluate(model, held_out, rule, kEvalWindows);
    (rule == Rule::topk ? metrics.topk_loss : metrics.threshold_loss) = evaluation.loss;
    metrics.mean_depth = evaluation.mean_depth;
  }
  if (rules_of(config.model).size() == 1) metrics.topk_loss = metrics.threshold_loss;
  observers.tell(&Observer::on_eval, metrics);
}

void Trainer::State::snapshot(SnapshotParts parts) {
  if (watched.kind == Watched::batches && progress.step > 0) probe = first_row(batches.at(progress.step - 1));
  observers.tell_later(&Observer::on_snapshot,
                       [weights = model.clone(), tokenizer = tokenizer, text = probe, step = progress.step, parts] {
                         Snapshot snapshot = snapshot_of(weights, *tokenizer, text, parts);
                         snapshot.step = step;
                         return snapshot;
                       });
}

void Trainer::State::save() {
  observers.finish();  // a run that goes on from here has all records up to this step
  save_checkpoint(folder, model, optimizer, progress);
  tell_event(RunEvent::checkpoint, "checkpoint");
}

void Trainer::State::watch(Watched what) {
  std::vector<int32_t>& text = what.text;
  if (what.kind == Watched::own && text.size() < 2) return;
  for (int32_t id : text) check_input(id >= 0 && id < config.model.vocab_size, "watch: there is no token {}", id);
  if (what.kind == Watched::held_out) probe = first_row(held_out);
  if (what.kind == Watched::own)
    probe.assign(text.begin(), text.begin() + std::min<int64_t>(int64_t(text.size()), config.model.max_seq_len));
  watched = std::move(what);
}

Trainer::Trainer(Config config, std::filesystem::path run, std::optional<Start> start) {
  if (start) config.model = start->model.config();
  validate(config);
  const RunFolder folder{std::move(run)};
  check_input(!std::filesystem::exists(folder.path) || std::filesystem::is_empty(folder.path),
              "{}: is there already and not empty (use --resume to go on with it, or another --out)",
              folder.path.string());
  Corpus corpus = read_corpus(config.data.source);
  config.data.source = resolve_source(config.data.source);  // resuming may start elsewhere
  std::shared_ptr<const Tokenizer> tokenizer = start ? start->tokenizer : make_tokenizer(config.data, corpus.text);
  config.model.vocab_size = tokenizer->vocab_size();
  add_notes(corpus, *tokenizer, config.data, !start);
  DataSplit split = split_text(config, *tokenizer, corpus.text);
  state_ = std::make_unique<State>(std::move(config), folder, std::move(tokenizer), std::move(split));
  state_->notes = std::move(corpus.notes);
  if (start) state_->model.load_state_dict(start->model.state_dict());

  make_folder(folder.path);
  const RunInfo& info = state_->info;
  write_config(folder, info, state_->config.model);
  state_->tokenizer->save(folder.path);
  state_->save();
  state_->add_logs();
}

Trainer Trainer::resume(const std::filesystem::path& run, std::optional<int64_t> steps) {
  const RunFolder folder{run};
  check_input(folder.has_run(), "{}: holds no run to go on with (leave out --resume to start one)", run.string());
  Config config = read_config(folder.config());
  if (steps) config.train.steps = *steps;
  validate(config);
  std::shared_ptr<const Tokenizer> tokenizer = load_tokenizer(run);
  config.model.vocab_size = tokenizer->vocab_size();
  Corpus corpus = read_corpus(config.data.source);
  DataSplit split = split_text(config, *tokenizer, corpus.text);
  auto state = std::make_unique<State>(std::move(config), folder, std::move(tokenizer), std::move(split));
  state->notes = std::move(corpus.notes);
  state->progress = load_checkpoint(folder, state->model, state->optimizer);
  const RunInfo& info = state->info;
  write_config(folder, info, state->config.model);
  // A run killed between the two files of a checkpoint has the older weights in the second.
  write_file_atomically(folder.weights(), write_checkpoint(state->model));
  cut_metrics(folder, state->progress.step);
  state->add_logs(state->progress.step);
  return Trainer(std::move(state));
}

Trainer::Trainer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;

const std::string& Trainer::run_folder() const {
  return state_->folder.path.native();
}
const Config& Trainer::config() const {
  return state_->config;
}
const Model& Trainer::model() const {
  return state_->model;
}
const Tokenizer& Trainer::tokenizer() const {
  return *state_->tokenizer;
}
RunInfo Trainer::info() const {
  return state_->info;
}
const std::vector<std::string>& Trainer::notes() const {
  return state_->notes;
}
int64_t Trainer::step() const {
  return state_->progress.step;
}
void Trainer::add_observer(Observer& observer) {
  state_->observers.add(observer);
}

void Trainer::run(Control* control) {
  State& s = *state_;
  const TrainConfig& train = s.config.train;
  const auto due = [&](int64_t every) { return every > 0 && s.progress.step % every == 0; };
  const auto command = [&](const std::string& text) { s.tell_event(RunEvent::command, text); };
  if (s.progress.step == 0) {
    s.evaluate_now();
    s.snapshot({});
  } else {
    command("begins anew from its checkpoint");
  }
  int64_t saved = s.progress.step;
  while (s.progress.step < train.steps && (!control || control->between_steps(&s.model, command))) {
    const StepMetrics metrics = s.step(control ? control->lr_factor() : 1);
    const bool last = metrics.step == train.steps;
    s.observers.tell(&Observer::on_step, metrics);
    if (last || due(kScoresEvery)) {
      const ScoreHistogram scores = s.scores.take(metrics.step);
      if (!scores.taken.empty()) s.observers.tell(&Observer::on_scores, scores);
    }
    const auto watched = control ? control->take_watched() : std::nullopt;
    if (watched) s.watch(*watched);
    const bool asked = (control && control->take_record()) || watched;
    if (asked || last || due(train.record_every)) s.snapshot(asked ? SnapshotParts() : parts_at(train, metrics.step));
    if (last || due(train.eval_every)) s.evaluate_now();
    if (last || due(train.checkpoint_every)) {
      s.save();
      saved = s.progress.step;
    }
  }
  if (control && control->stopping()) command("stopped");
  if (saved != s.progress.step) s.save();
  s.observers.finish();
}

}  // namespace tinymor
