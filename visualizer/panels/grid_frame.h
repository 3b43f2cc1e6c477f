#pragma once
// The frame of a picture with positions across and layers or recursions down: names on the left, numbers on the right,
// positions below. The depth grid and the KV cache are drawn into one, and the slots of a server over its calls.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "visualizer/draw/plot.h"
#include "visualizer/state/app_state.h"

namespace tinymor {

struct FrameRow {
  std::string label;
  float weight = 1;         ///< Height, relative to the other rows.
  std::string count, note;  ///< Right margin: the number, and what to compare it with.
  double used = -1;         ///< Share of the tokens, drawn as a bar; negative: none.
  double target = -1;       ///< A tick on that bar; negative: none.
};

class GridFrame {
 public:
  /// zoom: the columns that are seen. order [tokens]: the token of each column; empty: by position. `what` the columns
  /// are.
  GridFrame(const Box& box, std::vector<FrameRow> rows, int tokens, Zoom zoom, std::vector<int> order = {},
            const char* what = "tokens");

  const Box& cells() const { return cells_; }
  Box row(int r) const;
  /// The tokens whose columns are seen, from left to right.
  std::vector<int> tokens() const;
  /// The visible area of one cell, with a little space to its neighbours where there is room.
  Box cell(int r, int t) const;
  float cell_width() const { return cells_.width() / float(tokens_ * zoom_.width()); }

  /// Row names, margin and the numbers of the columns.
  void draw_frame(Canvas& canvas) const;
  /// The same with positions of the text `view`; the selected position is named with its token.
  void draw_frame(Canvas& canvas, const AppState& state, Subject subject, const TextView& view) const;
  /// A frame around the columns of these tokens, which are side by side.
  void draw_columns(Canvas& canvas, int from, int to, ImU32 color) const;
  /// A frame around the column of the selected token, and around the part of the text that is marked.
  void draw_selection(Canvas& canvas, const AppState& state, Subject subject, ImU32 color) const;
  /// Two frames around one cell, where it is seen.
  void draw_cell_glow(Canvas& canvas, int r, int t) const;
  /// What the mouse is over, and whether that was clicked.
  struct Pointed {
    std::optional<int> row, column;
    bool pressed = false;
  };
  /// Lets the wheel zoom, and a double click show everything again; tagged NAME. A chip says what is seen where that is
  /// not everything. `by_key`: Enter presses it, too, wherever the mouse is.
  Pointed interact(const char* name, Zoom& zoom, bool by_key = false) const;
  /// Lets the mouse hover, pin and mark positions, its wheel zoom, and a double click show everything again; tagged
  /// NAME. Returns the row under the mouse.
  std::optional<int> interact(const char* name, AppState& state, Subject subject) const;

 private:
  /// The part [0,tokens) of the columns that are seen.
  float first() const { return float(zoom_.from * tokens_); }
  float last() const { return float(zoom_.to * tokens_); }
  int column(int t) const { return column_.empty() ? t : column_[size_t(t)]; }
  /// Whether some of the columns of these tokens are seen; they are side by side.
  bool sees(int from, int to) const;
  /// The largest font of names and numbers that leaves the cells most of the room.
  ui::Font font_of(const Box& box) const;
  float letter() const { return text_size("x", font_).y; }
  void draw_margin(Canvas& canvas, const Box& row, const FrameRow& text) const;
  void draw_rows(Canvas& canvas) const;
  /// The numbers of columns where they are free, as `free` says of their middle and half their width.
  void draw_numbers(Canvas& canvas, const std::function<bool(float, float)>& free) const;
  void draw_positions(Canvas& canvas, const TextView& view, std::optional<int> selected) const;
  /// Says below the cells which columns are seen where that is not all of them.
  std::string seen() const;
  float end_of_numbers() const { return seen().empty() ? box_.max.x : seen_box().min.x - ui::em() * 0.5f; }
  int token_at(float x) const;
  Box seen_box() const { return zoom_box(seen(), {cells_.max.x, cells_.max.y + ui::em() * 0.2f}); }

  Box box_, cells_;
  std::vector<FrameRow> rows_;
  ui::Font font_;
  std::vector<float> tops_;  // rows + 1
  int tokens_;
  Zoom zoom_;
  std::vector<int> order_, column_;  // the token of each column, and the reverse; empty: the same
  const char* what_;
};

}  // namespace tinymor
