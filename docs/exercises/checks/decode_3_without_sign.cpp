#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_without_sign() {
  struct Case {
    std::vector<int64_t> a, b;
    int64_t sum;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{{2, 3}, {4, -5}, -7, "8 - 15"},
                         {{-2, 3}, {4, 5}, 7, "multiply(a + 128, b) is a b and 128 b more"},
                         {{-127, 127}, {127, -127}, -32258, "the largest that bytes can be"},
                         {{127, 15, -63, 40, -21, 85}, {50, -127, 30, 0, 91, -61}, -4541, "the chapter's example"},
                         {{}, {}, 0, "nothing to add"}}) {
    int64_t calls = 0;
    std::string refused;
    const auto multiply = [&](int64_t left, int64_t right) {
      ++calls;
      if (left < 0 || left > 255 || right < -128 || right > 127) refused = fmt::format("multiply({}, {})", left, right);
      return left * right;
    };
    trying(fmt::format("{} and {}", shown(wanted.a), shown(wanted.b)));
    const int64_t given = dot_without_sign(wanted.a, wanted.b, multiply);
    if (!refused.empty())
      return not_yet(refused + " cannot be: its left is 0 to 255, its right -128 to 127", wanted.hint);
    if (calls != int64_t(wanted.a.size()))
      return not_yet(
          fmt::format("{} products need {} calls of multiply, you made {}", wanted.a.size(), wanted.a.size(), calls),
          "all products of a and b are made by multiply");
    if (given != wanted.sum)
      return not_yet(
          fmt::format("{} and {}: should be {}, you gave {}", shown(wanted.a), shown(wanted.b), wanted.sum, given),
          wanted.hint);
  }
  return done();
}

const AddExercise add({14, "decode_3_without_sign", "Products without a sign",
                       "multiply(a + 128, b) - 128 b, or multiply(|a|, b with the sign of a)", check_without_sign});

}  // namespace
}  // namespace tinymor
