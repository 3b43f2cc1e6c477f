#include "trainer/recording/recording.h"

#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <functional>
#include <random>

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "tensor/error.h"
#include "tensor/files.h"
#include "trainer/recording/recording_format.h"

using namespace tinymor;
namespace fs = std::filesystem;

namespace {

Trace example_trace(Rule rule) {
  Trace t;
  t.rule = rule;
  t.tokens = {5, 0, 300};
  t.pieces = {"▁the", "\n", ""};
  t.depth = {2, 1, 0};
  t.recursions = {{{0, 1, 2}, {0.5f, -1, 2}, {0.06f, 0.02f, 0.09f}, {0, 1}}, {{0, 1}, {3, 4}, {0.1f, 0.1f}, {0}}};
  t.nll = {1.5f, 2.25f};
  t.changes = {{{4, 5}, {0.5f, 0.25f}}, {{4.5f}, {0.125f}}};
  t.lm_loss = 1.875;
  t.aux_loss = 0.7;
  t.kv_entries = {{2, 2}, {1, 1}};
  t.kv_bytes = 768;
  t.kv_vanilla_bytes = 1024;
  t.likely = {{5, 0.5f}, {2, 0.25f}, {0, 0.75f}, {1, 0.125f}, {7, 1}, {3, 0}};
  t.attention = {{{0, 1, 2}, {0, 2}, {255, 255, 100, 155}, {0.5f, -1, 2}}, {}};
  t.experts = {{2, 0, -1}, {1, 1, 3}};
  return t;
}

Snapshot example_snapshot(int64_t step) {
  Snapshot snapshot{step, example_trace(Rule::topk), example_trace(Rule::threshold)};
  snapshot.topk.gradients = {{1.5f, 0}, {1.5f}};
  snapshot.threshold.exits = {{{2, 3}, {{1, 0.5f}, {2, 0.5f}, {3, 0.5f}}}};
  return snapshot;
}

StepMetrics example_step(int64_t step) {
  return {step,
          0.25 * static_cast<double>(step),
          6.5 / static_cast<double>(step),
          0.7,
          1.25,
          3e-3,
          1000,
          1.9,
          0.8,
          0.4,
          0.3,
          0.2,
          0.1,
          3};
}

ScoreHistogram example_scores(int64_t step) {
  std::vector<uint32_t> taken(2 * ScoreHistogram::bins, uint32_t(step)), left(2 * ScoreHistogram::bins, 7);
  return {step, taken, left};
}

/// Two images of 2 x 4 pixels in two patches; the second patch was no candidate of recursion 2.
ImageSnapshot example_images(int64_t step) {
  const SeenImage image{
      {{2, 1}, {0.5f, -1, 2, std::nanf("")}, 3, 0.75f, {{0.5f, 0.5f}, {0, 1}}}, {0, 255, 7, 8, 9, 10, 11, 12}, 4};
  return {step, 2, 4, 1, 2, {image, image}};
}

/// A text in its second recursion, one that waits, and a piece of a prompt; two more are in the queue.
ServedCall example_call(int64_t step) {
  return {step,
          4,
          {{0, 7, 12, 1, 1, 1, 0, {}}, {1, 8, 0, 0, 0, 0, 0, {}}, {3, 9, 0, 3, 0, 2, 1, {5, 6, 7}}},
          {10, 11},
          4096};
}

const RunInfo example_run{"[model]\n", {"a", "<0x0A>", "▁the"}};

/// What a run of `last` steps tells; evaluates and snapshots on even ones.
void tell(Observer& observer, int64_t first, int64_t last) {
  for (int64_t step = first; step <= last; ++step) {
    observer.on(example_step(step));
    if (step % 2 != 0) continue;
    observer.on(EvalMetrics{step, 2.5, 2.75, 1.5});
    observer.on(example_scores(step));
    observer.on(example_snapshot(step));
    observer.on(example_images(step));
    observer.on(RunEvent{RunEvent::checkpoint, step, "checkpoint"});
    observer.on(example_call(step));
  }
}

bool same(const Trace& a, const Trace& b) {
  const auto same_recursion = [](const RecursionTrace& x, const RecursionTrace& y) {
    return x.positions == y.positions && x.logits == y.logits && x.gates == y.gates && x.selected == y.selected;
  };
  return a.rule == b.rule && a.tokens == b.tokens && a.pieces == b.pieces && a.depth == b.depth && a.nll == b.nll &&
         std::equal(a.recursions.begin(), a.recursions.end(), b.recursions.begin(), b.recursions.end(),
                    same_recursion) &&
         a.lm_loss == b.lm_loss && a.aux_loss == b.aux_loss && a.kv_entries == b.kv_entries &&
         a.kv_bytes == b.kv_bytes && a.kv_vanilla_bytes == b.kv_vanilla_bytes && a.likely == b.likely &&
         a.changes == b.changes && a.experts == b.experts &&
         std::equal(a.attention.begin(), a.attention.end(), b.attention.begin(), b.attention.end(),
                    [](const AttentionTrace& x, const AttentionTrace& y) {
                      return x.queries == y.queries && x.keys == y.keys && x.weights == y.weights &&
                             x.log_sums == y.log_sums;
                    });
}

size_t count(const Recording& r) {
  return r.steps.size() + r.evals.size() + r.scores.size() + r.snapshots.size() + r.images.size() + r.events.size() +
         r.served.size();
}

/// The bytes of a recording of `steps` steps.
std::string example_bytes(const fs::path& folder, int64_t steps) {
  {
    Recorder recorder(folder / "example", example_run);
    tell(recorder, 1, steps);
  }
  return read_file(folder / "example");
}

Recording read_bytes(const fs::path& folder, const std::string& bytes) {
  write_file_atomically(folder / "bytes", bytes);
  return read_recording(folder / "bytes");
}

/// Adds records of an honest one's payload, damaged in 3000 ways, and shows what was taken in to `check`. The checksum
/// is no secret: whoever forges a payload forges it too, so that records are rebuilt around the damaged payloads.
template <class Check>
void read_damaged(RecordKind kind, const std::string& honest, Check&& check) {
  std::string_view rest = honest;
  const std::string payload(take_record(rest)->payload);
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = payload;
    for (unsigned flips = 1 + random() % 3; flips > 0; --flips) damaged[random() % damaged.size()] ^= 1 << random() % 8;
    if (round % 3 == 0) damaged.resize(random() % damaged.size());
    Recording recording;
    if (add_record(recording, {kind, 2, 1, damaged, {}})) check(recording);
  }
}

}  // namespace

