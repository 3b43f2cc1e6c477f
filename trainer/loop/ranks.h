#pragma once
// The processes that train one model together, each on its own micro-batches: data parallelism. `mpirun -n 4 tinymor
// train ...` starts four of them, the ranks 0 to 3. All have the same weights, and rank 0 alone writes the run. Without
// mpirun, or where MPI was not found when this was built, a process is the only rank.
//
// Gradients are added up in the order of their micro-batches: those of the first of each rank, then those of the
// second. So N ranks train the same weights, to the bit, as one process with N times the gradient accumulation.

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "autograd/variable.h"

namespace tinymor {

class Ranks {
 public:
  /// The ranks of this program. The first call joins them; it and all others belong to one thread.
  static Ranks& all();

  int64_t rank() const { return rank_; }
  int64_t count() const { return count_; }
  bool first() const { return rank_ == 0; }

  /// What rank 0 has in `numbers`, for all.
  void from_first(std::vector<double>& numbers);
  /// The numbers of all ranks, as many of each, in the order of the ranks.
  std::vector<double> gathered(const std::vector<double>& numbers);
  /// Part k of every rank's `parts` goes to rank k: returns the parts that this one gets, in the order of the ranks.
  /// There are as many parts as ranks, of equal length.
  std::vector<Real> exchanged(const std::vector<Real>& parts);
  std::vector<Real> gathered(const std::vector<Real>& numbers);

  /// What `make` makes, on every rank; see together.
  template <class Make>
  auto made_together(Make make) {
    std::optional<decltype(make())> made;
    together([&] { made.emplace(make()); });
    return std::move(*made);
  }
  /// Runs `work` on every rank. Where it fails on any, all end: the first of these throws what its work threw, the
  /// others leave the program.
  void together(const std::function<void()>& work);
  /// To be called by all once they are done.
  void finish();

  /// Bytes that this rank has sent to others, and seconds that it has spent on that and on waiting for them.
  struct Traffic {
    double bytes = 0, seconds = 0;
  };
  const Traffic& traffic() const { return traffic_; }

 private:
  Ranks();

  int64_t rank_ = 0, count_ = 1;
  Traffic traffic_;
};

/// The sum of the gradients of several micro-batches on all ranks.
class GradientSum {
 public:
  explicit GradientSum(std::vector<Variable*> parameters);
  /// Adds the gradients that a micro-batch has left in the parameters, which are zeroed; every rank calls it as often.
  void add();
  /// Gives the parameters the sum as their gradients, and begins a new one.
  void put();

 private:
  std::vector<Variable*> parameters_;
  std::vector<Real> part_;    // of the sum: the numbers that this rank adds up
  std::vector<double> seen_;  // by parameter: whether it got a gradient
};

}  // namespace tinymor
