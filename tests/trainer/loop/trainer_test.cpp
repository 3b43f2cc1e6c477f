#include "trainer/loop/trainer.h"

#include <cmath>
#include <thread>

#include "datasets/corpus.h"
#include "datasets/stories.h"
#include "support/catch.h"
#include "support/runs.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "tensor/threads.h"
#include "trainer/loop/evaluate.h"
#include "trainer/loop/run_folder.h"
#include "trainer/loop/schedule.h"
#include "trainer/recording/recording.h"
#include "trainer/recording/snapshot.h"

using namespace tinymor;
namespace fs = std::filesystem;

TEST_CASE("a run tells what its corpus holds and where its watched text is in it") {
  const TemporaryFolder folder;
  const Config config = tiny_text_run(folder.path(), 1);
  Trainer trainer(config, folder.path() / "run");
  trainer.run();
  const RunInfo info = trainer.info();
  const std::vector<int32_t> ids = trainer.tokenizer().encode(load_corpus(config.data.source));
  std::vector<uint32_t> counts(info.vocabulary.size());
  for (int32_t id : ids) ++counts[id];
  CHECK(info.counts == counts);
  CHECK(info.train_tokens > 0);
  const Recording recording = read_recording(folder.path() / "run/recording.mortrace");
  CHECK(recording.counts == counts);
  const std::vector<int32_t>& watched = recording.snapshots.at(0).topk.tokens;
  REQUIRE(info.watched_offset == info.train_tokens);
  REQUIRE(info.watched_offset + int64_t(watched.size()) <= int64_t(ids.size()));
  CHECK(std::equal(watched.begin(), watched.end(), ids.begin() + info.watched_offset));
}

TEST_CASE("one seed gives the same checkpoint to the bit, with any number of threads") {
  const TemporaryFolder folder;
  const Config config = tiny_text_run(folder.path(), 6);
  const int before = thread_count();
  for (int threads : {1, 2, 3}) {
    set_thread_count(threads);
    Trainer(config, folder.path() / std::to_string(threads)).run();
  }
  set_thread_count(before);
  Trainer(config, folder.path() / "again").run();
  CHECK(bits(folder.path() / "1") == bits(folder.path() / "2"));
  CHECK(bits(folder.path() / "1") == bits(folder.path() / "3"));
  CHECK(bits(folder.path() / "1") == bits(folder.path() / "again"));
  Config other = config;
  other.train.seed = 2;
  Trainer(other, folder.path() / "other").run();
  CHECK(bits(folder.path() / "1")["model.safetensors"] != bits(folder.path() / "other")["model.safetensors"]);
}

TEST_CASE("a run that is given a start begins from its weights and tokenizer, and resumes to the same bits") {
  const TemporaryFolder folder;
  const Config config = tiny_text_run(folder.path(), 14);
  const auto tokenizer = std::shared_ptr<const Tokenizer>(byte_tokenizer());
  ModelConfig size = config.model;
  size.d_model = 32;
  size.vocab_size = tokenizer->vocab_size();
  const Model model(size, 9);
  const auto begin = [&](const char* run) { return Trainer(config, folder.path() / run, Start{model, tokenizer}); };
  {
    const Trainer trainer = begin("untouched");
    CHECK(trainer.config().model == model.config());
    CHECK(trainer.tokenizer().vocab_size() == 256);
    for (const auto& [path, values] : trainer.model().state_dict())
      CHECK(values.to_vector() == model.state_dict().at(path).to_vector());
  }
  begin("whole").run();
  train_until(begin("stopped"), 5);
  Trainer::resume(folder.path() / "stopped").run();
  CHECK(bits(folder.path() / "stopped") == bits(folder.path() / "whole"));
  const Model same(size, 9);  // the start's own weights stay as they are
  for (const auto& [path, values] : same.state_dict())
    CHECK(values.to_vector() == model.state_dict().at(path).to_vector());
}

