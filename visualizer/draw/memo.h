#pragma once
// What is computed once and kept until the things it depends on change.

#include <optional>
#include <utility>

namespace tinymor {

/// One value and the key that it was made from. `Key` holds everything that the value depends on.
template <class Key, class Value>
class Memo {
 public:
  /// The value for `key`; calls `make()` when the key is not the one of the last call. When `make` throws, nothing is
  /// kept.
  template <class Make>
  Value& of(const Key& key, Make&& make) {
    if (key_ == key) return *value_;
    key_.reset();
    value_.emplace(make());
    key_ = key;
    return *value_;
  }

 private:
  std::optional<Key> key_;
  std::optional<Value> value_;
};

}  // namespace tinymor