TEST_CASE("a recording tells what was recorded") {
  const TemporaryFolder folder;
  const Recording r = read_bytes(folder.path(), example_bytes(folder.path(), 4));
  REQUIRE(r.notice == "");
  REQUIRE(r.config_toml == "[model]\n");
  REQUIRE(r.vocabulary == example_run.vocabulary);
  REQUIRE(r.steps.size() == 4);
  const StepMetrics &step = r.steps[2], expected = example_step(3);
  REQUIRE(step.step == 3);
  REQUIRE(step.seconds == expected.seconds);
  REQUIRE(step.loss == expected.loss);
  REQUIRE(step.aux_loss == expected.aux_loss);
  REQUIRE(step.grad_norm == expected.grad_norm);
  REQUIRE(step.lr == expected.lr);
  REQUIRE(step.tokens_per_second == expected.tokens_per_second);
  REQUIRE(step.mean_depth == expected.mean_depth);
  REQUIRE(step.sampling_accuracy == expected.sampling_accuracy);
  REQUIRE(step.z_loss == expected.z_loss);
  REQUIRE(step.balance_loss == expected.balance_loss);
  REQUIRE(step.max_violation == expected.max_violation);
  REQUIRE(step.load_entropy == expected.load_entropy);
  REQUIRE(r.evals.size() == 2);
  REQUIRE(r.evals[1].step == 4);
  REQUIRE(r.evals[1].topk_loss == 2.5);
  REQUIRE(r.evals[1].threshold_loss == 2.75);
  REQUIRE(r.evals[1].mean_depth == 1.5);
  REQUIRE(r.snapshots.size() == 2);
  REQUIRE(r.snapshots[0].step == 2);
  REQUIRE(same(r.snapshots[0].topk, example_trace(Rule::topk)));
  REQUIRE(same(r.snapshots[0].threshold, example_trace(Rule::threshold)));
  REQUIRE(r.snapshots[0].threshold.exits == example_snapshot(2).threshold.exits);
  REQUIRE(r.snapshots[0].topk.gradients.use == example_snapshot(2).topk.gradients.use);
  REQUIRE(r.snapshots[0].topk.gradients.total == example_snapshot(2).topk.gradients.total);
  REQUIRE(r.scores.size() == 2);
  REQUIRE(r.scores[1].step == 4);
  REQUIRE(r.scores[1].taken == example_scores(4).taken);
  REQUIRE(r.scores[1].left == example_scores(4).left);
  REQUIRE(r.events.size() == 2);
  REQUIRE(r.events[1].step == 4);
  REQUIRE(r.events[1].kind == RunEvent::checkpoint);
  REQUIRE(r.events[1].text == "checkpoint");
  REQUIRE(r.served == std::vector{example_call(2), example_call(4)});
}

