#include "trainer/loop/ranks.h"

#ifdef TINYMOR_MPI
#include <mpi.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <utility>

#include "tensor/error.h"

namespace tinymor {

Ranks& Ranks::all() {
  static Ranks ranks;
  return ranks;
}

#ifdef TINYMOR_MPI

namespace {

MPI_Datatype type_of(double) {
  return MPI_DOUBLE;
}
MPI_Datatype type_of(float) {
  return MPI_FLOAT;
}

/// Whether a launcher of MPI started this program.
bool launched() {
  const auto is_set = [](const char* name) { return std::getenv(name) != nullptr; };
  return is_set("OMPI_COMM_WORLD_SIZE") || is_set("PMI_SIZE") || is_set("PMI_RANK");
}

/// Notes what `exchange` takes, which sends so many bytes.
void timed(Ranks::Traffic& traffic, double bytes, const std::function<void()>& exchange) {
  const auto start = std::chrono::steady_clock::now();
  exchange();
  traffic.bytes += bytes;
  traffic.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class Number>
std::vector<Number> all_gathered(Ranks::Traffic& traffic, int64_t count, const std::vector<Number>& numbers) {
  if (count == 1) return numbers;
  std::vector<Number> all(numbers.size() * size_t(count));
  const int n = int(numbers.size());
  timed(traffic, double((count - 1) * n) * double(sizeof(Number)),
        [&] { MPI_Allgather(numbers.data(), n, type_of(Number()), all.data(), n, type_of(Number()), MPI_COMM_WORLD); });
  return all;
}

}  // namespace

Ranks::Ranks() {
  if (!launched()) return;
  int provided = 0, rank = 0, count = 1;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  rank_ = rank;
  count_ = count;
}

void Ranks::from_first(std::vector<double>& numbers) {
  if (count_ > 1) MPI_Bcast(numbers.data(), int(numbers.size()), MPI_DOUBLE, 0, MPI_COMM_WORLD);
}

std::vector<double> Ranks::gathered(const std::vector<double>& numbers) {
  return all_gathered(traffic_, count_, numbers);
}

std::vector<Real> Ranks::gathered(const std::vector<Real>& numbers) {
  return all_gathered(traffic_, count_, numbers);
}

std::vector<Real> Ranks::exchanged(const std::vector<Real>& parts) {
  if (count_ == 1) return parts;
  std::vector<Real> got(parts.size());
  const int n = int(parts.size() / size_t(count_));
  timed(traffic_, double((count_ - 1) * n) * double(sizeof(Real)),
        [&] { MPI_Alltoall(parts.data(), n, type_of(Real()), got.data(), n, type_of(Real()), MPI_COMM_WORLD); });
  return got;
}

void Ranks::finish() {
  int initialized = 0, finalized = 0;
  MPI_Initialized(&initialized);
  MPI_Finalized(&finalized);
  if (initialized && !finalized) MPI_Finalize();
}

#else

Ranks::Ranks() = default;
void Ranks::from_first(std::vector<double>&) {}
std::vector<double> Ranks::gathered(const std::vector<double>& numbers) {
  return numbers;
}
std::vector<Real> Ranks::gathered(const std::vector<Real>& numbers) {
  return numbers;
}
std::vector<Real> Ranks::exchanged(const std::vector<Real>& parts) {
  return parts;
}
void Ranks::finish() {}

#endif

void Ranks::together(const std::function<void()>& work) {
  std::exception_ptr error;
  try {
    work();
  } catch (...) {
    error = std::current_exception();
  }
  const std::vector<double> failed = gathered(std::vector<double>{error ? 1.0 : 0.0});
  const auto first = std::find(failed.begin(), failed.end(), 1.0);
  if (first == failed.end()) return;
  finish();
  if (first - failed.begin() == rank_) std::rethrow_exception(error);
  std::exit(0);  // the status of the one that failed counts
}

GradientSum::GradientSum(std::vector<Variable*> parameters)
    : parameters_(std::move(parameters)), seen_(parameters_.size(), 0) {}

void GradientSum::add() {
  Ranks& ranks = Ranks::all();
  std::vector<Real> mine;
  for (size_t p = 0; p < parameters_.size(); ++p) {
    Variable& parameter = *parameters_[p];
    const size_t end = mine.size() + size_t(parameter.value().count());
    if (parameter.grad().defined()) {
      const Tensor grad = parameter.grad().contiguous_copy();
      mine.insert(mine.end(), grad.values().begin(), grad.values().end());
      seen_[p] = 1;
    }
    mine.resize(end);
    parameter.zero_grad();
  }
  const size_t count = size_t(ranks.count()), length = (mine.size() + count - 1) / count;
  mine.resize(length * count);
  const std::vector<Real> got = ranks.exchanged(mine);
  part_.resize(length);
  for (size_t r = 0; r < count; ++r)
    for (size_t i = 0; i < length; ++i) part_[i] += got[r * length + i];
}

void GradientSum::put() {
  Ranks& ranks = Ranks::all();
  const std::vector<Real> sum = ranks.gathered(part_);
  const std::vector<double> seen = ranks.gathered(seen_);
  size_t at = 0;
  for (size_t p = 0; p < parameters_.size(); ++p) {
    const Tensor& value = parameters_[p]->value();
    const size_t n = size_t(value.count());
    double got = 0;
    for (size_t r = 0; r < size_t(ranks.count()); ++r) got += seen[r * parameters_.size() + p];
    if (got > 0) parameters_[p]->node()->grad = Tensor(value.shape(), std::span<const Real>(sum.data() + at, n));
    at += n;
  }
  part_.clear();
  seen_.assign(parameters_.size(), 0);
}

}  // namespace tinymor
