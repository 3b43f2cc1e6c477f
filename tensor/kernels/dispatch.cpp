// Which SIMD level runs here.
#include <cstdlib>
#include <string>
#include <vector>

#include "tensor/error.h"
#include "tensor/kernels/kernels.h"

namespace tinymor::kernels {

// TINYMOR_LEVELS is the build's list of levels: X(baseline) X(avx2) ...
#define X(level)            \
  namespace level {         \
  extern const Table table; \
  }
TINYMOR_LEVELS
#undef X

namespace {

struct Level {
  const char* name;
  const Table* table;
};

bool processor_has([[maybe_unused]] const std::string& level) {
#if defined(__x86_64__)
  if (level == "avx512")
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("fma");
  if (level == "avx2") return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return true;
}

/// Lowest first.
std::vector<Level> available_levels() {
  std::vector<Level> levels;
#define X(level) \
  if (processor_has(#level)) levels.push_back({#level, &level::table});
  TINYMOR_LEVELS
#undef X
  return levels;
}

const Level& chosen() {
  static const Level level = [] {
    const std::vector<Level> levels = available_levels();
    const char* wanted = std::getenv("TINYMOR_SIMD");
    if (!wanted || !*wanted) return levels.back();
    std::string names;
    for (const Level& candidate : levels) {
      if (candidate.name == std::string(wanted)) return candidate;
      names += std::string(names.empty() ? "" : ", ") + candidate.name;
    }
    throw InputError(
        fmt::format("TINYMOR_SIMD={}: this build or processor has no such level (use one of {})", wanted, names));
  }();
  return level;
}

}  // namespace

const char* name_of(Binary op) {
  constexpr const char* names[] = {"add", "sub", "mul", "div", "less", "less_equal", "equal"};
  return names[static_cast<int>(op)];
}

const char* name_of(Unary f) {
  constexpr const char* names[] = {"exp",       "log",     "sqrt", "abs",  "relu",    "gelu",
                                   "gelu_tanh", "sigmoid", "silu", "tanh", "softplus"};
  return names[static_cast<int>(f)];
}

const Table& table() {
  return *chosen().table;
}
const char* level_name() {
  return chosen().name;
}

}  // namespace tinymor::kernels