TEST_CASE("a snapshot is said to take what it takes in a recording") {
  const size_t head = 24, checksum = 4;
  REQUIRE(bytes_of(example_snapshot(2)) == event_record(example_snapshot(2), 1).size() - head - checksum);
  REQUIRE(bytes_of(example_images(2)) == event_record(example_images(2), 1).size() - head - checksum);
}

TEST_CASE(
    "a recording from before the sizes of states or experts were in it is read without, and false ones are refused") {
  const std::string now = event_record(example_snapshot(2), 1);
  std::string_view rest = now;
  const std::string_view payload = take_record(rest)->payload;
  // Of each rule: lists and their lengths.
  const size_t sizes = 2 * (4 + (4 + 2 * 4) * 2 + (4 + 4) * 2), experts = 2 * (4 + 2 * (4 + 3 * 4)),
               added = sizes + experts;
  Recording old;
  REQUIRE(add_record(old, {RecordKind::snapshot, 2, 0, payload.substr(0, payload.size() - added), {}}));
  CHECK(old.snapshots.at(0).topk.changes.empty());
  REQUIRE(add_record(old, {RecordKind::snapshot, 2, 0, payload.substr(0, payload.size() - experts), {}}));
  CHECK(old.snapshots.at(1).topk.changes.size() == 2);
  CHECK(old.snapshots.at(1).topk.experts.empty());
  CHECK(old.snapshots.at(0).threshold.attention.at(0).log_sums == example_trace(Rule::topk).attention[0].log_sums);
  for (const auto& spoil : std::vector<std::function<void(Trace&)>>{
           [](Trace& t) { t.changes[0].before.pop_back(); }, [](Trace& t) { t.changes[1].change.push_back(1); },
           [](Trace& t) {
             t.changes.push_back({{1}, {1}});
           },
           [](Trace& t) { t.experts[1].pop_back(); }, [](Trace& t) { t.experts[0][2] = -2; }}) {
    Snapshot snapshot = example_snapshot(2);
    spoil(snapshot.threshold);
    CHECK_THROWS_AS(event_record(snapshot, 1), Error);
  }
}

TEST_CASE("an event of no known kind, or with more text than is ever written, is left out") {
  Recording recording;
  const auto taken = [&](uint8_t kind, size_t letters) {
    const uint32_t length = uint32_t(letters);
    const std::string payload =
        std::string(1, char(kind)) + std::string(reinterpret_cast<const char*>(&length), 4) + std::string(letters, 'x');
    return add_record(recording, {RecordKind::event, 1, 0, payload, {}});
  };
  REQUIRE(taken(0, RunEvent::longest));
  REQUIRE_FALSE(taken(0, RunEvent::longest + 1));
  REQUIRE_FALSE(taken(RunEvent::sample + 1, 1));
  REQUIRE(recording.events.size() == 1);
}

TEST_CASE("recordings from before a number was in them are read without it") {
  const std::string step = event_record(example_step(1), 1), eval = event_record(EvalMetrics{1, 2, 3, 4, 5}, 1);
  const auto without = [](std::string_view record, size_t numbers) {
    const std::string_view payload = take_record(record)->payload;
    return payload.substr(0, payload.size() - 8 * numbers);
  };
  Recording old;
  for (size_t numbers : {0, 1, 2}) REQUIRE(add_record(old, {RecordKind::step, 1, 0, without(step, numbers), {}}));
  for (const StepMetrics& m : old.steps) CHECK(m.max_violation == 0.2);
  CHECK((old.steps[0].left_out == 3 && old.steps[1].left_out == 0));
  CHECK((old.steps[1].load_entropy == 0.1 && old.steps[2].load_entropy == 0));
  for (size_t numbers : {0, 1}) REQUIRE(add_record(old, {RecordKind::eval, 1, 0, without(eval, numbers), {}}));
  CHECK((old.evals[0].bits_per_byte == 5 && old.evals[1].bits_per_byte == 0 && old.evals[1].mean_depth == 4));
}

