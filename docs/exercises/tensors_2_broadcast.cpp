// Exercise 2 of chapter 2: the shape of a sum.
//
// Write the two shapes one under the other, aligned at the last axis. Where one has no axis, read 1. Two extents fit
// when they agree or one of them is 1: then the result has the other. Else
//     throw Error("...");
// `shape[-1]` is the last extent, `shape[-2]` the one before; Shape(std::vector<int64_t>{...}) makes a shape.
#include "exercises.h"
#include "tensor/error.h"

namespace tinymor {

Shape broadcast_shape(const Shape& a, const Shape& b) {
  return {};
}

}  // namespace tinymor
