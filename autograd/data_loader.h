#pragma once
// Batches of your own tensors:
//
//   DataLoader loader(32, seed, images, labels);
//   for (int epoch = 0; epoch < 10; ++epoch)
//     for (const auto& [x, y] : loader.epoch(epoch)) step(x, y);

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "tensor/error.h"
#include "tensor/random.h"
#include "tensor/tensor.h"

namespace tinymor {

/// The rows of x [R,...] at `index`, in that order -> [n,...].
template <class T>
BasicTensor<T> rows_at(const BasicTensor<T>& x, std::span<const int64_t> index) {
  Shape shape = x.shape();
  shape[0] = int64_t(index.size());
  BasicTensor<T> rows(shape);
  for (size_t i = 0; i < index.size(); ++i) rows.select(0, int64_t(i)).copy_from(x.select(0, index[i]));
  return rows;
}

/// Row i of every tensor belongs to example i: for instance inputs [R,...] and targets [R].
template <class... Tensors>
class DataLoader {
 public:
  /// Batches have `batch_size` rows; the last one of an epoch has the rows that are left. Throws unless all tensors
  /// have the same number of rows, and at least one.
  DataLoader(int64_t batch_size, uint64_t seed, Tensors... data)
      : data_(std::move(data)...), batch_size_(batch_size), seed_(seed), rows_(std::get<0>(data_).dim(0)) {
    check(batch_size > 0, "[data_loader] a batch size of {} (give 1 or more)", batch_size);
    check(rows_ > 0, "[data_loader] there are no rows");
    std::apply(
        [&](const Tensors&... each) {
          (check(each.dim(0) == rows_, "[data_loader] {} rows beside {}", each.dim(0), rows_), ...);
        },
        data_);
  }

  /// Batches in an epoch.
  int64_t batches() const { return (rows_ + batch_size_ - 1) / batch_size_; }

  /// Every row once, in an order that depends on the seed and on the number of the epoch alone. A range of tuples; the
  /// loader must outlive it.
  class Epoch;
  Epoch epoch(int64_t number) const& { return Epoch(*this, number); }
  Epoch epoch(int64_t number) && = delete;

 private:
  std::tuple<Tensors...> data_;
  int64_t batch_size_;
  uint64_t seed_;
  int64_t rows_;
};

template <class... Tensors>
class DataLoader<Tensors...>::Epoch {
 public:
  Epoch(const DataLoader& loader, int64_t number) : loader_(loader), order_(size_t(loader.rows_)) {
    std::iota(order_.begin(), order_.end(), int64_t(0));
    Random random(loader.seed_, stream_of(Stream::batches, uint64_t(number)));
    for (size_t left = order_.size(); left > 1; --left)  // Fisher and Yates
      std::swap(order_[left - 1], order_[size_t(random.below(int64_t(left)))]);
  }

  class Iterator {
   public:
    Iterator(const Epoch& epoch, int64_t batch) : epoch_(epoch), batch_(batch) {}
    std::tuple<Tensors...> operator*() const { return epoch_.batch(batch_); }
    Iterator& operator++() {
      ++batch_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return batch_ != other.batch_; }

   private:
    const Epoch& epoch_;
    int64_t batch_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, loader_.batches()}; }

 private:
  std::tuple<Tensors...> batch(int64_t i) const {
    const size_t first = size_t(i * loader_.batch_size_),
                 last = std::min(order_.size(), first + size_t(loader_.batch_size_));
    const std::span<const int64_t> rows(order_.data() + first, last - first);
    return std::apply([&](const Tensors&... each) { return std::tuple<Tensors...>(rows_at(each, rows)...); },
                      loader_.data_);
  }

  const DataLoader& loader_;
  std::vector<int64_t> order_;
};

}  // namespace tinymor