TEST_CASE("a recording tells of the corpus, and one from before that did is read without") {
  const TemporaryFolder folder;
  RunInfo run = example_run;
  run.counts = {5, 0, 7};
  run.train_tokens = 9;
  run.watched_offset = 9;
  { const Recorder recorder(folder.path() / "r", run); }
  const Recording read = read_recording(folder.path() / "r");
  CHECK(read.counts == run.counts);
  CHECK(read.train_tokens == 9);
  CHECK(read.watched_offset == 9);

  const std::string now = run_record(run);
  std::string_view rest = now;
  const std::string_view payload = take_record(rest)->payload;
  Recording old;  // without its last fields: a list of three, its length, and two numbers
  REQUIRE(add_record(old, {RecordKind::run, 0, 0, payload.substr(0, payload.size() - 4 * 4 - 2 * 8), {}}));
  CHECK(old.vocabulary == run.vocabulary);
  CHECK(old.counts.empty());
  CHECK_FALSE(add_record(old, {RecordKind::run, 0, 0, payload.substr(0, payload.size() - 3), {}}));
}

TEST_CASE("a recording tells what a model made of images") {
  const TemporaryFolder folder;
  const Recording r = read_bytes(folder.path(), example_bytes(folder.path(), 4));
  REQUIRE(r.images.size() == 2);
  const ImageSnapshot &read = r.images[1], told = example_images(4);
  CHECK(read.step == 4);
  CHECK(std::vector{read.height, read.width, read.rows, read.columns} == std::vector{2, 4, 1, 2});
  REQUIRE(read.images.size() == 2);
  const SeenImage &image = read.images[1], &expected = told.images[1];
  CHECK(image.pixels == expected.pixels);
  CHECK(image.depth == expected.depth);
  CHECK(image.truth == 4);
  CHECK(image.predicted == 3);
  CHECK(image.probability == 0.75f);
  CHECK(image.guesses == expected.guesses);
  REQUIRE(image.logits.size() == 4);
  CHECK(image.logits[2] == 2);
  CHECK(std::isnan(image.logits[3]));
}

TEST_CASE("images of a recording without guesses after each recursion are read without them") {
  const std::string now = event_record(example_images(2), 1);
  std::string_view rest = now;
  const Record record = *take_record(rest);
  Recording old;  // without the last fields: for each of two images a list of two lists of two numbers
  REQUIRE(add_record(
      old, {record.kind, 2, 1, record.payload.substr(0, record.payload.size() - 2 * (4 + 2 * (4 + 2 * 4))), {}}));
  REQUIRE(old.images.at(0).images.size() == 2);
  CHECK(old.images[0].images[1].truth == 4);
  CHECK(old.images[0].images[1].guesses.empty());
}

TEST_CASE("images that contradict themselves are neither recorded nor read") {
  const TemporaryFolder folder;
  Recorder recorder(folder.path() / "r", {});
  using Spoil = std::function<void(ImageSnapshot&)>;
  for (const Spoil& spoil : std::vector<Spoil>{
           [](ImageSnapshot& s) { s.rows = 0; }, [](ImageSnapshot& s) { s.columns = 3; },
           [](ImageSnapshot& s) { s.height = -2; }, [](ImageSnapshot& s) { s.width = 1 << 30; },
           [](ImageSnapshot& s) { s.images[1].pixels.pop_back(); },
           [](ImageSnapshot& s) { s.images[1].depth.push_back(1); },
           [](ImageSnapshot& s) { s.images[1].depth[0] = -1; }, [](ImageSnapshot& s) { s.images[1].logits.pop_back(); },
           [](ImageSnapshot& s) { s.images[1].truth = -1; }, [](ImageSnapshot& s) { s.images[1].predicted = -1; },
           [](ImageSnapshot& s) { s.images[1].probability = std::nanf(""); },
           [](ImageSnapshot& s) { s.images[1].guesses[1].push_back(0); },
           [](ImageSnapshot& s) { s.images[1].guesses[0][1] = std::nanf(""); }}) {
    ImageSnapshot images = example_images(1);
    spoil(images);
    CHECK_THROWS_AS(recorder.on(images), Error);
  }
  read_damaged(RecordKind::images, event_record(example_images(2), 1),
               [](const Recording& recording) { REQUIRE(consistent(recording.images.at(0))); });
}

