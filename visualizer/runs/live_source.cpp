#include "visualizer/runs/live_source.h"

#include <exception>
#include <utility>

#include "trainer/loop/run_folder.h"

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
    : wake_(std::move(wake)), rings_(capacity, capacity, capacity, capacity, capacity) {}

void LiveFeed::on(const Event& event) {
  std::visit(
      [this]<class E>(const E& e) {
        if constexpr (std::is_same_v<E, Snapshot> || std::is_same_v<E, ImageSnapshot>) {
          auto& newest = std::get<NewestExchange<E>>(newest_);
          newest.back() = e;
          newest.publish();
        } else {
          std::get<Ring<E>>(rings_).push(e);
        }
      },
      event);
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
  const auto take_all = [&](auto& ring) {
    while (auto event = ring.pop()) {
      history.add(std::move(*event));
      news = true;
    }
  };
  const auto take_newest = [&](auto& newest) {
    if (!newest.fetch()) return;
    history.add(newest.front());
    news = true;
  };
  std::apply([&](auto&... ring) { (take_all(ring), ...); }, rings_);
  std::apply([&](auto&... newest) { (take_newest(newest), ...); }, newest_);
  thinned_ |= history.steps.size() > most_records;
  thin(history.steps, most_records);
  thin(history.evals, most_records);
  thin(history.scores, most_records / 8);
  thin(history.events, most_records / 8);
  history.thin(most_snapshots);
  return news;
}

LiveSource::LiveSource(std::string name, std::unique_ptr<LiveRun> run, std::function<void()> wake)
    : run_(std::move(run)),
      wake_(std::move(wake)),
      control_([this] { background_.wake(); }),
      feed_(wake_),
      background_([this] { return advance(); }) {
  name_ = std::move(name);
  recording_ = RunFolder{name_}.recording();
}

LiveSource::~LiveSource() {
  generator_.reset();
  control_.stop();
  background_.wake();
  background_.finish();
}

double LiveSource::advance() {
  if (ended_) return Background::until_woken;
  try {
    if (phase_ == Phase::preparing) {
      prepare();
      return Background::at_once;
    }
    const Next next = run_->advance();
    if (next != Next::end) return next == Next::piece ? Background::at_once : Background::until_woken;
    phase_ = Phase::finished;
  } catch (const std::exception& error) {
    const std::lock_guard lock(mutex_);
    failure_ = error.what();
    phase_ = Phase::failed;
  }
  ended_ = true;
  wake_();
  return Background::until_woken;
}

void LiveSource::prepare() {
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
  run_->begin(feed_, control_);
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
    draws_ = run_->sees_images();
    if (run_->writes() || draws_) generator_ = std::make_unique<GenerationWorker>(factory, wake_);
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
  const bool told = feed_.drain(history_);  // first: what is told belongs to a run that is announced by then
  const bool announced = take_announcement(), lines = take_lines();
  const RunStatus now = status();
  const bool turned = std::exchange(polled_, now) != now;
  if (feed_.thinned() && notice_.empty()) notice_ = "a long run: every other of the older steps is left out";
  return told || announced || lines || turned;
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
