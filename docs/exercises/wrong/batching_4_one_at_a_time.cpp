// Reserves the pages of a whole text before it starts, so that no text ever gives way.
// It is told: should take 6 calls and give way 1 times
#define serve_in_pages batching_4_one_at_a_time
#include <deque>
#include <utility>

#include "../checks/batching_4_give_way.cpp"

namespace tinymor {

Served serve_in_pages(const std::vector<int64_t>& lengths, int64_t pages, int64_t page) {
  std::deque<int64_t> queue(lengths.begin(), lengths.end());
  std::vector<std::pair<int64_t, int64_t>> running;  // entries to go, pages
  int64_t calls = 0, free = pages;
  while (!queue.empty() || !running.empty()) {
    while (!queue.empty() && (queue.front() + page - 1) / page <= free) {
      running.push_back({queue.front(), (queue.front() + page - 1) / page});
      free -= running.back().second;
      queue.pop_front();
    }
    ++calls;
    for (size_t i = 0; i < running.size();) {
      if (--running[i].first > 0) {
        ++i;
      } else {
        free += running[i].second;
        running.erase(running.begin() + int64_t(i));
      }
    }
  }
  return {calls, 0};
}

}  // namespace tinymor
