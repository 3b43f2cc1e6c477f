#include "datasets/batches.h"

#include <algorithm>

#include "tensor/error.h"
#include "tensor/random.h"

namespace tinymor {
namespace {

void check_one_sequence(const std::vector<int32_t>& ids, int64_t seq_len, const char* part) {
  check_input(static_cast<int64_t>(ids.size()) > seq_len,
              "data: the {} part has {} tokens, one sequence needs {} (give more text, or a smaller max_seq_len)", part,
              ids.size(), seq_len + 1);
}

/// The windows of `ids` that begin at `starts`, as a batch [starts.size(), seq_len].
Batch windows(const std::vector<int32_t>& ids, const std::vector<int64_t>& starts, int64_t seq_len) {
  const Shape shape{static_cast<int64_t>(starts.size()), seq_len};
  Batch batch{IntTensor(shape), IntTensor(shape)};
  int32_t* input = batch.inputs.mutable_data();
  int32_t* target = batch.targets.mutable_data();
  for (const int64_t start : starts) {
    const int32_t* text = ids.data() + start;
    input = std::copy_n(text, seq_len, input);
    target = std::copy_n(text + 1, seq_len, target);
  }
  return batch;
}

}  // namespace

DataSplit split_ids(std::vector<int32_t> ids, double val_fraction, int64_t seq_len) {
  check_input(val_fraction >= 0 && val_fraction < 1, "val_fraction {}: out of range (0 or more, and below 1)",
              val_fraction);
  const auto n_held_out = static_cast<int64_t>(static_cast<double>(ids.size()) * val_fraction);
  DataSplit split;
  split.held_out.assign(ids.end() - n_held_out, ids.end());
  ids.resize(ids.size() - split.held_out.size());
  split.train = std::move(ids);
  check_one_sequence(split.train, seq_len, "training");
  if (val_fraction > 0) check_one_sequence(split.held_out, seq_len, "held-out");
  return split;
}

std::vector<int64_t> draw_batch(int64_t n, int64_t batch_size, uint64_t seed, int64_t step, int64_t micro) {
  check(n > 0 && batch_size > 0, "[draw_batch] {} of {}: both must be positive", batch_size, n);
  check(step >= 0 && micro >= 0, "[draw_batch] step {}, micro batch {}: negative", step, micro);
  // All micro batches of a step share a stream; the draws of those before this one are passed over.
  Random random(seed, stream_of(Stream::batches, static_cast<uint64_t>(step)));
  for (int64_t i = 0; i < micro * batch_size; ++i) random.below(n);
  std::vector<int64_t> drawn(static_cast<size_t>(batch_size));
  for (int64_t& index : drawn) index = random.below(n);
  return drawn;
}

Batches::Batches(std::vector<int32_t> ids, int64_t batch_size, int64_t seq_len, uint64_t seed)
    : ids_(std::move(ids)), batch_size_(batch_size), seq_len_(seq_len), seed_(seed) {
  check(batch_size > 0 && seq_len > 0, "[Batches] batch_size {} and seq_len {} must be positive", batch_size, seq_len);
  check_one_sequence(ids_, seq_len, "training");
}

Batch Batches::at(int64_t step, int64_t micro) const {
  const int64_t n_starts = static_cast<int64_t>(ids_.size()) - seq_len_;
  return windows(ids_, draw_batch(n_starts, batch_size_, seed_, step, micro), seq_len_);
}

int64_t leave_out(Batch& batch, int32_t id) {
  int32_t *first = batch.targets.mutable_data(), *last = first + batch.targets.count();
  const int64_t count = std::count(first, last, id);
  std::replace(first, last, id, -1);
  return count;
}

Batch consecutive_windows(const std::vector<int32_t>& ids, int64_t seq_len) {
  check(seq_len > 0, "[consecutive_windows] seq_len {} must be positive", seq_len);
  check_one_sequence(ids, seq_len, "held-out");
  std::vector<int64_t> starts;
  for (int64_t start = 0; start + seq_len < static_cast<int64_t>(ids.size()); start += seq_len) starts.push_back(start);
  return windows(ids, starts, seq_len);
}

}  // namespace tinymor
