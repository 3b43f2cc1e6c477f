// Exercise 2 of chapter 8: a detector of leaks.
//
// Call choose(scores), then twice more with the last score replaced (1e9 and -1e9 will do), and compare which places
// are taken. Only places before the last one count: the last may well depend on its own score.
#include "exercises.h"

namespace tinymor {

int64_t first_leak(const std::function<std::vector<int64_t>(const std::vector<double>&)>& choose,
                   const std::vector<double>& scores) {
  return {};
}

}  // namespace tinymor
