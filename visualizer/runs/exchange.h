#pragma once
// The two ways in which a training thread tells the window something without ever waiting for it.
//
// NewestExchange is for state: the reader gets the newest value, and older ones are overwritten. Ring is for events:
// none may vanish silently, so it counts those that do not fit.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace tinymor {

/// A triple buffer: one writer, one reader, one atomic byte. The writer fills `back()` and publishes it; the reader
/// fetches and reads `front()`. Values are reused, so vectors inside keep their memory.
template <class T>
class NewestExchange {
 public:
  T& back() { return buffers_[back_]; }
  void publish() { back_ = middle_.exchange(uint8_t(back_ | fresh), std::memory_order_acq_rel) & index; }

  /// True when there is a newer value than the one `front()` showed.
  bool fetch() {
    if (!(middle_.load(std::memory_order_acquire) & fresh)) return false;
    front_ = middle_.exchange(front_, std::memory_order_acq_rel) & index;
    return true;
  }
  const T& front() const { return buffers_[front_]; }

 private:
  static constexpr uint8_t fresh = 4, index = 3;
  std::array<T, 3> buffers_{};
  uint8_t back_ = 0, front_ = 1;
  std::atomic<uint8_t> middle_{2};
};

/// A bounded queue with one writer and one reader that drops and counts what does not fit.
template <class T>
class Ring {
 public:
  explicit Ring(size_t capacity) : capacity_(capacity), items_(std::make_unique<T[]>(capacity)) {}

  void push(T item) {
    const uint64_t written = written_.load(std::memory_order_relaxed);
    if (written - read_.load(std::memory_order_acquire) >= capacity_) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    items_[written % capacity_] = std::move(item);
    written_.store(written + 1, std::memory_order_release);
  }

  std::optional<T> pop() {
    const uint64_t read = read_.load(std::memory_order_relaxed);
    if (read == written_.load(std::memory_order_acquire)) return std::nullopt;
    std::optional<T> item(std::move(items_[read % capacity_]));
    read_.store(read + 1, std::memory_order_release);
    return item;
  }

  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  const uint64_t capacity_;
  std::unique_ptr<T[]> items_;
  std::atomic<uint64_t> written_{0}, read_{0}, dropped_{0};
};

}  // namespace tinymor