TEST_CASE("calls of a server that contradict themselves are neither recorded nor read") {
  using Spoil = std::function<void(ServedCall&)>;
  for (const Spoil& spoil : std::vector<Spoil>{
           [](ServedCall& c) { c.slots = 0; }, [](ServedCall& c) { c.slots = 3; },
           [](ServedCall& c) { c.slots = ServedCall::most + 1; }, [](ServedCall& c) { c.cache_bytes = -1; },
           [](ServedCall& c) { c.queue[1] = -1; }, [](ServedCall& c) { c.seats[1].slot = 0; },
           [](ServedCall& c) { c.seats[0].slot = -1; }, [](ServedCall& c) { c.seats[0].text = -1; },
           [](ServedCall& c) { c.seats[0].first = -1; }, [](ServedCall& c) { c.seats[0].first = 1 << 30; },
           [](ServedCall& c) { c.seats[0].tokens = -1; }, [](ServedCall& c) { c.seats[0].inside = 2; },
           [](ServedCall& c) { c.seats[0].recursion = -1; }, [](ServedCall& c) { c.seats[0].recursion = 1 << 20; },
           [](ServedCall& c) { c.seats[0].fed = 2; }, [](ServedCall& c) { c.seats[2].ids.pop_back(); },
           [](ServedCall& c) { c.seats[2].ids[0] = -1; }, [](ServedCall& c) { c.seats[0].ids = {1}; }}) {
    ServedCall call = example_call(1);
    spoil(call);
    CHECK_THROWS_AS(event_record(call, 0), Error);
  }
  read_damaged(RecordKind::served, event_record(example_call(2), 1),
               [](const Recording& recording) { REQUIRE_NOTHROW(event_record(recording.served.at(0), 0)); });
}

TEST_CASE("a recording can be read while it is written") {
  const TemporaryFolder folder;
  Recorder recorder(folder.path() / "live", {});
  REQUIRE(count(read_recording(folder.path() / "live")) == 0);
  tell(recorder, 1, 2);
  REQUIRE(count(read_recording(folder.path() / "live")) == 8);
}

TEST_CASE("every prefix of a recording opens with the whole records it has") {
  const TemporaryFolder folder;
  const std::string bytes = example_bytes(folder.path(), 2);
  const Recording all = read_bytes(folder.path(), bytes);
  size_t most = 0;
  for (size_t length = 0; length < bytes.size(); ++length) {
    CAPTURE(length);
    const Recording r = read_bytes(folder.path(), bytes.substr(0, length));
    REQUIRE(count(r) >= most);
    REQUIRE(count(r) < count(all));
    most = count(r);
    const bool between_records = r.notice == "";
    REQUIRE((between_records || r.notice.find("cut off") != std::string::npos));
  }
  REQUIRE(most == count(all) - 1);
}

TEST_CASE("a damaged record ends the reading and nothing before it is lost") {
  const TemporaryFolder folder;
  const std::string bytes = example_bytes(folder.path(), 3);
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    std::string damaged = bytes;
    const size_t at = 12 + random() % (bytes.size() - 12);
    damaged[at] ^= 1 << random() % 8;
    const Recording r = read_bytes(folder.path(), damaged);
    REQUIRE(r.notice != "");
    REQUIRE(count(r) == count(read_bytes(folder.path(), bytes.substr(0, at))));
  }
}

TEST_CASE("payloads that are wrong behind a right checksum are left out, never worse") {
  read_damaged(RecordKind::snapshot, event_record(example_snapshot(2), 1), [](const Recording& recording) {
    const Trace& t = recording.snapshots.at(0).topk;
    for (const RecursionTrace& r : t.recursions) {
      REQUIRE(r.logits.size() == r.positions.size());
      for (const int32_t position : r.selected) REQUIRE(static_cast<size_t>(position) < t.tokens.size());
    }
    for (const AttentionTrace& a : t.attention)
      for (const int32_t position : a.keys) REQUIRE(static_cast<size_t>(position) < t.tokens.size());
  });
}

