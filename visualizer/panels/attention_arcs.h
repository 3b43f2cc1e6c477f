#pragma once
// One map of attention weights as arcs over the text: from the token that is pointed at to those it looks at, or the
// strongest of all tokens. What a recursion skipped is brown and struck through.

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "visualizer/draw/memo.h"
#include "visualizer/draw/text_flow.h"
#include "visualizer/panels/attention_map.h"

namespace tinymor {

class ArcsPicture {
 public:
  /// Draws `arcs`, the weakest first, and the text into `box`, with the words of the chosen token below. Tagged
  /// "attention.arcs".
  void draw(const LargeMap& large, const Arcs& arcs, AppState& state, Canvas& canvas, const Box& box);

 private:
  struct Lines {
    TextFlow flow;
    float gap;  ///< Above each line, for the arcs.
  };
  static Lines laid_out(const std::vector<std::string>& pieces, ImVec2 room);
  static void draw_text(const LargeMap& large, const Arcs& arcs, AppState& state, Canvas& canvas, const Lines& lines,
                        std::optional<int> chosen);

  Memo<std::tuple<std::vector<std::string>, float, float, float>, Lines> lines_;  // by text, em and room
  std::optional<int> pinned_;  // in the last frame: another one is scrolled to
};

}  // namespace tinymor
