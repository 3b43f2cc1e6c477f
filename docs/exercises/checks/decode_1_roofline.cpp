#include <cmath>

#include "checks.h"
#include "exercises.h"

namespace tinymor {
namespace {

Finding check_roofline() {
  struct Case {
    double weights, bytes_each, texts, bytes_per_s, ops_per_s, seconds;
    const char* hint;
  };
  for (const Case& wanted :
       std::vector<Case>{{1e6, 4, 1, 40e9, 200e9, 1e-4, "reading takes 4e6 / 40e9 seconds"},
                         {1e6, 1, 1, 40e9, 200e9, 25e-6, "a byte for each weight is a quarter to read"},
                         {1e6, 4, 5, 40e9, 200e9, 1e-4, "5 texts: 10e6 / 200e9 s to compute, less than to read"},
                         {1e6, 4, 20, 40e9, 200e9, 2e-4, "20 texts: now computing takes longer"}}) {
    trying(fmt::format("{:g} weights, {:g} texts", wanted.weights, wanted.texts));
    const double given =
        seconds_of_call(wanted.weights, wanted.bytes_each, wanted.texts, wanted.bytes_per_s, wanted.ops_per_s);
    if (!(std::abs(given / wanted.seconds - 1) < 1e-9))
      return not_yet(
          fmt::format("{:g} weights of {:g} bytes, {:g} texts, {:g} bytes and {:g} operations per second: should be "
                      "{:g} s, you gave {:g}",
                      wanted.weights, wanted.bytes_each, wanted.texts, wanted.bytes_per_s, wanted.ops_per_s,
                      wanted.seconds, given),
          wanted.hint);
  }
  return done();
}

const AddExercise add({14, "decode_1_roofline", "What bounds a call of the model",
                       "the longer of bytes / bytes per second and operations / operations per second",
                       check_roofline});

}  // namespace
}  // namespace tinymor