TEST_CASE("false lengths cost no memory") {
  Record record{RecordKind::snapshot, 1, 0, "\xff\xff\xff\xff", {}};
  Recording recording;
  REQUIRE_FALSE(add_record(recording, record));
  record.kind = RecordKind::run;
  REQUIRE_FALSE(add_record(recording, record));
  REQUIRE(recording.config_toml.capacity() < 100);
}

TEST_CASE("records of kinds that later versions add are skipped, going back in time ends the reading") {
  const TemporaryFolder folder;
  std::string bytes = example_bytes(folder.path(), 1);
  REQUIRE(read_bytes(folder.path(), bytes + event_record(example_step(2), 1)).steps.size() == 2);
  REQUIRE(read_bytes(folder.path(), bytes + event_record(example_step(0), 1)).steps.size() == 1);
  REQUIRE(read_bytes(folder.path(), bytes + event_record(example_step(-1), 1)).notice != "");
  Recording recording;
  REQUIRE(add_record(recording, {RecordKind(99), 1, 0, "anything", {}}));
  REQUIRE(count(recording) == 0);
}

TEST_CASE("a file that is not a recording is refused") {
  const TemporaryFolder folder;
  REQUIRE_THROWS_AS(read_recording(folder.path() / "none"), InputError);
  REQUIRE_THROWS_AS(read_recording(folder.path()), InputError);
  REQUIRE_THROWS_WITH(read_bytes(folder.path(), "PNG, or something else"), ContainsSubstring("is not a recording"));
  REQUIRE_THROWS_WITH(read_bytes(folder.path(), std::string("MORTRACE\x09\0\0\0", 12)),
                      ContainsSubstring("another version"));
}

TEST_CASE("traces that contradict themselves are not recorded") {
  const TemporaryFolder folder;
  Recorder recorder(folder.path() / "r", {});
  Snapshot s = example_snapshot(1);
  s.topk.recursions[0].selected = {7};
  REQUIRE_THROWS_AS(recorder.on(s), Error);
  for (const auto& spoil : std::vector<std::function<void(Snapshot&)>>{
           [](Snapshot& x) { x.threshold.attention[0].weights.pop_back(); },
           [](Snapshot& x) {
             x.threshold.attention[0].queries = {0, 1, 3};
           },
           [](Snapshot& x) { x.threshold.attention[0].log_sums.pop_back(); },
           [](Snapshot& x) { x.topk.likely.pop_back(); }, [](Snapshot& x) { x.topk.likely[0].id = -1; },
           [](Snapshot& x) { x.threshold.exits[0].nll.push_back(1); }}) {
    s = example_snapshot(1);
    spoil(s);
    REQUIRE_THROWS_AS(recorder.on(s), Error);
  }
  s = example_snapshot(1);
  s.threshold.tokens[0] = 6;
  REQUIRE_THROWS_AS(recorder.on(s), Error);
  recorder.on(example_snapshot(1));
  REQUIRE(count(read_recording(folder.path() / "r")) == 1);
}

TEST_CASE("a resumed recording equals one that was never interrupted") {
  const TemporaryFolder folder;
  const std::string whole = example_bytes(folder.path(), 6);
  const fs::path file = folder.path() / "resumed";
  {
    Recorder recorder(file, example_run);
    tell(recorder, 1, 5);
  }
  // The process died while it wrote something.
  write_file_atomically(file, read_file(file) + "half a record");
  {
    Recorder recorder(file, example_run, 3);
    tell(recorder, 4, 6);
  }
  REQUIRE(read_file(file) == whole);
}

TEST_CASE("resuming without a recording starts one, over something else is refused") {
  const TemporaryFolder folder;
  Recorder recorder(folder.path() / "new", {}, 3);
  REQUIRE(count(read_recording(folder.path() / "new")) == 0);
  write_file_atomically(folder.path() / "letter", "Dear reader");
  REQUIRE_THROWS_AS(Recorder(folder.path() / "letter", {}, 3), InputError);
  REQUIRE(read_file(folder.path() / "letter") == "Dear reader");
}

TEST_CASE("a record that finds no room leaves no half of itself") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "r";
  Recorder recorder(file, {});
  tell(recorder, 1, 1);
  const std::string before = read_file(file);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  const rlimit small{before.size() + 50, old.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  CHECK_THROWS_WITH(recorder.on(example_snapshot(1)), ContainsSubstring("cannot be written"));
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  REQUIRE(read_file(file) == before);
  recorder.on(example_snapshot(1));
  REQUIRE(read_recording(file).notice == "");
}
