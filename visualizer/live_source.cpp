#include "visualizer/live_source.h"

#include <exception>
#include <utility>

#include "trainer/run_folder.h"

namespace tinymor {
namespace {

constexpr auto shortest_wake_interval = std::chrono::milliseconds(50);
constexpr size_t most_snapshots = 1024, most_records = 32768;

// Keeps memory bounded on long runs.
template <class Record>
void thin(std::vector<Record>& records, size_t most) {
  if (records.size() > most) thin_older_half(records);
}

}  // namespace

LiveFeed::LiveFeed(std::function<void()> wake, size_t capacity)
    : wake_(std::move(wake)), steps_(capacity), evals_(capacity), scores_(capacity), events_(capacity) {}

void LiveFeed::on_step(const StepMetrics& metrics) {
  steps_.push(metrics);
  wake();
}

void LiveFeed::on_eval(const EvalMetrics& metrics) {
  evals_.push(metrics);
  wake();
}

void LiveFeed::on_scores(const ScoreHistogram& scores) {
  scores_.push(scores);
  wake();
}

void LiveFeed::on_snapshot(const Snapshot& snapshot) {
  snapshots_.back() = snapshot;
  snapshots_.publish();
  wake();
}

void LiveFeed::on_images(const ImageSnapshot& images) {
  images_.back() = images;
  images_.publish();
  wake();
}

void LiveFeed::on_event(const RunEvent& event) {
  events_.push(event);
  wake();
}

void LiveFeed::wake() {
  const auto now = std::chrono::steady_clock::now();
  if (now - woke_ < shortest_wake_interval) return;
  woke_ = now;
  wake_();
}

bool LiveFeed::drain(RunHistory& history) {
  bool news = false;
  while (auto metrics = steps_.pop()) history.steps.push_back(*metrics), news = true;
  while (auto metrics = evals_.pop()) history.evals.push_back(*metrics), news = true;
  while (auto scores = scores_.pop()) history.scores.push_back(std::move(*scores)), news = true;
  while (auto event = events_.pop()) history.events.push_back(std::move(*event)), news = true;
  if (snapshots_.fetch()) history.add(snapshots_.front()), news = true;
  if (images_.fetch()) history.add(images_.front()), news = true;
  thinned_ |= history.steps.size() > most_records;
  thin(history.steps, most_records);
  thin(history.evals, most_records);
  thin(history.scores, most_records / 8);
  thin(history.events, most_records / 8);
  history.thin(most_snapshots);
  return news;
}

LiveSource::LiveSource(std::string name, std::unique_ptr<LiveRun> run, std::function<void()> wake)
    : run_(std::move(run)), wake_(std::move(wake)), feed_(wake_) {
  name_ = std::move(name);
  recording_ = RunFolder{name_}.recording();
  thread_ = std::thread([this] { work(); });
}

LiveSource::~LiveSource() {
  generator_.reset();
  control_.stop();
  thread_.join();
}

void LiveSource::work() {
  try {
    RunInfo run = run_->prepare([this](const std::string& line) {
      const std::lock_guard lock(mutex_);
      heard_.push_back(line);
      wake_();
    });
    {
      const std::lock_guard lock(mutex_);
      announced_ = std::move(run);
    }
    phase_ = Phase::training;
    wake_();
    run_->train(feed_, control_);
    phase_ = Phase::finished;
  } catch (const std::exception& error) {
    const std::lock_guard lock(mutex_);
    failure_ = error.what();
    phase_ = Phase::failed;
  }
  ended_ = true;
  wake_();
}

bool LiveSource::take_announcement() {
  const Phase phase = phase_;
  if (phase == seen_) return false;
  seen_ = phase;
  const std::lock_guard lock(mutex_);
  if (history_.run.config_toml.empty() && !announced_.config_toml.empty()) {
    set_run(announced_);
    tokenizer_ = run_->tokenizer();
    auto factory = [this](const std::atomic<bool>& cancelled) { return run_->decoder(control_, ended_, cancelled); };
    if (run_->writes()) generator_ = std::make_unique<GenerationWorker>(factory, wake_);
  }
  if (phase == Phase::failed) notice_ = failure_;
  return true;
}

bool LiveSource::take_lines() {
  const std::lock_guard lock(mutex_);
  const bool news = heard_.size() > told_.size();
  told_ = heard_;
  return news;
}

bool LiveSource::poll_run() {
  const bool announced = take_announcement() | take_lines();
  const bool told = feed_.drain(history_);
  const RunStatus now = status();
  const bool turned = std::exchange(polled_, now) != now;
  if (feed_.thinned() && notice_.empty()) notice_ = "a long run: every other of the older steps is left out";
  return told || announced || turned;
}

RunStatus LiveSource::shown() const {
  switch (phase_) {
    case Phase::preparing:
      return RunStatus::preparing;
    case Phase::training:
      return RunStatus::training;
    case Phase::finished:
      return RunStatus::finished;
    case Phase::failed:
      break;
  }
  return RunStatus::failed;
}

std::string LiveSource::why_not() const {
  if (can_generate()) return "";
  return seen_ == Phase::preparing
             ? "The run is still preparing its data; text can be generated once training has begun."
             : "A model of images writes no text.";
}

}  // namespace tinymor
