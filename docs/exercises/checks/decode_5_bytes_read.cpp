#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_bytes_read() {
  struct Case {
    const char* what;
    ReadModel model;
    int64_t depth, tokens, bytes;
    const char* hint;
  };
  const ReadModel stories{288, 288, 768, 32000, 6, 0, false, false};
  ReadModel bytes = stories, small{4, 2, 8, 10, 2, 2, false, false}, stays = small;
  bytes.int8 = true;
  stays.block_stays = true;
  const int64_t layer = 4 * (2 * 16 + 2 * 8 + 3 * 32), head = 4 * 40, entry = 2 * 2 * 4;
  for (const Case& wanted : std::vector<Case>{
           {"stories15M in float32, without a text", stories, 1, 0, 60751872,
            "the chapter's 15187968 weights of 4 bytes"},
           {"stories15M in int8, without a text", bytes, 1, 0, 15586816,
            "a byte for each weight, and 8 for each of 49856 rows: d rows of q, o and down, k of k and v, d_ff of gate "
            "and up"},
           {"stories15M in float32 with 256 tokens", stories, 1, 256, 60751872 + 3538944,
            "6 layers, 256 tokens, a key and a value of 288 numbers, 4 bytes each"},
           {"depth 1 of a block of 2", small, 1, 3, 4 * layer + head + 4 * 3 * entry,
            "two layers outside, two in the block"},
           {"depth 3 of a block of 2", small, 3, 3, 8 * layer + head + 8 * 3 * entry,
            "the block is read three times, and has keys of its own in each recursion"},
           {"depth 3 of a block of 2 that stays in the cache", stays, 3, 3, 4 * layer + head + 8 * 3 * entry,
            "its weights come once; the keys of each recursion are others"}}) {
    trying(wanted.what);
    const int64_t given = bytes_read(wanted.model, wanted.depth, wanted.tokens);
    if (given != wanted.bytes)
      return not_yet(fmt::format("{}: should be {} bytes, you gave {}", wanted.what, wanted.bytes, given), wanted.hint);
  }
  trying("769 tokens per second of 60751872 bytes");
  const double given = gigabytes_per_s(60751872, 769);
  if (!(std::abs(given - 46.718) < 0.001))
    return not_yet(fmt::format("60751872 bytes, 769 times a second: should be 46.718 GB/s, you gave {:.3f}", given),
                   "bytes * times / 1e9");
  return done();
}

const AddExercise add({14, "decode_5_bytes_read", "What a token reads",
                       "weights of the sets (once or for each use), the head, and the entries of the cache; then bytes "
                       "times tokens per second",
                       check_bytes_read});

}  // namespace
}  // namespace tinymor
