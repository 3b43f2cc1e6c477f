#include "trainer/experiments/serve_bench.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "mor/counts.h"
#include "mor/twins.h"
#include "tensor/random.h"
#include "trainer/experiments/bench.h"
#include "trainer/experiments/machine.h"

namespace tinymor {
namespace {

/// No text is longer.
int64_t most_tokens(const ServeLoad& load) {
  return 2 * load.mean_tokens + 1;
}

/// Decodes the texts of `load` once, and fills in what was measured.
ServeRow measured(ServeRow row, const Model& model, const ServeLoad& load) {
  using Clock = std::chrono::steady_clock;
  const auto ms_between = [](Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double, std::milli>(to - from).count();
  };
  const double gather = row.batching == "by depth" ? load.gather : SchedulerOptions::kBySequence;
  Scheduler scheduler(model, {.slots = row.slots, .gather = gather, .cache_bytes = row.cache_bytes});
  Random random(load.seed, stream_of(Stream::batches));
  const ModelConfig& config = model.config();
  for (int64_t i = 0; i < load.texts; ++i) {
    const int64_t tokens = std::llround(double(load.mean_tokens) * (1 + random.normal() / 4));
    scheduler.submit({int32_t(random.below(config.vocab_size))},
                     std::clamp<int64_t>(tokens, 1, std::min(config.max_seq_len, most_tokens(load)) - 1),
                     {.temperature = 0});
  }
  const Clock::time_point start = Clock::now();
  std::vector<Clock::time_point> latest(size_t(load.texts), start);  // when each text got its latest token
  std::vector<size_t> lengths(size_t(load.texts), 1);
  std::vector<double> waits;
  while (scheduler.tick()) {
    const Clock::time_point now = Clock::now();
    for (size_t i = 0; i < lengths.size(); ++i) {
      const size_t length = scheduler.text(int64_t(i)).ids.size();
      if (length == lengths[i]) continue;
      if (lengths[i] > 1) waits.push_back(ms_between(latest[i], now));
      lengths[i] = length;
      latest[i] = now;
    }
  }
  const Scheduler::Counts& counts = scheduler.counts();
  row.tokens_per_s = 1e3 * double(counts.drawn) / ms_between(start, Clock::now());
  row.rows_per_call = double(counts.block_rows) / double(counts.block_calls);
  row.calls_per_token = double(counts.block_rows) / double(counts.drawn);
  row.rows_per_coda = double(counts.drawn) / double(counts.coda_calls);
  std::sort(waits.begin(), waits.end());
  if (waits.empty()) return row;
  row.p50_ms = waits[waits.size() / 2];
  row.p95_ms = waits[waits.size() * 95 / 100];
  return row;
}

/// From what the products of a call of the block take at least, and those of a call of the layers around it.
double predicted_tokens_per_s(const ServeRow& row, const Model& model, WeightFormat format, const Machine& machine) {
  const LayerMap& map = model.layers();
  const WeightBytes bytes = weight_bytes(model.config(), format),
                    numbers = weight_bytes(model.config(), WeightFormat::f32);
  const auto seconds = [&](double rows, double layers, double heads) {
    const double count = (layers * numbers.layer + heads * numbers.head) / double(sizeof(Real));
    return machine.seconds(2 * rows * count, layers * bytes.layer + heads * bytes.head);
  };
  return 1 / (seconds(row.rows_per_call, double(map.block), 0) * row.calls_per_token / row.rows_per_call +
              seconds(row.rows_per_coda, double(map.prelude + map.coda), 1) / row.rows_per_coda);
}

double median_of(const std::vector<ServeRow>& rounds, double ServeRow::*number) {
  std::vector<double> values;
  for (const ServeRow& row : rounds) values.push_back(row.*number);
  std::sort(values.begin(), values.end());
  return median(values);
}

}  // namespace

std::vector<ServeRow> bench_serve(const ModelConfig& config, const ServeLoad& load) {
  struct Candidate {
    std::string name;
    Model model;
    Machine machine = {};  // for weights as large as the model's
  };
  std::vector<Candidate> candidates;
  candidates.push_back({"vanilla", Model(vanilla_twin(config), load.seed)});
  candidates.push_back({"recursive", Model(recursive_twin(config), load.seed)});
  candidates.push_back({"MoR", Model(config, load.seed)});
  for (Candidate& candidate : candidates) {
    candidate.model.pack(load.weights);
    const WeightBytes bytes = weight_bytes(candidate.model.config(), load.weights);
    candidate.machine =
        measure_machine(load.weights, std::llround(double(candidate.model.layers().unique) * bytes.layer + bytes.head));
  }

  const KvCache vanilla(candidates.front().model.config());
  const int64_t pages =
      std::max(load.slots * vanilla.pages_for(load.mean_tokens), vanilla.pages_for(most_tokens(load)));
  std::vector<ServeRow> rows;
  const auto candidate_of = [&](size_t row) -> const Candidate& { return candidates[row / 2 % candidates.size()]; };
  for (const bool limited : {false, true})
    for (const Candidate& candidate : candidates)
      for (const char* batching : {"by sequence", "by depth"}) {
        ServeRow row{.model = candidate.name, .batching = batching, .slots = load.slots};
        if (limited) {
          row.slots = 4 * load.slots;
          row.cache_bytes = pages * vanilla.page_bytes();
        }
        rows.push_back(row);
      }

  std::vector<std::vector<ServeRow>> rounds(rows.size());
  for (int64_t round = 0; round < load.rounds; ++round)
    for (size_t i = 0; i < rows.size(); ++i) {
      ServeRow row = measured(rows[i], candidate_of(i).model, load);
      const size_t base = i / (rows.size() / 2) * (rows.size() / 2);  // the first of its limit
      row.ratio = row.tokens_per_s / (i == base ? row : rounds[base].back()).tokens_per_s;
      rounds[i].push_back(row);
    }
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i] = rounds[i].front();
    rows[i].predicted = predicted_tokens_per_s(rows[i], candidate_of(i).model, load.weights, candidate_of(i).machine);
    for (double ServeRow::*number : {&ServeRow::tokens_per_s, &ServeRow::ratio, &ServeRow::p50_ms, &ServeRow::p95_ms})
      rows[i].*number = median_of(rounds[i], number);
  }
  return rows;
}

}  // namespace tinymor
