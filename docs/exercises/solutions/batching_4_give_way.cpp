// The oldest text always gets through, so all of them do in the end.
#include <deque>

#include "exercises.h"

namespace tinymor {

namespace {

struct Text {
  int64_t length, written = 0, held = 0;  // held: pages
};

}  // namespace

Served serve_in_pages(const std::vector<int64_t>& lengths, int64_t pages, int64_t page) {
  const auto needed = [page](int64_t entries) { return (entries + page - 1) / page; };
  std::deque<Text> queue;
  for (int64_t length : lengths) queue.push_back({length});
  std::vector<Text> running;
  Served served{0, 0};
  int64_t free = pages;
  while (!queue.empty() || !running.empty()) {
    while (!queue.empty() && needed(queue.front().written + 1) <= free) {
      running.push_back(queue.front());
      queue.pop_front();
      free -= running.back().held = needed(running.back().written + 1);
    }
    for (size_t i = 0; i < running.size(); ++i) {
      if (needed(running[i].written + 1) == running[i].held) continue;
      while (free == 0 && i < running.size()) {
        free += running.back().held;
        running.back().held = 0;
        queue.push_front(running.back());
        running.pop_back();
        ++served.gave_way;
      }
      if (i < running.size()) --free, ++running[i].held;
    }
    ++served.calls;
    for (size_t i = 0; i < running.size();) {
      if (++running[i].written < running[i].length) {
        ++i;
      } else {
        free += running[i].held;
        running.erase(running.begin() + int64_t(i));
      }
    }
  }
  return served;
}

}  // namespace tinymor
