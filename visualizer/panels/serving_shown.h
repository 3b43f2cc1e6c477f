#pragma once
// What the panel of a server shows, worked out once for a source and a way of batching, and what it says in words.

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "visualizer/draw/memo.h"
#include "visualizer/state/app_state.h"
#include "visualizer/views/batching.h"
#include "visualizer/views/serving_view.h"

namespace tinymor {

/// Calls, and the share of the places in them that no token takes.
struct BatchingCost {
  int64_t calls = 0;
  double idle = 0;
};

struct ServingShown {
  bool recorded = false;                     ///< A server was; else the requests are made up from the watched text.
  std::vector<ServedRequest> requests = {};  ///< Empty: there is nothing to show.
  int slots = 0, groups = 0;
  ServingView view = {};
  BatchingCost by_depth = {}, by_sequence = {};

  /// Where in the watched text the token at a position of a text is; -1 for a server.
  int watched(int text, int position) const;
};

class ServingViews {
 public:
  /// Of a recorded server, or of the watched text by the causal rule, with the groups that are set.
  const ServingShown& shown(const Source& source, const AppState& state);

 private:
  using Key = std::tuple<const Source*, uint64_t, int64_t, std::vector<int32_t>, int>;
  Memo<Key, ServingShown> shown_;
};

/// The numbers of groups that can be chosen: 1, 2, 4, ... and as many as slots.
std::vector<int> group_choices(int slots);

/// "by depth 34 calls wrote 60 tokens (idle 4 %); by sequence it takes 51 (idle 31 %)", then shorter ones.
std::vector<std::string> serving_words(const ServingShown& shown, int recursions);
/// What a slot does in a call.
std::string cell_words(const Source& source, const ServingShown& shown, int call, int slot);
/// What is known of a whole call.
std::string call_words(const ServingShown& shown, int call);

}  // namespace tinymor
