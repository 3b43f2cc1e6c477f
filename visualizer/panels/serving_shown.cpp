#include "visualizer/panels/serving_shown.h"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/pieces.h"
#include "visualizer/draw/plot_math.h"

namespace tinymor {
namespace {

constexpr int simulated_slots = 8;

BatchingCost cost_of(const ServingView& view) {
  return {view.block_calls, view.idle_share()};
}

ServingShown make(const Source& source, const AppState& state) {
  const std::vector<ServedCall>& served = source.history().served;
  const TextView& text = state.shown.causal;
  ServingShown shown{.recorded = !served.empty()};
  shown.requests = shown.recorded ? requests_of(served) : requests_from(text.depth, text.ids, simulated_slots, 1);
  shown.slots = shown.recorded ? int(served.back().slots) : simulated_slots;
  shown.groups = std::min(state.serving_groups > 0 ? state.serving_groups : shown.slots, shown.slots);
  const auto view = [&](int groups) {
    const bool as_recorded = shown.recorded && groups == shown.slots;
    return view_of(as_recorded ? served : batched(shown.requests, shown.slots, groups, source.geometry()),
                   source.geometry());
  };
  shown.by_depth = cost_of(view(shown.slots));
  shown.by_sequence = cost_of(view(1));
  shown.view = view(shown.groups);
  return shown;
}

/// "tokens 3 to 7", counted from 1.
std::string positions(int first, int tokens) {
  return tokens == 1 ? fmt::format("token {}", token_number(first))
                     : fmt::format("tokens {} to {}", token_number(first), token_number(first + tokens - 1));
}

/// The pieces of some tokens of a text as far as they are known, as a sentence quotes them.
std::string quoted_tokens(const Source& source, const std::vector<int32_t>& ids, int first, int tokens) {
  std::string pieces;
  for (size_t t = size_t(first); t < size_t(first + tokens) && t < ids.size() && pieces.size() < 60; ++t)
    if (ids[t] >= 0) pieces += source.quoted(ids[t]);
  return in_quotes(pieces);
}

}  // namespace

int ServingShown::watched(int text, int position) const {
  return recorded || text < 0 || text >= int(requests.size()) ? -1 : requests[size_t(text)].from + position;
}

const ServingShown& ServingViews::shown(const Source& source, const AppState& state) {
  const Key key{&source, source.version(), state.shown.step, state.shown.causal.ids, state.serving_groups};
  return shown_.of(key, [&] { return make(source, state); });
}

std::vector<int> group_choices(int slots) {
  std::vector<int> choices;
  for (int groups = 1; groups < slots; groups *= 2) choices.push_back(groups);
  choices.push_back(slots);
  return choices;
}

std::vector<std::string> serving_words(const ServingShown& shown, int recursions) {
  const ServingView& view = shown.view;
  const BatchingCost now = cost_of(view);
  const auto idle = [](const BatchingCost& cost) { return fmt::format(" (idle {})", percent(cost.idle)); };
  const std::string wrote = fmt::format("{} calls wrote {} tokens", now.calls, view.written);
  if (recursions < 2 || shown.slots == 1)
    return {fmt::format("{}: by depth and by sequence are the same: {}{}",
                        recursions < 2 ? "without recursions" : "with one slot", wrote, idle(now)),
            wrote};
  std::string preempted;
  if (view.preempted > 0) preempted = fmt::format("; preempted: {} times", view.preempted);
  const std::string depth = fmt::format("by depth it takes {}", shown.by_depth.calls),
                    sequence = fmt::format("by sequence it takes {}", shown.by_sequence.calls);
  const std::string name = batching_name(shown.slots, shown.groups);
  if (shown.groups == shown.slots)
    return {fmt::format("{} {}{}; {}{}{}", name, wrote, idle(now), sequence, idle(shown.by_sequence), preempted),
            fmt::format("{} {}; {}{}", name, wrote, sequence, idle(shown.by_sequence)),
            fmt::format("{} {}; {}", name, wrote, sequence)};
  if (shown.groups == 1)
    return {fmt::format("{} {}{}; {}{}", name, wrote, idle(now), depth, idle(shown.by_depth)),
            fmt::format("{} {}; {}", name, wrote, depth)};
  return {fmt::format("{}, {}{}; {}{}, {}{}", name, wrote, idle(now), sequence, idle(shown.by_sequence), depth,
                      idle(shown.by_depth)),
          fmt::format("{}, {}; {}, {}", name, wrote, sequence, depth), fmt::format("{}, {}", name, wrote)};
}

std::string cell_words(const Source& source, const ServingShown& shown, int call, int slot) {
  const ServingView& view = shown.view;
  const ServingCell& cell = view.at(call, slot);
  std::string out = fmt::format("slot {}, call {}: ", slot + 1, call + 1);
  if (cell.text < 0) return out + "no text has it";
  out += fmt::format("text {}", cell.text + 1);
  if (cell.recursion == 0)
    return out + (shown.groups == shown.slots ? " waits for room in the cache" : " waits for the others of its group");
  const auto text = view.texts.find(cell.text);
  out += fmt::format("{}, {} {}, recursion {}", cell.fed ? ", fed" : "", positions(cell.first, cell.tokens),
                     quoted_tokens(source, text->second, cell.first, cell.tokens), cell.recursion);
  if (cell.inside < cell.tokens) out += fmt::format(" (of {} tokens)", cell.inside);
  if (cell.joined) out += ", joins";
  if (cell.left) out += cell.preempted ? ", is preempted" : ", leaves";
  return out;
}

std::string call_words(const ServingShown& shown, int call) {
  const ServingView& view = shown.view;
  const size_t c = size_t(call);
  return fmt::format("call {}: {} texts wait, {} tokens inside, cache {}, vanilla {}", call + 1, view.queue[c],
                     view.rows[c], bytes_text(view.bytes[c]), bytes_text(view.vanilla_bytes[c]));
}

}  // namespace tinymor
