// Exercise 5 of chapter 14, a harder one: what a token reads.
//
// To write a token, each matrix that it passes is read. A block that is used again is read again for each recursion
// that the token takes, unless it stays in the processor's cache: then it comes from memory once. The logits read the
// whole head; of the embedding only one row is read, which we leave out, as we do norms. A weight has 4 bytes in
// float32; in int8 it has 1, and each row of a matrix has 8 bytes more for its scale and its sum. Attention reads an
// entry for each token of the text in each layer that is passed: a key and a value of as many numbers as the key heads
// have together, 4 bytes each.
#include "exercises.h"

namespace tinymor {

int64_t bytes_read(const ReadModel& model, int64_t depth, int64_t tokens) {
  return {};
}

double gigabytes_per_s(int64_t bytes_per_token, double tokens_per_s) {
  return {};
}

}  // namespace tinymor