TEST_CASE("a finished run resumes to nothing, and further with more steps") {
  const TemporaryFolder folder;
  Trainer(tiny_text_run(folder.path(), 3), folder.path() / "run").run();
  const auto before = bits(folder.path() / "run");
  Trainer::resume(folder.path() / "run").run();
  CHECK(bits(folder.path() / "run") == before);
  // As if killed after the optimizer's file was replaced and before the weights' was.
  write_file_atomically(folder.path() / "run/model.safetensors", "older weights");
  Trainer::resume(folder.path() / "run").run();
  CHECK(bits(folder.path() / "run") == before);
  Trainer more = Trainer::resume(folder.path() / "run", {.steps = 5});
  more.run();
  CHECK(more.step() == 5);
}

TEST_CASE("training makes the held-out loss fall, and every parameter moves") {
  const TemporaryFolder folder;
  Trainer trainer(tiny_text_run(folder.path(), 60), folder.path() / "run");
  const Model before = trainer.model().clone();
  trainer.run();
  const auto old_parameters = before.parameters(), new_parameters = trainer.model().parameters();
  for (size_t i = 0; i < old_parameters.size(); ++i) {
    INFO(old_parameters[i]->name());
    CHECK(old_parameters[i]->value().to_vector() != new_parameters[i]->value().to_vector());
  }
  const Recording recording = read_recording(folder.path() / "run/recording.mortrace");
  REQUIRE(recording.evals.size() > 2);
  CHECK(recording.evals.back().threshold_loss < recording.evals.front().threshold_loss - 0.5);
}

TEST_CASE("unusable runs are refused before anything is written") {
  const TemporaryFolder folder;
  const Config good = tiny_text_run(folder.path(), 2);
  const auto refused = [&](const Config& config, const std::string& why) {
    INFO(why);
    CHECK_THROWS_WITH(Trainer(config, folder.path() / "run"), ContainsSubstring(why));
    CHECK_FALSE(fs::exists(folder.path() / "run"));
  };
  Config config = good;
  config.data.source = (folder.path() / "missing.txt").string();
  refused(config, "missing.txt");
  write_file_atomically(folder.path() / "short.txt", "Too short.");
  config.data.source = (folder.path() / "short.txt").string();
  refused(config, "tokens");
  write_file_atomically(folder.path() / "empty.txt", "");
  config.data.source = (folder.path() / "empty.txt").string();
  refused(config, "empty.txt");
  config = good;
  config.model.n_layers = 7;
  refused(config, "n_layers");

  Trainer(good, folder.path() / "run").run();
  CHECK_THROWS_WITH(Trainer(good, folder.path() / "run"), ContainsSubstring("--resume"));
  CHECK_THROWS_AS(Trainer::resume(folder.path() / "nothing"), InputError);
  write_file_atomically(folder.path() / "run/trainer.safetensors",
                        read_file(folder.path() / "run/trainer.safetensors").substr(0, 5000));
  CHECK_THROWS_AS(Trainer::resume(folder.path() / "run"), InputError);
}

TEST_CASE("a NaN loss ends the run and keeps the last checkpoint") {
  const TemporaryFolder folder;
  Config config = tiny_text_run(folder.path(), 200);
  config.train.lr = 1e30;
  config.train.warmup_steps = 0;
  Trainer trainer(config, folder.path() / "run");
  CHECK_THROWS_WITH(trainer.run(), ContainsSubstring("lower train.lr"));
  CHECK_NOTHROW(load_model(folder.path() / "run"));
}

