#pragma once
// What the program that checks exercises knows of each.

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "tensor/error.h"
#include "tensor/tensor.h"

namespace tinymor {

/// What one look at an exercise found.
struct Finding {
  bool done;
  std::string text;  ///< What is wrong, in words with numbers; or a remark on what is done, which may be empty.
  std::string hint;  ///< A hint that fits better than the exercise's own; may be empty.
};

inline Finding done(std::string remark = "") {
  return {true, std::move(remark), ""};
}
inline Finding not_yet(std::string what, std::string hint = "") {
  return {false, std::move(what), std::move(hint)};
}

/// Says what the student's code is about to be asked: the line about one that crashes or does not end repeats it.
void trying(const std::string& what);

struct Exercise {
  int chapter;
  std::string name;  ///< Of its file.
  std::string title;
  std::string hint;
  std::function<Finding()> check;
};

/// Puts an exercise into the program's table. Each file in checks/ has one of these, so that a program has the
/// exercises whose checks it was linked with, and needs the code of no other.
struct AddExercise {
  explicit AddExercise(Exercise exercise);
};

// --- How values look in what the student reads ---

/// "[2,3]"
inline std::string shown(const std::vector<int64_t>& numbers) {
  return fmt::format("[{}]", fmt::join(numbers, ","));
}
/// "[2,3] [1]"
inline std::string texts(const std::vector<std::vector<int64_t>>& all) {
  std::string out = "texts of depths";
  for (const std::vector<int64_t>& text : all) out += " " + shown(text);
  return out;
}
/// "[2,3] with 1, 2, 3, 4, 5, 6", or "nothing" for a tensor without storage.
inline std::string shown(const Tensor& x) {
  if (!x.defined()) return "nothing (an undefined tensor)";
  return fmt::format("{} with {}", x.shape(), fmt::join(x.to_vector(), ", "));
}
inline bool same(const Tensor& a, const Tensor& b) {
  return a.defined() && b.defined() && a.shape() == b.shape() && a.to_vector() == b.to_vector();
}

}  // namespace tinymor
