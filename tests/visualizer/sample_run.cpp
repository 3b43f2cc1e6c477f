#include "visualizer/sample_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tinymor {
namespace {

constexpr int block_layers = 2,
              heads_bytes = 2 * 4 * 32 * 4;  // of one entry: keys and values, 4 heads of 32 floats

const char* const story[] = {
    "▁Once", "▁upon",   "▁a",      "▁time",   ",",      "▁there", "▁was",  "▁a",     "▁little", "▁girl",  "▁named",
    "▁Li",   "ly",      ".",       "▁She",    "▁lo",    "ved",    "▁to",   "▁play",  "▁with",   "▁her",   "▁red",
    "▁ball", "▁in",     "▁the",    "▁gar",    "den",    ".",      "\n",    "▁One",   "▁day",    ",",      "▁the",
    "▁ball", "▁ro",     "ll",      "ed",      "▁under", "▁a",     "▁big",  "▁t",     "ree",     ".",      "▁Li",
    "ly",    "▁looked", "▁and",    "▁looked", ",",      "▁but",   "▁she",  "▁could", "▁not",    "▁find",  "▁it",
    ".",     "▁\"",     "Where",   "▁is",     "▁my",    "▁ball",  "?",     "\"",     "▁she",    "▁asked", "▁the",
    "▁b",    "ird",     ".",       "▁The",    "▁b",     "ird",    "▁fl",   "ew",     "▁up",     "▁and",   "▁s",
    "ang",   "▁a",      "▁so",     "ng",      ".",      "\n",     "▁Then", "▁Li",    "ly",      "▁saw",   "▁some",
    "thing", "▁red",    "▁behind", "▁the",    "▁t",     "ree",    ".",     "▁It",    "▁was",    "▁her",   "▁ball",
    "!",     "▁She",    "▁was",    "▁very",   "▁happy", "▁and",   "▁hug",  "ged",    "▁it",     ".",      "▁\"",
    "Thank", "▁you",    ",",       "▁b",      "ird",    ",",      "\"",    "▁said",  "▁Li",     "ly",     "."};

// A number in [0,1) from a counter, the same everywhere.
double noise(uint64_t a, uint64_t b) {
  uint64_t x = a * 0x9E3779B97F4A7C15ull + b * 0xBF58476D1CE4E5B9ull + 1;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return double((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
}

std::string piece_of(int t) {
  return story[size_t(t) % std::size(story)];
}

// How much thought a token deserves, -1 to 1: beginnings of long words much, marks and endings little.
double difficulty(int t) {
  const std::string piece = piece_of(t);
  const double length = double(piece.size()) - (piece.starts_with("▁") ? 3 : 0);
  return std::clamp((length - 3.2) / 2.5, -1.0, 1.0) * (piece.starts_with("▁") ? 1 : 0.6) + 0.5 * (noise(7, t) - 0.5);
}

double logit(int t, int recursion, double learnt, int step) {
  const double wobble = noise(uint64_t(step) * 16 + uint64_t(recursion), t) - 0.5;
  return 3.2 * learnt * (difficulty(t) - 0.25 * recursion + 0.1) + (1.6 - learnt) * wobble;
}

void choose(RecursionTrace& recursion, Rule rule, double capacity, int tokens) {
  if (rule == Rule::threshold) {
    for (size_t i = 0; i < recursion.positions.size(); ++i) {
      if (capacity >= 1 || recursion.logits[i] >= 0) recursion.selected.push_back(recursion.positions[i]);
    }
    return;
  }
  std::vector<size_t> order(recursion.positions.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return recursion.logits[a] > recursion.logits[b]; });
  order.resize(std::min(order.size(), size_t(capacity * tokens)));
  for (size_t i : order) recursion.selected.push_back(recursion.positions[i]);
  std::sort(recursion.selected.begin(), recursion.selected.end());
}

Trace make_trace(const SampleRun& run, int step, Rule rule) {
  Trace trace;
  trace.rule = rule;
  const double learnt = std::min(1.0, double(step) / run.steps + 0.05);
  std::vector<int32_t> active;
  for (int t = 0; t < run.tokens; ++t) {
    trace.tokens.push_back(int32_t(noise(3, t) * 512));
    trace.pieces.push_back(piece_of(t));
    trace.depth.push_back(0);
    active.push_back(t);
  }
  int64_t entries = 2 * run.tokens;
  for (int r = 0; r < run.recursions; ++r) {
    RecursionTrace recursion;
    recursion.positions = active;
    for (int32_t t : active) {
      recursion.logits.push_back(float(logit(t, r, learnt, step)));
      recursion.gates.push_back(float(0.1 / (1 + std::exp(-recursion.logits.back()))));
    }
    choose(recursion, rule, double(run.recursions - r) / run.recursions, run.tokens);
    active = recursion.selected;
    for (int32_t t : active) ++trace.depth[t];
    trace.kv_entries.push_back(std::vector<int64_t>(block_layers, int64_t(active.size())));
    entries += block_layers * int64_t(active.size());
    trace.recursions.push_back(std::move(recursion));
  }
  for (int t = 0; t + 1 < run.tokens; ++t) {
    // From a guess among all 512 tokens alike to what the token deserves.
    const double guessed = std::exp(-6 * (learnt - 0.05)), deserved = 1.5 + 1.2 * difficulty(t + 1) + noise(9, t) - 0.5;
    trace.nll.push_back(float(std::max(0.02, (1 - guessed) * deserved + guessed * std::log(512))));
    trace.lm_loss += trace.nll.back() / std::max(1, run.tokens - 1);
  }
  for (int t = 0; t < run.tokens; ++t) {
    // The token that does follow, with the probability that its loss says, and two others.
    const float p = t + 1 < run.tokens ? std::exp(-trace.nll[t]) : 0.5f;
    const int32_t next = t + 1 < run.tokens ? trace.tokens[t + 1] : 7;
    const int32_t other = int32_t(noise(5, t) * 512);
    trace.likely.push_back(p > 0.4f ? Candidate{next, p} : Candidate{other, 0.4f});
    trace.likely.push_back(p > 0.4f ? Candidate{other, (1 - p) / 2} : Candidate{next, p});
    trace.likely.push_back({int32_t(noise(6, t) * 512), std::min(p, 1 - p) / 4});
  }
  if (rule == Rule::threshold && step % (2 * run.snapshot_every) == 0) trace.attention = sample_attention(run, trace);
  trace.aux_loss = 0.69 * (1.2 - learnt);
  trace.kv_bytes = entries * heads_bytes;
  trace.kv_vanilla_bytes = int64_t(run.tokens) * (2 + block_layers * run.recursions) * heads_bytes;
  return trace;
}

}  // namespace

std::vector<AttentionTrace> sample_attention(const SampleRun& run, const Trace& trace) {
  std::vector<AttentionTrace> layers;
  for (int l = 0; l < 2 + block_layers * run.recursions; ++l) {
    AttentionTrace a;
    const bool unique = l == 0 || l == 1 + block_layers * run.recursions;
    for (int t = 0; t < run.tokens; ++t)
      if (unique || trace.depth[t] > (l - 1) / block_layers) a.queries.push_back(t);
    a.keys = a.queries;
    for (int head = 0; head < 4; ++head) {
      for (size_t i = 0; i < a.queries.size(); ++i) {
        std::vector<double> w(i + 1);
        double total = 0;
        for (size_t j = 0; j <= i; ++j) {
          const double near = std::exp(-0.5 * double(i - j)),
                       like = piece_of(a.keys[j]) == piece_of(a.queries[i]) ? 6 : 1;
          total += w[j] = head == 0 ? near : head == 1 ? (j == 0 ? 5 : 1) : head == 2 ? 1 : near + like;
        }
        for (double x : w) a.weights.push_back(uint8_t(std::lround(255 * x / total)));
      }
    }
    layers.push_back(std::move(a));
  }
  return layers;
}

Snapshot sample_snapshot(const SampleRun& run, int step) {
  Snapshot snapshot{step, make_trace(run, step, Rule::topk), make_trace(run, step, Rule::threshold)};
  const double learnt = std::min(1.0, double(step) / run.steps);
  for (int most = 1; most < run.recursions; ++most) {
    Prediction lens{snapshot.threshold.nll, snapshot.threshold.likely};
    for (size_t t = 0; t < lens.nll.size(); ++t)
      lens.nll[t] += float(0.4 * learnt * (run.recursions - most) * (difficulty(int(t) + 1) + 0.5));
    snapshot.threshold.exits.push_back(std::move(lens));
  }
  const int layers = 2 + block_layers * run.recursions;
  for (int l = 0; l < layers; ++l) snapshot.topk.gradients.use.push_back(float(0.2 + noise(step, 40 + l)));
  for (int set = 0; set < 2 + block_layers; ++set)
    snapshot.topk.gradients.total.push_back(float(0.5 + noise(step, 80 + set)));
  return snapshot;
}

ScoreHistogram sample_scores(const SampleRun& run, int step) {
  ScoreHistogram scores{step, std::vector<uint32_t>(run.recursions * ScoreHistogram::bins), {}};
  scores.left = scores.taken;
  const double learnt = double(step) / run.steps;
  for (int r = 0; r < run.recursions; ++r)
    for (int t = 0; t < 2000; ++t) {
      const double z = logit(t, r, learnt, step + t);
      const int bin = std::min(ScoreHistogram::bins - 1, int(ScoreHistogram::bins / (1 + std::exp(-z))));
      const bool taken = r == 0 || z > 0.8 * (1 - learnt) * (noise(21, t) - 0.5);
      ++(taken ? scores.taken : scores.left)[r * ScoreHistogram::bins + bin];
    }
  return scores;
}

Recording sample_recording(const SampleRun& run) {
  Recording recording;
  recording.config_toml = fmt::format(
      "[model]\nd_model = 128\nn_heads = 4\nn_layers = {}\nsharing = \"middle_cycle\"\nn_recursions = {}\n"
      "routing = \"expert_choice\"\nkv_cache = \"recursion_wise\"\n",
      2 + block_layers * run.recursions, run.recursions);
  for (int id = 0; id < 512; ++id) {
    recording.vocabulary.push_back(piece_of(id));
    recording.counts.push_back(id == 24 ? 9000 : 100);
    recording.train_tokens += recording.counts.back();
  }
  recording.watched_offset = recording.train_tokens -= 1100;  // the rest is held out
  for (int step = 1; step <= run.steps; ++step) {
    StepMetrics m;
    const double done = double(step) / run.steps;
    m.step = step;
    m.seconds = step * 0.11;
    m.loss = 1.75 + 4.5 * std::exp(-7 * done) + 0.25 * (noise(11, step) - 0.5);
    m.aux_loss = 0.6 - 0.4 * done;
    m.grad_norm = 0.5 + noise(12, step);
    m.lr = 3e-3 * std::min({1.0, step / 40.0, (1 - done) / 0.2 + 0.01});
    m.tokens_per_second = 18500 + 900 * noise(13, step) - (step % 50 == 0 ? 6000 : 0);
    m.mean_depth = 2 + 0.03 * (noise(14, step) - 0.5);
    m.sampling_accuracy = 0.55 + 0.4 * done;
    recording.steps.push_back(m);
    if (step % 10 == 0) recording.scores.push_back(sample_scores(run, step));
    if (step % 50 == 0) {
      recording.evals.push_back({step, m.loss + 0.06, m.loss + 0.14 + 0.5 * std::exp(-5 * done), 1.7 + 0.2 * done});
    }
    if (step == 1 || step % run.snapshot_every == 0) recording.snapshots.push_back(sample_snapshot(run, step));
    if (step % 100 == 0) recording.events.push_back({RunEvent::checkpoint, step, "checkpoint"});
    if (step == 130) recording.events.push_back({RunEvent::command, step, "learning rate times 0.5"});
  }
  return recording;
}

void write_sample(const std::filesystem::path& file, const Recording& run) {
  Recorder recorder(file, run);
  for (const StepMetrics& m : run.steps) recorder.on(m);
  for (const Snapshot& s : run.snapshots) recorder.on(s);
}

Recording sample_images() {
  Recording recording;
  recording.config_toml =
      "[model]\nd_model = 32\nn_heads = 4\nn_layers = 8\nsharing = \"middle_cycle\"\nn_recursions = 3\n"
      "routing = \"expert_choice\"\nmax_seq_len = 5\n";
  for (int label = 0; label < 10; ++label) recording.vocabulary.push_back(std::to_string(label));
  constexpr float none = std::numeric_limits<float>::quiet_NaN();
  for (int step = 0; step <= 50; step += 10) {
    if (step > 0) recording.steps.push_back({.step = step, .seconds = step * 0.1, .loss = 2.0 / step, .mean_depth = 2});
    recording.evals.push_back({step, 1, 1, 2});
    ImageSnapshot snapshot{step, 8, 8, 2, 2, {}};
    for (int i = 0; i < 2; ++i) {
      SeenImage image;
      for (int pixel = 0; pixel < 64; ++pixel) image.pixels.push_back(uint8_t(pixel % 8 == 3 ? 255 : 0));
      image.depth = {1, 3, 2, 1};
      image.logits = {1, 2, 0.5f, 0, -1, 1.5f, 1, -2, none, 3, -1, none};
      image.truth = 7 + i;
      image.predicted = i == 1 && step < 40 ? 3 : 7 + i;
      image.probability = 0.75f;
      for (const float p : {0.25f, 0.5f, 0.75f}) {  // the more passes, the surer; first the next class is likelier
        image.guesses.emplace_back(10, 0.0f);
        image.guesses.back()[size_t(image.predicted)] = p;
        image.guesses.back()[size_t(image.predicted) + 1] = 1 - p;
      }
      snapshot.images.push_back(std::move(image));
    }
    recording.images.push_back(std::move(snapshot));
  }
  return recording;
}

Recording hostile_recording() {
  SampleRun run;
  run.steps = 50;
  Recording recording = sample_recording(run);
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < recording.steps.size(); ++i) {
    StepMetrics& m = recording.steps[i];
    if (i % 3 == 0) m.loss = nan;
    if (i % 3 == 1) m.loss = i % 2 ? inf : -1e300;
    m.lr = nan;
    m.tokens_per_second = i % 2 ? inf : nan;
    m.mean_depth = -1e30;
    if (i % 5 == 4) m.seconds = i % 2 ? nan : inf;
  }
  recording.vocabulary = {"", std::string("\xff\x00", 2)};
  recording.counts = {0xffffffff, 0xffffffff};
  recording.train_tokens = std::numeric_limits<int64_t>::min();
  recording.watched_offset = std::numeric_limits<int64_t>::max();
  recording.scores.push_back({1, {1, 2, 3}, {}});
  recording.evals.push_back({std::numeric_limits<int64_t>::max(), nan, -inf, nan});
  recording.images.push_back({30, 1 << 30, -1, 0, 7, {SeenImage(), SeenImage()}});
  recording.events.push_back({RunEvent::Kind(200), -5, std::string("\xff%s\x00", 4)});
  for (int64_t step : {int64_t(0), std::numeric_limits<int64_t>::max()})
    recording.events.push_back({RunEvent::command, step, std::string(100000, 'x')});
  for (Snapshot& snapshot : recording.snapshots) {
    for (Trace* trace : {&snapshot.topk, &snapshot.threshold}) {
      trace->depth.resize(7);
      trace->depth[0] = -5;
      trace->depth[1] = std::numeric_limits<int32_t>::max();
      trace->pieces.resize(60);
      trace->pieces[3] = std::string("\xff\xfe\x00%s%n", 7);
      trace->pieces[4] = std::string(100000, 'x');
      trace->pieces[5] = "";
      trace->recursions[0].positions[0] = -1;
      trace->recursions[0].positions[1] = 1 << 30;
      trace->recursions[0].logits.resize(20);
      trace->recursions[0].logits[5] = float(nan);
      trace->recursions[0].logits[6] = float(inf);
      trace->recursions[0].gates.clear();
      trace->recursions[1].selected = {-7, 5, 1 << 30, 5, 5};
      trace->nll.assign(500, float(nan));
      trace->likely.resize(11);
      trace->likely[0] = {1 << 30, float(nan)};
      trace->likely[1] = {-4, float(inf)};
      trace->attention.resize(3);
      trace->attention[0] = {{-1, 5, 1 << 30}, {3, 3}, {1, 2, 3}};
      trace->attention[1].weights.assign(9, 200);
      trace->kv_entries[0] = {std::numeric_limits<int64_t>::max(), -5};
      trace->kv_entries.resize(1);
      trace->kv_bytes = -1;
      trace->kv_vanilla_bytes = std::numeric_limits<int64_t>::min();
      trace->lm_loss = nan;
    }
    snapshot.threshold.exits.resize(1);
    snapshot.threshold.exits[0].nll.assign(3, float(nan));
    snapshot.topk.gradients = {{float(nan), float(inf), -1}, {}};
  }
  return recording;
}

}  // namespace tinymor
