#include "visualizer/views/serving_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "mor/counts.h"

namespace tinymor {
namespace {

/// Adds the ids of a piece to those of its text.
void learn(std::vector<int32_t>& text, const ServedSeat& seat) {
  constexpr size_t longest = 1 << 20;
  const size_t end = size_t(seat.first) + seat.ids.size();
  if (end > longest) return;
  if (end > text.size()) text.resize(end, -1);
  std::copy(seat.ids.begin(), seat.ids.end(), text.begin() + seat.first);
}

/// Marks the texts that have other slots, or none, than in the call before.
void mark_changes(ServingView& view, const std::vector<ServedCall>& calls) {
  for (int call = 0; call < view.calls(); ++call) {
    const std::set<int> waiting(calls[size_t(call)].queue.begin(), calls[size_t(call)].queue.end());
    for (int slot = 0; slot < view.slots; ++slot) {
      ServingCell& now = view.cells[size_t(call) * size_t(view.slots) + size_t(slot)];
      const int before = call > 0 ? view.at(call - 1, slot).text : -1;
      now.joined = now.text >= 0 && now.text != before;
      if (before < 0 || before == now.text) continue;
      ServingCell& last = view.cells[size_t(call - 1) * size_t(view.slots) + size_t(slot)];
      last.left = true;
      last.preempted = waiting.contains(before);
      view.preempted += last.preempted;
    }
  }
}

}  // namespace

ServingView view_of(const std::vector<ServedCall>& calls, const Geometry& geometry) {
  ServingView view;
  for (const ServedCall& call : calls) view.slots = std::max(view.slots, int(call.slots));
  view.cells.resize(calls.size() * size_t(view.slots));
  view.taken.resize(size_t(view.slots));
  const bool known = geometry.layer_count() > 0;
  const int64_t vanilla = known ? std::llround(vanilla_kv_bytes_per_token(geometry.model)) : 0;
  std::map<int, int64_t> cached;  // tokens of each text
  for (size_t c = 0; c < calls.size(); ++c) {
    const ServedCall& call = calls[c];
    int rows = 0;
    int64_t tokens = 0;
    for (const ServedSeat& seat : call.seats) {
      const bool inside = seat.tokens > 0;
      if (inside) cached[seat.text] = int64_t(seat.first) + seat.tokens;
      tokens += cached[seat.text];
      rows += seat.inside;
      view.taken[size_t(seat.slot)] += seat.inside > 0;
      view.written += inside && !seat.fed && seat.recursion == 0;
      learn(view.texts[seat.text], seat);
      view.cells[c * size_t(view.slots) + size_t(seat.slot)] = {
          seat.text, seat.first, seat.tokens, inside ? seat.recursion + 1 : 0, seat.inside, seat.fed > 0};
    }
    view.rows.push_back(rows);
    view.queue.push_back(int(call.queue.size()));
    view.bytes.push_back(call.cache_bytes);
    view.vanilla_bytes.push_back(tokens * vanilla);
  }
  const auto most = [](const auto& values) {
    return values.empty() ? 0 : int64_t(*std::max_element(values.begin(), values.end()));
  };
  view.most_waiting = most(view.queue);
  view.most_rows = most(view.rows);
  view.most_bytes = most(view.bytes);
  view.most_vanilla = most(view.vanilla_bytes);
  view.block_calls = block_calls(calls, geometry.stages());
  view.idle = int64_t(view.cells.size()) - std::accumulate(view.taken.begin(), view.taken.end(), int64_t(0));
  mark_changes(view, calls);
  return view;
}

int64_t block_calls(const std::vector<ServedCall>& calls, bool stages) {
  int64_t count = 0;
  for (const ServedCall& call : calls) {
    std::set<int64_t> together;
    for (const ServedSeat& seat : call.seats)
      if (seat.inside > 0) together.insert(stages ? seat.recursion : 0);
    count += int64_t(together.size());
  }
  return count;
}

std::string batching_name(int slots, int groups) {
  if (groups >= slots) return "by depth";
  if (groups == 1) return "by sequence";
  return slots % groups == 0 ? fmt::format("in {} groups of {}", groups, slots / groups)
                             : fmt::format("in {} groups", groups);
}

std::string slot_letters(const ServingView& view, int slot, int from, int to) {
  std::string letters;
  for (int call = from; call < to; ++call) {
    const ServingCell& cell = view.at(call, slot);
    const int recursion = std::min(cell.recursion, 9);
    if (cell.text < 0)
      letters += ' ';
    else if (recursion == 0)
      letters += '.';
    else
      letters += char((cell.fed ? 'a' - 1 : '0') + recursion);
  }
  return letters;
}

}  // namespace tinymor
