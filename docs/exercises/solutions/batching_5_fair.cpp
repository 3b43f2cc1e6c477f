// Each round either satisfies a text or uses up the rows.
#include <algorithm>

#include "exercises.h"

namespace tinymor {

std::vector<int64_t> fair_rows(const std::vector<int64_t>& wanted, int64_t rows) {
  std::vector<int64_t> given(wanted.size(), 0);
  for (;;) {
    int64_t open = 0;
    for (size_t i = 0; i < wanted.size(); ++i) open += given[i] < wanted[i];
    if (open == 0 || rows == 0) return given;
    const int64_t share = std::max<int64_t>(1, rows / open);
    for (size_t i = 0; i < wanted.size() && rows > 0; ++i) {
      const int64_t more = std::min({share, wanted[i] - given[i], rows});
      given[i] += more;
      rows -= more;
    }
  }
}

}  // namespace tinymor
