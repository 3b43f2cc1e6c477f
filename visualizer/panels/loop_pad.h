#pragma once
// The pad of the page "Loop": a square to draw an image of one's own on, with the mouse or the keyboard.

#include <memory>
#include <optional>

#include "visualizer/draw/memo.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

class LoopPad {
 public:
  /// Draws it at the right end of `area`, which then ends before it; nothing where the run cannot look at drawings.
  void draw(Canvas& canvas, const Source& source, AppState& state, Box& area);

 private:
  struct Point {
    float x, y;
  };
  void draw_tools(const Source& source, AppState& state, const Box& box);
  void draw_square(Canvas& canvas, AppState& state, const Box& square);
  void use_mouse(AppState& state, const Box& square);
  void use_keys(AppState& state);
  /// The pen or eraser goes on to a point.
  void go_to(AppState& state, Point to, bool erase);

  Memo<Sketch, std::shared_ptr<const Image>> ink_;
  std::optional<Point> from_;  // where the mouse has drawn to
  Point cursor_{Sketch::side / 2, Sketch::side / 2};
  bool at_cursor_ = false;  // the keyboard is at the pad, ...
  bool pen_down_ = false;   // ... and draws where it goes
  bool rubbing_ = false;    // the right button is held that went down on the pad
};

}  // namespace tinymor
