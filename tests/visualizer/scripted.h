#pragma once
// Stand-ins for a model and a training run, so that tests of the window need neither.

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "tensor/error.h"
#include "visualizer/runs/live_source.h"
#include "visualizer/runs/recording_source.h"
#include "visualizer/sample_run.h"

namespace tinymor {

/// Writes "tok1 tok2 ..." with depths 2, 3, 1, ...; calls `before_token` before each. Five tokens may come next,
/// likelier by steps of one nat.
class ScriptedDecoder : public Decoder {
 public:
  explicit ScriptedDecoder(std::function<void()> before_token = [] {}) : before_token_(std::move(before_token)) {}

  std::vector<GeneratedPiece> start(const GenerateRequest& request) override {
    made_ = std::max(0, int(request.kept.size()) - 1);
    std::vector<GeneratedPiece> text{{request.prompt, 0, 2, true, {1.0f, 0.5f, -1.0f}}};
    for (size_t i = 1; i < request.kept.size(); ++i) text.push_back(token(request.kept[i]));
    return text;
  }
  GeneratedPiece next(const Sampling&) override {
    before_token_();
    return token(++made_);
  }
  int cached() const override { return made_ + 1; }
  int64_t kv_bytes() const override { return 4096 * (made_ + 1); }
  // Every nat is a tenth larger than it was.
  ExperimentOutcome try_out(const Experiment& experiment) override {
    ExperimentOutcome outcome;
    outcome.routed.nll.assign(experiment.tokens.size() - 1, 2.0f);
    outcome.changed.nll.assign(experiment.tokens.size() - 1, 2.1f);
    outcome.routed.lm_loss = 2, outcome.changed.lm_loss = 2.1;
    if (experiment.depth > 0 && experiment.token >= 0) outcome.by_depth = {2.3f, 1.9f, 2.4f};
    return outcome;
  }
  Snapshot look_at(const std::vector<int32_t>& text) override {
    check_input(text.size() >= 2, "too short");
    Snapshot snapshot = sample_recording().snapshots.back();
    snapshot.threshold.tokens = snapshot.topk.tokens = text;
    snapshot.threshold.pieces = snapshot.topk.pieces = std::vector<std::string>(text.size(), " own");
    return snapshot;
  }
  std::optional<SurveyedText> survey(const std::vector<int32_t>& text, const std::atomic<bool>&) override {
    SurveyedText out;
    out.routed = sample_recording().snapshots.back().threshold;
    out.routed.tokens = text;
    for (float nll : out.routed.nll) out.deepest.push_back(nll - 0.25f);
    const int64_t tokens = int64_t(out.routed.nll.size());
    for (double cut_off : swept_cut_offs) {
      const auto once = int64_t(cut_off * double(tokens));
      out.swept.push_back({{0, once, 0, tokens - once}, double(tokens) * (2 + cut_off)});
    }
    return out;
  }
  std::vector<float> logits() const override { return {0, 1, 2, 3, 4}; }
  std::shared_ptr<const std::vector<std::string>> vocabulary() const override {
    return std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"a", "b", "c", "d", "e"});
  }

 private:
  static GeneratedPiece token(int n) { return {" tok" + std::to_string(n), n, 1 + n % 3, false, {1.0f, 0.2f, -0.2f}}; }

  std::function<void()> before_token_;
  int made_ = 0;
};

/// The sample recording that can also generate, by script.
class WritingSource : public RecordingSource {
 public:
  explicit WritingSource(Recording recording = sample_recording()) : RecordingSource("sample", std::move(recording)) {
    generator_ = std::make_unique<GenerationWorker>(
        [](const std::atomic<bool>&) { return std::make_unique<ScriptedDecoder>(); }, [] {});
  }
};

/// Tells the whole sample recording at once, then goes on only when the test lets it end.
class ScriptedRun : public LiveRun {
 public:
  explicit ScriptedRun(Recording recording) : recording_(std::move(recording)) {}

  RunInfo prepare(const Tell&) override { return recording_; }
  void begin(Observer& observer, Control& control) override {
    control_ = &control;
    for (const StepMetrics& m : recording_.steps) observer.on(m);
    for (const EvalMetrics& e : recording_.evals) observer.on(e);
    for (const ScoreHistogram& s : recording_.scores) observer.on(s);
    for (const Snapshot& s : recording_.snapshots) observer.on(s);
  }
  Next advance() override { return control_->stopping() ? Next::end : Next::wait; }
  std::unique_ptr<Decoder> decoder(Control&, const std::atomic<bool>&, const std::atomic<bool>&) override {
    return std::make_unique<ScriptedDecoder>();
  }

 private:
  Recording recording_;
  Control* control_ = nullptr;
};

/// Polls until `done` holds; false after ten seconds.
inline bool wait_for(Source& source, const std::function<bool()>& done) {
  for (int i = 0; i < 10000; ++i) {
    source.poll();
    if (done()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

}  // namespace tinymor
