#pragma once
// What a server does with its slots, as a table: slots down, calls of the block across.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "trainer/recording/events.h"
#include "visualizer/runs/geometry.h"

namespace tinymor {

/// A slot in one call.
struct ServingCell {
  int text = -1;              ///< -1: none has the slot.
  int first = 0, tokens = 0;  ///< Positions that are under way; no tokens: the text waits.
  int recursion = 0;          ///< From 1; 0: nothing of the text is inside.
  int inside = 0;             ///< How many of the tokens take it.
  bool fed = false;           ///< A piece of a prompt, or of what is fed again; else one token that was drawn.
  bool joined = false;        ///< The text got the slot with this call.
  bool left = false;          ///< It had it for the last time, ...
  bool preempted = false;     ///< ... because its part of the cache was given to an earlier one: it waits again.
};

struct ServingView {
  int slots = 0;
  std::vector<ServingCell> cells;             ///< [calls * slots]
  std::vector<int> queue;                     ///< [calls] texts that wait for a slot.
  std::vector<int> rows;                      ///< [calls] tokens in the call.
  std::vector<int64_t> bytes, vanilla_bytes;  ///< [calls] of the cache, and of a vanilla model's for the same tokens.
  std::map<int, std::vector<int32_t>> texts;  ///< The ids of each text, as far as they were inside; -1: not known.
  int64_t block_calls = 0;                    ///< As below.
  int64_t written = 0;                        ///< Tokens that were drawn.
  int64_t idle = 0;                           ///< Places of slots in calls that no token took.
  int preempted = 0;                          ///< Times that a text did.
  std::vector<int64_t> taken;                 ///< [slots] calls in which a token of the slot was inside.
  /// The largest of the numbers above.
  int64_t most_waiting = 0, most_rows = 0, most_bytes = 0, most_vanilla = 0;

  int calls() const { return int(rows.size()); }
  const ServingCell& at(int call, int slot) const { return cells[size_t(call) * size_t(slots) + size_t(slot)]; }
  /// Of all places.
  double idle_share() const { return cells.empty() ? 0 : double(idle) / double(cells.size()); }
};

ServingView view_of(const std::vector<ServedCall>& calls, const Geometry& geometry);

/// How many calls took a token; of stages, those of each stage.
int64_t block_calls(const std::vector<ServedCall>& calls, bool stages = false);
/// How slots that are divided in groups are called: "by sequence", "in 2 groups of 4", "by depth".
std::string batching_name(int slots, int groups);
/// One letter for each call of a slot: the recursion as a digit, or as a letter (a: the first) for a piece that is fed;
/// . for a text that waits, a space where no text has the slot.
std::string slot_letters(const ServingView& view, int slot, int from, int to);

}  // namespace tinymor
