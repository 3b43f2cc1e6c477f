#pragma once
// A run that trains in this process, beside the window (background.h). It tells what happens through a LiveFeed and
// never waits for the window: state goes through a newest-value exchange, step records through rings that count what
// they drop.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>

#include "trainer/loop/trainer.h"
#include "visualizer/runs/background.h"
#include "visualizer/runs/exchange.h"
#include "visualizer/runs/source.h"

namespace tinymor {

/// Hears a run where it trains; the window's thread reads it.
class LiveFeed : public Observer {
 public:
  explicit LiveFeed(std::function<void()> wake, size_t capacity = 4096);
  void on(const Event& event) override;

  /// Moves what has arrived into `history`; true when there was something.
  bool drain(RunHistory& history);
  /// Whether older steps were left out to keep memory bounded.
  bool thinned() const { return thinned_; }
  uint64_t dropped() const {
    return std::apply([](const auto&... ring) { return (ring.dropped() + ...); }, rings_);
  }

 private:
  void wake();

  std::function<void()> wake_;
  std::chrono::steady_clock::time_point woke_{};
  bool thinned_ = false;
  // The window sees only the newest of what is large, and all of everything else.
  std::tuple<NewestExchange<Snapshot>, NewestExchange<ImageSnapshot>> newest_;
  std::tuple<Ring<StepMetrics>, Ring<EvalMetrics>, Ring<ScoreHistogram>, Ring<RunEvent>, Ring<ServedCall>> rings_;
};

/// The training that a LiveSource watches; all of it but `tokenizer` and `decoder` runs beside the window.
/// trainer_run.h makes one from a Trainer.
class LiveRun {
 public:
  virtual ~LiveRun() = default;
  /// Hears a line for people: what the run will take, and what was found in its data.
  using Tell = std::function<void(const std::string& line)>;
  /// Loads data and model.
  virtual RunInfo prepare(const Tell& tell) = 0;
  /// After `prepare`, on the window's thread; null when there is none.
  virtual std::shared_ptr<const Tokenizer> tokenizer() const { return nullptr; }
  /// After `prepare`: what happens is told to `observer`, and `control` steers; both live as long as the run goes on.
  virtual void begin(Observer& observer, Control& control) = 0;
  /// Trains a piece, as TrainingLoop::advance.
  virtual Next advance() = 0;
  /// Whether the model writes text, ...
  virtual bool writes() const { return true; }
  /// ... or looks at images.
  virtual bool sees_images() const { return false; }
  /// A decoder over a copy of the weights as they are now. Called where texts are generated, after `prepare`; `ended`
  /// says that nothing more is trained.
  virtual std::unique_ptr<Decoder> decoder(Control& control, const std::atomic<bool>& ended,
                                           const std::atomic<bool>& cancelled) = 0;
};

class LiveSource : public Source {
 public:
  LiveSource(std::string name, std::unique_ptr<LiveRun> run, std::function<void()> wake);
  /// Stops the run after its current step and waits until it has saved itself.
  ~LiveSource() override;

  RunStatus status() const override {
    if (phase_ != Phase::training || !control_.paused()) return shown();
    return control_.waiting() ? RunStatus::paused : RunStatus::pausing;
  }
  uint64_t dropped() const override { return feed_.dropped(); }
  bool steerable() const override { return phase_ == Phase::preparing || phase_ == Phase::training; }
  void pause() override { control_.pause(); }
  void resume() override { control_.resume(); }
  void stop() override {
    control_.stop();
    background_.wake();
  }
  void train_step() override { control_.step(); }
  void set_lr_factor(double factor) override { control_.set_lr_factor(factor); }
  void watch(Watched what) override { steerable() ? control_.watch(std::move(what)) : Source::watch(std::move(what)); }
  void take_snapshot() override { steerable() ? control_.take_snapshot() : Source::take_snapshot(); }
  std::string why_not() const override;

 private:
  enum class Phase { preparing, training, finished, failed };
  RunStatus shown() const;
  bool poll_run() override;
  double advance();
  void prepare();
  bool take_announcement();
  bool take_lines();

  std::unique_ptr<LiveRun> run_;
  std::function<void()> wake_;
  Control control_;
  LiveFeed feed_;
  std::atomic<Phase> phase_{Phase::preparing};
  Phase seen_ = Phase::preparing;
  RunStatus polled_ = RunStatus::preparing;
  std::atomic<bool> ended_{false};
  std::mutex mutex_;
  RunInfo announced_;  // guarded by mutex_, like the next two
  std::string failure_;
  std::vector<std::string> heard_;
  Background background_;  // last: it uses all of the above
};

}  // namespace tinymor
