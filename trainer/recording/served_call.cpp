#include "trainer/recording/served_call.h"

#include <algorithm>

namespace tinymor {

std::optional<ServedCall> call_of(const Scheduler& scheduler) {
  ServedCall call{.slots = int32_t(scheduler.slots()), .cache_bytes = scheduler.cache_bytes()};
  for (const Scheduler::Seat& seat : scheduler.seats()) {
    call.seats.push_back({int32_t(seat.slot), int32_t(seat.text), int32_t(seat.first), int32_t(seat.tokens),
                          int32_t(seat.recursion), int32_t(seat.inside), seat.fed});
    if (seat.recursion > 0) continue;
    const auto first = scheduler.text(seat.text).ids.begin() + seat.first;
    call.seats.back().ids.assign(first, first + seat.tokens);
  }
  for (const int64_t text : scheduler.queue()) call.queue.push_back(int32_t(text));
  const auto waits = [](const ServedSeat& seat) { return seat.tokens == 0; };
  if (std::all_of(call.seats.begin(), call.seats.end(), waits)) return {};
  return call;
}

}  // namespace tinymor
