#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "tensor/error.h"
#include "tensor/kernels/kernels.h"
#include "tensor/threads.h"
#include "trainer/commands/commands.h"
#include "trainer/commands/limits.h"
#include "trainer/commands/model_option.h"
#include "trainer/config.h"
#include "trainer/experiments/bench.h"
#include "trainer/experiments/decode_bench.h"
#include "trainer/experiments/serve_bench.h"

namespace tinymor {
namespace {

void add_train_bench(CLI::App& bench) {
  struct Options {
    std::string preset = "small";
    std::vector<std::string> sets;
    int64_t steps = 20;
    uint64_t seed = 1;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(bench, "train", "Time training steps on random tokens",
                                  "tinymor bench train --preset small --steps 20");
  command->add_option("--preset", options->preset,
                      "baby, small, small-rec, small-mor, big, big-rec, big-mor or stories15M");
  command->add_option("--set", options->sets, "Change one key of the preset: model.KEY=VALUE or train.batch_size=N")
      ->allow_extra_args(false);
  command->add_option("--steps", options->steps, "Steps to time (the median counts)")->check(at_least(1));
  command->add_option("--seed", options->seed, "Seed of weights and tokens (default 1)");
  command->add_flag("--json", options->json, "Print one JSON document");
  add_threads_option(*command);
  command->callback([options] {
    Preset chosen = preset(options->preset);
    Config config;
    config.model = chosen.model;
    config.train.batch_size = chosen.batch_size;
    for (const std::string& set : options->sets) set_config_key(config, set);
    validate(config);
    chosen.model = config.model;
    chosen.batch_size = config.train.batch_size;
    const TrainBench result = bench_train(chosen, options->steps, options->seed);
    if (options->json) {
      return print_json({{"preset", chosen.name},
                         {"params", result.params},
                         {"ms_per_step", result.ms_per_step},
                         {"tokens_per_s", result.tokens_per_s},
                         {"gflops", result.gflops},
                         {"peak_rss_mb", result.peak_rss_mb}},
                        2);
    }
    fmt::print(
        "{}: {} parameters, {:.1f} ms per step (median of {}), {:.0f} tokens/s, {:.1f} GFLOP/s, peak memory {:.0f} "
        "MB ({}, {} threads)\n",
        chosen.name, result.params, result.ms_per_step, options->steps, result.tokens_per_s, result.gflops,
        result.peak_rss_mb, kernels::level_name(), thread_count());
  });
}

void print_ladder(int64_t m, int64_t n, int64_t k, bool json) {
  const std::vector<RungBench> rungs = bench_ladder(m, n, k);
  if (json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const RungBench& rung : rungs) list.push_back({{"rung", rung.rung}, {"gflops", rung.gflops}});
    return print_json({{"ladder", list}}, 2);
  }
  fmt::print("[{},{}] x [{},{}] ({}, {} threads on the last rung)\n", m, k, k, n, kernels::level_name(),
             thread_count());
  for (const RungBench& rung : rungs)
    fmt::print("{:<10} {:>8.2f} GFLOP/s {:>8.1f} x\n", rung.rung, rung.gflops, rung.gflops / rungs[0].gflops);
}

void add_gemm_bench(CLI::App& bench) {
  struct Options {
    int64_t m = 512, n = 512, k = 512;
    bool ladder = false, json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(bench, "gemm", "Time the matrix product C [m,n] = A [m,k] B [k,n]",
                                  "tinymor bench gemm --m 512 --n 512 --k 512 --threads 1");
  command->add_option("--m", options->m, "Rows of A and C")->check(between(1, 16384));
  command->add_option("--n", options->n, "Columns of B and C")->check(between(1, 16384));
  command->add_option("--k", options->k, "Columns of A, rows of B")->check(between(1, 16384));
  command->add_flag("--ladder", options->ladder, "Time six ways to compute it, from three plain loops to all threads");
  command->add_flag("--json", options->json, "Print one JSON document");
  add_threads_option(*command);
  command->callback([options] {
    if (options->ladder) return print_ladder(options->m, options->n, options->k, options->json);
    const double gflops = bench_gemm(options->m, options->n, options->k);
    if (options->json)
      print_json({{"gflops", gflops}}, 2);
    else
      fmt::print("[{},{}] x [{},{}]: {:.1f} GFLOP/s ({}, {} threads)\n", options->m, options->k, options->k, options->n,
                 gflops, kernels::level_name(), thread_count());
  });
}

void add_decode_bench(CLI::App& bench) {
  struct Options {
    std::string preset = "stories15M";
    WeightFormat weights = WeightFormat::f32;
    int64_t tokens = 250;
    uint64_t seed = 1;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(bench, "decode", "Time the writing of one text, token after token",
                                  "tinymor bench decode --preset stories15M --threads 1");
  command->add_option("--preset", options->preset, "The shape of the model: stories15M, or one of `bench train`");
  add_weights_option(*command, options->weights);
  command->add_option("--tokens", options->tokens, "Tokens to write")->check(at_least(1))->capture_default_str();
  command->add_option("--seed", options->seed, "Seed of the weights (default 1)");
  command->add_flag("--json", options->json, "Print one JSON document");
  add_threads_option(*command);
  command->callback([options] {
    const Preset& chosen = preset(options->preset);
    const DecodeBench result = bench_decode(Model(chosen.model, options->seed), options->weights, options->tokens);
    if (options->json) {
      return print_json({{"preset", chosen.name},
                         {"weights", weight_format_names[size_t(options->weights)]},
                         {"threads", thread_count()},
                         {"tokens_per_s", result.tokens_per_s},
                         {"ms_per_token", result.ms_per_token},
                         {"weight_bytes", result.weight_bytes},
                         {"gb_per_s", result.gb_per_s},
                         {"read_gb_per_s", result.read_gb_per_s},
                         {"peak_rss_mb", result.peak_rss_mb}},
                        2);
    }
    fmt::print(
        "{}: {:.0f} tokens/s, {:.3f} ms per token (median of {}), which reads {:.1f} MB of weights: {:.1f} GB/s of "
        "{:.1f} "
        "that a plain read of as many bytes reaches, peak memory {:.0f} MB ({}, threads: {})\n",
        chosen.name, result.tokens_per_s, result.ms_per_token, options->tokens, double(result.weight_bytes) / 1e6,
        result.gb_per_s, result.read_gb_per_s, result.peak_rss_mb, kernels::level_name(), thread_count());
  });
}

/// The head of the rows that have a limit in common.
void print_serve_head(const ServeRow& first) {
  if (first.cache_bytes == 0)
    fmt::print("{} slots\n", first.slots);
  else
    fmt::print("\n{:.1f} MB of cache, {} slots\n", double(first.cache_bytes) / 1e6, first.slots);
  fmt::print("{:<10} {:<12} {:>8} {:>9} {:>9} {:>10} {:>12} {:>8} {:>8}\n", "model", "batching", "tokens/s", "",
             "at most", "rows/call", "calls/token", "p50 ms", "p95 ms");
}

void add_serve_bench(CLI::App& bench) {
  struct Options {
    std::vector<std::string> sets;
    ServeLoad load;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = add_command(bench, "serve", "Time the decoding of many texts, batched by depth and by sequence",
                                  "tinymor bench serve --slots 32");
  command->add_option("--set", options->sets, "Change one key of the model: model.KEY=VALUE or router.KEY=VALUE")
      ->allow_extra_args(false);
  command->add_option("--texts", options->load.texts, "Texts to decode")->check(at_least(1));
  command->add_option("--slots", options->load.slots, "Texts that are under way at a time")->check(at_least(1));
  add_gather_option(*command, options->load.gather);
  command->add_option("--rounds", options->load.rounds, "Times that every row is measured, in turn (medians count)")
      ->check(at_least(1));
  add_weights_option(*command, options->load.weights);
  command->add_option("--tokens", options->load.mean_tokens, "Mean length of a text")->check(at_least(1));
  command->add_option("--seed", options->load.seed, "Seed of weights, lengths and draws (default 1)");
  command->add_flag("--json", options->json, "Print one JSON document");
  add_threads_option(*command);
  command->callback([options] {
    // The layers of the paper's 360M model with four recursions, at the width of `big`. Untrained routers let
    // through any number of tokens; random ones let through as many as the capacities say.
    Config config;
    config.model = preset("big").model;
    config.model.n_layers = 34;
    config.model.sharing = Sharing::middle_cycle;
    config.model.n_recursions = 4;
    config.model.routing = Routing::expert_choice;
    config.model.router.random = true;
    for (const std::string& set : options->sets) set_config_key(config, set);
    if (config.model.routing == Routing::exit_gate) config.model.router.random = false;  // a gate only says when
    validate(config);
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const ServeRow& row : bench_serve(config.model, options->load)) {
      if (options->json) {
        rows.push_back({{"model", row.model},
                        {"batching", row.batching},
                        {"slots", row.slots},
                        {"cache_bytes", row.cache_bytes},
                        {"tokens_per_s", row.tokens_per_s},
                        {"ratio", row.ratio},
                        {"predicted", row.predicted},
                        {"rows_per_call", row.rows_per_call},
                        {"calls_per_token", row.calls_per_token},
                        {"rows_per_coda", row.rows_per_coda},
                        {"p50_ms", row.p50_ms},
                        {"p95_ms", row.p95_ms}});
        continue;
      }
      if (row.ratio == 1 && row.model == "vanilla" && row.batching == "by sequence") print_serve_head(row);
      fmt::print("{:<10} {:<12} {:>8.0f} {:>7.2f} x {:>9.0f} {:>10.1f} {:>12.2f} {:>8.1f} {:>8.1f}\n", row.model,
                 row.batching, row.tokens_per_s, row.ratio, row.predicted, row.rows_per_call, row.calls_per_token,
                 row.p50_ms, row.p95_ms);
    }
    if (options->json) print_json({{"rows", rows}}, 2);
  });
}

}  // namespace

void add_bench_command(CLI::App& app) {
  CLI::App* bench = add_command(app, "bench", "Measure speed and memory", "tinymor bench train --preset small");
  bench->require_subcommand(1);
  add_gemm_bench(*bench);
  add_decode_bench(*bench);
  add_serve_bench(*bench);
  add_train_bench(*bench);
  add_claims_bench(*bench);
  add_rivals_bench(*bench);
}

}  // namespace tinymor
