#pragma once
// Measurements of speed and memory that a reader can repeat: the models of the documentation's tables, one training
// step of each, and the matrix product by itself.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mor/config.h"

namespace tinymor {

/// A named model and batch that figures in the documentation refer to.
struct Preset {
  std::string name;
  ModelConfig model;
  int64_t batch_size;
};
/// All of them, in the order of the documentation.
const std::vector<Preset>& presets();
/// The preset of that name. Throws InputError, listing the names, when there is none.
const Preset& preset(const std::string& name);

/// Seconds of each of `runs` calls of `work`, after one that does not count, ascending.
std::vector<double> seconds_of(int64_t runs, const std::function<void()>& work);
/// The median of ascending numbers.
double median(const std::vector<double>& ascending);
/// The largest resident size of this process so far, in 10^6 bytes.
double peak_rss_mb();

struct TrainBench {
  int64_t params;
  double ms_per_step;  ///< median
  double tokens_per_s;
  double gflops;  ///< 10^9 floating-point operations per second, three times the honest count of the forward
  double peak_rss_mb;
};
/// Times `steps` training steps on random tokens: forward, backward, clipping to a norm of 1, AdamW.
TrainBench bench_train(const Preset& preset, int64_t steps, uint64_t seed);

/// GFLOP/s (median of several runs) of C = A B with A [m,k] and B [k,n], as autograd calls it.
double bench_gemm(int64_t m, int64_t n, int64_t k);

struct RungBench {
  std::string rung;
  double gflops;
};
/// The same for every rung of the ladder in docs/04-why-is-it-fast.md, lowest first: the loops of
/// kernels::Table::ladder and "packed", pack and gemm, by the calling thread alone; at the top "threads", the product
/// as autograd calls it.
std::vector<RungBench> bench_ladder(int64_t m, int64_t n, int64_t k);

}  // namespace tinymor
