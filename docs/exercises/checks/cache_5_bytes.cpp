#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_bytes() {
  using C = CacheExercise;
  using F = FormatExercise;
  struct Case {
    std::vector<int64_t> depths;
    CachedModel model;
    C strategy;
    F format;
    int64_t bytes;
    const char* hint;
  };
  const CachedModel small{2, 1, 3, 1, 2}, demo{2, 2, 3, 2, 32};
  const std::vector<int64_t> six{1, 3, 2, 3, 2, 1};
  std::vector<int64_t> thirteen(13, 1);
  for (int i = 0; i < 8; ++i) ++thirteen[i];
  for (int i = 0; i < 5; ++i) ++thirteen[i];
  const char* const strategies[] = {"vanilla", "recursion-wise", "shared", "hybrid"};
  const char* const formats[] = {"f32", "bf16", "int8"};
  for (const Case& wanted : std::vector<Case>{
           {six, small, C::recursion_wise, F::f32, 384, "12 entries in the block and 2 * 6 outside, of 16 bytes each"},
           {six, small, C::shared, F::f32, 288, "the block keeps the first recursion of each token only"},
           {six, small, C::hybrid, F::f32, 384, "hybrid keeps fresh keys in each recursion that a token takes"},
           {six, small, C::vanilla, F::f32, 480, "every token in all 5 effective layers"},
           {thirteen, demo, C::recursion_wise, F::f32, 39936, "the chapter's text: (26 + 26 + 16 + 10) * 512"},
           {thirteen, demo, C::vanilla, F::f32, 53248, "13 tokens in 8 layers of 512 bytes"},
           {{1}, {1, 0, 1, 2, 32}, C::recursion_wise, F::bf16, 256, "bf16 has 2 bytes for a number"},
           {{1}, {1, 0, 1, 2, 32}, C::shared, F::int8, 144, "32 bytes and a scale of 4 for each key and value head"},
           {{}, demo, C::hybrid, F::f32, 0, "no tokens, no bytes"}}) {
    const std::string what =
        fmt::format("depths {}, {} layers outside a block of {}, {} key heads of width {}, {}, {}",
                    shown(wanted.depths), wanted.model.outside, wanted.model.block, wanted.model.key_heads,
                    wanted.model.head_width, strategies[int(wanted.strategy)], formats[int(wanted.format)]);
    trying(what);
    const int64_t given = cache_bytes(wanted.depths, wanted.model, wanted.strategy, wanted.format);
    if (given != wanted.bytes)
      return not_yet(fmt::format("{}: should be {} bytes, you gave {}", what, wanted.bytes, given), wanted.hint);
  }
  return done();
}

const AddExercise add({9, "cache_5_bytes", "The bytes of a cache",
                       "entries of the block by strategy, entries of the first and last layers, times the bytes of an "
                       "entry in this format",
                       check_bytes});

}  // namespace
}  // namespace tinymor