TEST_CASE("a paused run does no step, those that are asked for, and what is posted, and goes on") {
  const TemporaryFolder folder;
  Trainer trainer(tiny_text_run(folder.path(), 1000000), folder.path() / "run");
  struct Counter : Observer {
    std::atomic<int64_t> step{0};
    std::atomic<double> lr{0};
    std::atomic<int> watched{0};  // tokens of the newest snapshot's text
    std::vector<int32_t> text;    // of the newest; read only while the run stands still
    void on(const Event& event) override {
      hear(
          event, [this](const StepMetrics& m) { lr = m.lr, step = m.step; },
          [this](const Snapshot& s) { text = s.topk.tokens, watched = int(text.size()), ++snapshots; },
          [this](const RunEvent& e) { events.push_back(e); });
    }
    std::atomic<int> snapshots{0};
    std::vector<RunEvent> events;  // read once the run has ended
  } counter;
  trainer.add_observer(counter);
  Control control;
  std::thread thread([&] { trainer.run(&control); });
  const auto wait = [](auto condition) {
    for (int i = 0; i < 2000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return condition();
  };
  CHECK(wait([&] { return counter.step > 2; }));
  control.pause();
  // What is posted is done between two steps, so from then on the run waits.
  std::atomic<bool> asked{false};
  control.post([&] { asked = trainer.model().parameter_count() > 0; });
  CHECK(wait([&] { return asked.load(); }));
  CHECK(wait([&] { return control.waiting(); }));
  const int64_t paused_at = counter.step;
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK(counter.step == paused_at);
  const double lr = counter.lr;
  control.set_lr_factor(3);
  control.watch({Watched::own, {1, 2, 3}});
  control.step();
  CHECK(wait([&] { return counter.watched == 3; }));
  CHECK(counter.lr == Approx(3 * lr));
  control.set_lr_factor(1);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(counter.step == paused_at + 1);
  const int seen = counter.snapshots;
  control.step();
  CHECK(wait([&] { return counter.snapshots == seen + 1; }));  // though none is due
  CHECK(counter.lr == Approx(lr));
  const auto next_text = [&](Watched::Kind kind) {
    const int before = counter.snapshots;
    control.watch({kind});
    control.step();
    CHECK(wait([&] { return counter.snapshots > before; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return counter.text;
  };
  const std::vector<int32_t> of_batch = next_text(Watched::batches);
  CHECK(of_batch.size() == size_t(trainer.config().model.max_seq_len));
  CHECK(next_text(Watched::batches) != of_batch);
  const std::vector<int32_t> first = next_text(Watched::held_out);
  CHECK(first != of_batch);
  CHECK(next_text(Watched::held_out) == first);
  control.resume();
  CHECK(wait([&] { return !control.waiting() && counter.step > paused_at + 5; }));
  control.stop();
  thread.join();
  std::vector<std::string> told;
  for (const RunEvent& event : counter.events)
    if (event.kind == RunEvent::command) told.push_back(event.text);
  CHECK(told == std::vector<std::string>{"paused", "learning rate times 3", "watches another text", "one step",
                                         "learning rate times 1", "one step", "watches the batches trained on",
                                         "one step", "watches the batches trained on", "one step",
                                         "watches the held-out text", "one step", "watches the held-out text",
                                         "one step", "goes on", "stopped"});
  CHECK(std::any_of(counter.events.begin(), counter.events.end(),
                    [&](const RunEvent& e) { return e.kind == RunEvent::checkpoint && e.step == counter.step; }));
}

TEST_CASE("a snapshot is of the weights at its step, although training went on meanwhile") {
  const TemporaryFolder folder;
  Config config = tiny_text_run(folder.path(), 9);
  config.train.schedule = ScheduleKind::constant;
  config.train.record_every = 1;
  Trainer(config, folder.path() / "run").run();
  const Recording recording = read_recording(folder.path() / "run/recording.mortrace");
  REQUIRE(recording.snapshots.size() == 10);
  for (int64_t step : {1, 4, 7}) {
    config.train.steps = step;
    const fs::path shorter = folder.path() / std::to_string(step);
    Trainer(config, shorter).run();
    const LoadedModel loaded = load_model(shorter, Checkpoint::newest);
    const Snapshot& recorded = recording.snapshots.at(step);
    const Snapshot again = snapshot_of(*loaded.model, *loaded.tokenizer, recorded.topk.tokens);
    CHECK(recorded.step == step);
    CHECK(recorded.topk.nll == again.topk.nll);
    CHECK(recorded.threshold.nll == again.threshold.nll);
    CHECK(recorded.threshold.exits == again.threshold.exits);
    CHECK(recorded.topk.gradients.use.empty() == (step % 4 != 0));
  }
}

TEST_CASE("a recording tells where checkpoints were saved and where a run went on from one") {
  const TemporaryFolder folder;
  Config config = tiny_text_run(folder.path(), 4);
  config.train.checkpoint_every = 2;
  Trainer(config, folder.path() / "run").run();
  Trainer::resume(folder.path() / "run", {.steps = 5}).run();
  std::string told;
  for (const RunEvent& event : read_recording(folder.path() / "run/recording.mortrace").events)
    if (event.kind != RunEvent::sample) told += fmt::format("{} {}; ", event.step, event.text);
  CHECK(told == "2 checkpoint; 4 checkpoint; 4 starts again from its checkpoint; 5 checkpoint; ");
}

TEST_CASE("schedules rise, stay and fall where they should") {
  TrainConfig train;
  train.steps = 100;
  train.warmup_steps = 10;
  train.lr = 1;
  train.schedule = ScheduleKind::trapezoid;
  train.cooldown_fraction = 0.2;
  CHECK(learning_rate(train, 5) == Approx(0.5));
  CHECK(learning_rate(train, 10) == Approx(1));
  CHECK(learning_rate(train, 80) == Approx(1));
  CHECK(learning_rate(train, 91) == Approx(0.5));
  CHECK(learning_rate(train, 100) == Approx(0.05));
  train.schedule = ScheduleKind::cosine;
  CHECK(learning_rate(train, 5) == Approx(0.5));
  CHECK(learning_rate(train, 56) == Approx(0.5));
  CHECK(learning_rate(train, 100) < 0.01);
  train.schedule = ScheduleKind::constant;
  CHECK(learning_rate(train, 100) == Approx(1));
}

TEST_CASE("schedules that fall end at the lowest learning rate that is asked for") {
  TrainConfig train{.steps = 1000, .lr = 1, .min_lr = 0.1, .warmup_steps = 10, .cooldown_fraction = 0.2};
  for (const ScheduleKind schedule : {ScheduleKind::trapezoid, ScheduleKind::cosine}) {
    train.schedule = schedule;
    CHECK(learning_rate(train, 5) == Approx(0.5));
    CHECK(learning_rate(train, 10) == Approx(1));
    CHECK(learning_rate(train, schedule == ScheduleKind::cosine ? 506 : 901) == Approx(0.55));
    CHECK(learning_rate(train, 1000) == Approx(0.1).margin(0.005));
    for (int64_t step = 11; step <= 1000; ++step) REQUIRE(learning_rate(train, step) > 0.1);
  }
  train.schedule = ScheduleKind::constant;
  CHECK(learning_rate(train, 1000) == 1);
}

TEST_CASE("evaluation leaves out the targets that nothing is asked of") {
  const TemporaryFolder folder;
  Trainer trainer(tiny_text_run(folder.path(), 1), folder.path() / "run");
  const Tokens ids = trainer.tokenizer().encode(make_stories(3, 3000));
  const Windows windows(ids, 32);
  double loss = 0;
  int64_t count = 0;
  const int32_t left_out = trainer.tokenizer().encode("e")[0];
  const auto see = [&](const IntTensor& inputs, const ForwardResult&, const Tensor& nll) {
    for (int64_t i = 0; i < inputs.count(); ++i, ++count)
      if (ids[count + 1] != left_out) loss += nll.data()[i];
  };
  evaluate(trainer.model(), windows, Rule::topk, {.see = see});
  const Evaluation rest = evaluate(trainer.model(), Windows(ids, 32, left_out), Rule::topk);
  REQUIRE(rest.unknown > 100);
  CHECK(rest.tokens == windows.count() * 32 - rest.unknown);
  CHECK(rest.loss == Approx(loss / double(rest.tokens)));
  CHECK(rest.mean_depth == Approx((32 + 21 + 10) / 32.0));
  const Windows nothing(std::vector<int32_t>(100, left_out), 32, left_out);
  CHECK_THROWS_AS(evaluate(trainer.model(), nothing, Rule::topk), InputError);
}

TEST_CASE("evaluation of a window counts every prediction once") {
  const TemporaryFolder folder;
  Trainer trainer(tiny_text_run(folder.path(), 1), folder.path() / "run");
  const Windows windows(trainer.tokenizer().encode(make_stories(3, 3000)), 32);
  const Evaluation all = evaluate(trainer.model(), windows, Rule::topk);
  CHECK(all.tokens == windows.count() * 32);
  CHECK(all.perplexity == Approx(std::exp(all.loss)));
  CHECK(all.mean_depth == Approx((32 + 21 + 10) / 32.0));
  CHECK(evaluate(trainer.model(), windows, Rule::topk, {.max_windows = 3}).tokens == 3 * 32);
}
