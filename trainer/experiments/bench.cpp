#include "trainer/experiments/bench.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "autograd/optim.h"
#include "mor/counts.h"
#include "mor/model.h"
#include "tensor/error.h"
#include "tensor/ops.h"
#include "tensor/random.h"

namespace tinymor {
namespace {

std::vector<Preset> make_presets() {
  std::vector<Preset> all;
  struct Shape {
    const char* name;
    int64_t vocab, d, heads, kv_heads, d_ff, layers, length, batch_size;
  };
  for (const Shape& shape :
       {Shape{"baby", 65, 128, 4, 4, 344, 4, 64, 12}, Shape{"small", 512, 192, 6, 3, 512, 8, 256, 8},
        Shape{"big", 2048, 384, 6, 6, 1024, 8, 256, 8}, Shape{"stories15M", 32000, 288, 6, 6, 768, 6, 256, 8}}) {
    ModelConfig model;
    model.vocab_size = shape.vocab;
    model.d_model = shape.d;
    model.n_heads = shape.heads;
    model.n_kv_heads = shape.kv_heads;
    model.d_ff = shape.d_ff;
    model.n_layers = shape.layers;
    model.max_seq_len = shape.length;
    all.push_back({shape.name, model, shape.batch_size});
    if (shape.name != std::string("small") && shape.name != std::string("big")) continue;
    model.sharing = Sharing::middle_cycle;
    model.n_recursions = 3;
    all.push_back({shape.name + std::string("-rec"), model, shape.batch_size});
    model.routing = Routing::expert_choice;
    all.push_back({shape.name + std::string("-mor"), model, shape.batch_size});
  }
  return all;
}

IntTensor random_ids(int64_t count, int64_t vocab, Random& random) {
  IntTensor ids(Shape{count});
  int32_t* to = ids.mutable_data();
  for (int64_t i = 0; i < count; ++i) to[i] = int32_t(random.below(vocab));
  return ids;
}

}  // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> all = make_presets();
  return all;
}

const Preset& preset(const std::string& name) {
  std::string names;
  for (const Preset& candidate : presets()) {
    if (candidate.name == name) return candidate;
    names += (names.empty() ? "" : ", ") + candidate.name;
  }
  throw InputError(fmt::format("--preset: there is no {} (use one of {})", name, names));
}

std::vector<double> seconds_of(int64_t runs, const std::function<void()>& work) {
  std::vector<double> seconds;
  work();
  for (int64_t i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds;
}

double median(const std::vector<double>& ascending) {
  const size_t n = ascending.size();
  check(n > 0, "[median] of nothing");
  return (ascending[(n - 1) / 2] + ascending[n / 2]) / 2;
}

double peak_rss_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_maxrss) * 1024 / 1e6;
}

TrainBench bench_train(const Preset& preset, int64_t steps, uint64_t seed) {
  Model model(preset.model, seed);
  AdamW optimizer(model.parameters(), {});
  Random random(seed, stream_of(Stream::batches));
  const int64_t length = model.config().max_seq_len, tokens = preset.batch_size * length;
  const double seconds = median(seconds_of(steps, [&] {
    const IntTensor ids = random_ids(tokens, model.config().vocab_size, random);
    const IntTensor targets = random_ids(tokens, model.config().vocab_size, random);
    const ForwardResult result = model.forward(ids, Rows::batch(preset.batch_size, length));
    training_loss(model.config(), result, targets).total.backward();
    clip_grad_norm(model.parameters(), 1);
    optimizer.step();
    optimizer.zero_grad();
  }));
  return {.params = model.parameter_count(),
          .ms_per_step = 1e3 * seconds,
          .tokens_per_s = double(tokens) / seconds,
          .gflops = 3 * honest_flops_per_token(model.config(), length) * double(tokens) / seconds / 1e9,
          .peak_rss_mb = peak_rss_mb()};
}

namespace {

/// GFLOP/s of `product`, which takes `flops` operations: the median of `runs` runs, each of which repeats it for long
/// enough to be timed.
double gflops_of(double flops, int64_t runs, const std::function<void()>& product) {
  int64_t repeat = 1;
  const auto repeated = [&] {
    for (int64_t i = 0; i < repeat; ++i) product();
  };
  while (median(seconds_of(1, repeated)) < 0.003) repeat *= 2;
  return flops * double(repeat) / median(seconds_of(runs, repeated)) / 1e9;
}

}  // namespace

double bench_gemm(int64_t m, int64_t n, int64_t k) {
  Random random(1);
  const Tensor a = random_uniform({m, k}, random), b = random_uniform({k, n}, random);
  return gflops_of(2.0 * double(m) * double(n) * double(k), 25, [&] { matmul(a, b); });
}

std::vector<RungBench> bench_ladder(int64_t m, int64_t n, int64_t k) {
  Random random(1);
  const Tensor a = random_uniform({m, k}, random), b = random_uniform({k, n}, random);
  Tensor c({m, n}), panels(Shape{kernels::packed_count(k, n)});
  Real *to = c.mutable_data(), *space = panels.mutable_data();
  const double flops = 2.0 * double(m) * double(n) * double(k);
  std::vector<RungBench> rungs;
  const auto time = [&](const char* name, const std::function<void()>& product) {
    rungs.push_back({name, gflops_of(flops, 9, product)});
  };
  const kernels::Table& table = kernels::table();
  for (const kernels::Rung& rung : table.ladder)
    time(rung.name, [&] { rung.product(m, n, k, a.data(), b.data(), to); });
  time("packed", [&] {
    table.pack(k, n, {b.data(), n, 1}, space);
    table.gemm(m, n, k, {a.data(), k, 1}, kernels::packed(space, k), to, n, false);
  });
  time("threads", [&] { matmul(a, b); });
  return rungs;
}

}  // namespace tinymor
