#pragma once
// Batching by depth as a simulation: requests whose depths are known, and who is inside in each call of the block. It
// needs no model, so that the same requests can be decoded in other ways. Slots are divided in groups that move in lock
// step: the texts of a group take their next tokens when all tokens of the group have left. One group of all slots is
// batching by sequence, groups of one slot are batching by depth (mor/scheduler.h).

#include <cstdint>
#include <span>
#include <vector>

#include "trainer/recording/events.h"
#include "visualizer/runs/geometry.h"

namespace tinymor {

/// Tokens of a text that go through the block together: a piece of its prompt, or one that was drawn.
struct ServedPiece {
  int32_t first = 0;                 ///< Position in the text.
  std::vector<int32_t> ids = {};     ///< [tokens]
  std::vector<int32_t> inside = {};  ///< How many of them take each recursion; it has at least one.
  bool fed = false;

  int32_t end() const { return first + int32_t(ids.size()); }
};

struct ServedRequest {
  int64_t arrival = 0;                   ///< Calls before it came.
  std::vector<ServedPiece> pieces = {};  ///< In the order in which they go through.
  int from = 0;                          ///< Where the text that it was made from has its first token.
  int like = -1;  ///< An earlier request with the same prompt, all of which but the last token was taken from its cache
                  ///< and is not in the pieces; -1: none.
};

/// What was asked of a server, as far as it was decoded. What had to be fed again is in it once. Of a prompt that was
/// shared only its length tells whose it is: that of the last request before whose prompt is as long and was fed whole.
std::vector<ServedRequest> requests_of(const std::vector<ServedCall>& calls);

/// Requests made up from a text of which depths [T] and ids [T] are known: parts of it of different lengths, each
/// begun with a short prompt, that come while others are under way. As many as keep `slots` slots busy for a while; the
/// same for the same seed. None from a text of fewer than two tokens.
std::vector<ServedRequest> requests_from(std::span<const int> depths, std::span<const int32_t> ids, int slots,
                                         uint64_t seed);

/// The calls in which `slots` slots in `groups` groups (1..slots) decode the requests, whose numbers are their places.
/// One with the prompt of an earlier one waits until that is in the cache, and feeds it itself where the earlier one
/// has left. None gives way to another. While all wait for the next request, no call is made. The cache is that of
/// `geometry`, where it is known: a token that is still inside counts as if it left with this call.
std::vector<ServedCall> batched(const std::vector<ServedRequest>& requests, int32_t slots, int32_t groups,
                                const Geometry& geometry);

}  // namespace tinymor
