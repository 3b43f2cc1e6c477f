#include "datasets/batches.h"

#include <algorithm>

#include "tensor/error.h"
#include "tensor/random.h"

namespace tinymor {
namespace {

void check_one_sequence(const Tokens& ids, int64_t seq_len, const char* part) {
  check_input(ids.size() > seq_len,
              "data: the {} part has {} tokens, one sequence needs {} (give more text, or a smaller max_seq_len)", part,
              ids.size(), seq_len + 1);
}

/// The windows of `ids` that begin at `starts`, as a batch [starts.size(), seq_len].
Batch windows(const Tokens& ids, const std::vector<int64_t>& starts, int64_t seq_len) {
  const Shape shape{static_cast<int64_t>(starts.size()), seq_len};
  Batch batch{IntTensor(shape), IntTensor(shape)};
  int32_t* input = batch.inputs.mutable_data();
  int32_t* target = batch.targets.mutable_data();
  for (const int64_t start : starts) {
    const Tokens window = ids.slice(start, start + seq_len + 1);
    for (int64_t t = 0; t < seq_len; ++t) {
      input[t] = window[t];
      target[t] = window[t + 1];
    }
    int64_t begin = 0;
    for (const int64_t document : window.starts()) {
      target[document - 1] = -1;
      if (document == seq_len) break;
      batch.lengths.push_back(document - begin);
      begin = document;
    }
    batch.lengths.push_back(seq_len - begin);
    input += seq_len;
    target += seq_len;
  }
  return batch;
}

}  // namespace

DataSplit split_ids(const Tokens& ids, double val_fraction, int64_t seq_len) {
  check_input(val_fraction >= 0 && val_fraction < 1, "val_fraction {}: out of range (0 or more, and below 1)",
              val_fraction);
  const int64_t n_train = ids.size() - static_cast<int64_t>(static_cast<double>(ids.size()) * val_fraction);
  DataSplit split{ids.slice(0, n_train), ids.slice(n_train, ids.size())};
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

Batches::Batches(Tokens ids, int64_t batch_size, int64_t seq_len, uint64_t seed)
    : ids_(std::move(ids)), batch_size_(batch_size), seq_len_(seq_len), seed_(seed) {
  check(batch_size > 0 && seq_len > 0, "[Batches] batch_size {} and seq_len {} must be positive", batch_size, seq_len);
  check_one_sequence(ids_, seq_len, "training");
}

Batch Batches::at(int64_t step, int64_t micro) const {
  return windows(ids_, draw_batch(ids_.size() - seq_len_, batch_size_, seed_, step, micro), seq_len_);
}

Windows::Windows(Tokens ids, int64_t seq_len, int32_t unknown)
    : ids_(std::move(ids)), seq_len_(seq_len), unknown_(unknown) {
  check(seq_len > 0, "[Windows] seq_len {} must be positive", seq_len);
  check_one_sequence(ids_, seq_len, "held-out");
}

Batch Windows::at(std::span<const int64_t> which) const {
  std::vector<int64_t> starts;
  for (const int64_t window : which) starts.push_back(window * seq_len_);
  Batch batch = windows(ids_, starts, seq_len_);
  int32_t *first = batch.targets.mutable_data(), *last = first + batch.targets.count();
  if (unknown_ < 0) return batch;
  batch.unknown = std::count(first, last, unknown_);
  std::replace(first, last, unknown_, -1);
  return batch;
}

std::vector<int64_t> spread_evenly(int64_t all, int64_t most) {
  const int64_t count = most > 0 ? std::min(most, all) : all;
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < count; ++i) chosen.push_back(i * all / count);
  return chosen;
}

}  // namespace tinymor
