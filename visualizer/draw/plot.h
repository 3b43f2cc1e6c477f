#pragma once
// A line plot: round ticks, a legend whose entries switch their series, a cross-hair that reads every series, a
// logarithmic axis, smoothed lines over their raw ghost.

#include <optional>
#include <string>
#include <vector>

#include "visualizer/draw/plot_math.h"
#include "visualizer/draw/ui.h"

namespace tinymor {

enum class Dash { none, dashes, dots };

struct PlotSeries {
  std::string name;
  Color color;
  std::vector<double> x = {}, y = {};
  std::vector<double> ghost = {};  ///< The raw values under a smoothed `y`, drawn faintly; may be empty.
  std::string what = {};           ///< Shown beside the mouse to tell apart lines that share a name and a legend entry.
  Dash dash = Dash::none;          ///< Breaks the line, to tell it from another one of its colour.
  bool dots = false;               ///< Few values: mark each, and say beside the mouse where it is.
  bool broad = false;              ///< Drawn as a broad band, so that another line on top leaves it visible.
};

struct PlotOptions {
  std::string x_unit = "step";
  std::string y_unit;
  std::string y_name;  ///< Above the axis of y, for a picture without comments on it; empty: it has none.
  bool log_y = false;
  bool from_zero = false;          ///< The axis begins at 0.
  bool small = false;              ///< One of many small ones: no legend, no names of the axes.
  std::optional<double> marker;    ///< A vertical line: what the other panels show.
  std::optional<double> marker_b;  ///< Another line: what that is compared with.
  Color marker_color = ui::colors::accent, marker_b_color = compared_color;
  std::string hint;  ///< Below the numbers beside the mouse.
};

/// A piece of a line in its colour and dash, an em long, from `left`: it names the line in a legend or a table.
void draw_sample(Canvas& canvas, ImVec2 left, Color color, Dash dash);

/// What is said of a line beside the mouse at x: its nearest value, and where that is unless it is at x; empty when the
/// line has no values.
std::string reading(const PlotSeries& line, double x, const PlotOptions& options);

/// Over the item drawn last: the wheel looks closer at `part` (0 to 1 of what is seen), until `least` of the whole is
/// seen, and a double click shows all again.
void zoom_by_mouse(Zoom& zoom, double part, double least);

/// What of something long is seen, as in "tokens 3 to 10 of 64 \u00b7 show all", the fullest wording that fits `width`;
/// empty where all is seen or nothing fits.
std::string zoom_text(const Zoom& zoom, const std::string& what, const std::string& from, const std::string& to,
                      const std::string& all, float width);
/// Where a chip with this text is whose right end and top are at `corner`.
Box zoom_box(const std::string& text, ImVec2 corner);
/// Draws the chip, named NAME.all; pressing it shows all again. Above a control it has to be drawn before it.
void zoom_chip(Canvas& canvas, const std::string& name, const Box& box, const std::string& text, Zoom& zoom);

class Plot {
 public:
  /// Controls are tagged NAME.area and NAME.SERIES. The wheel zooms the x axis, and so does dragging over a
  /// part of it with the right button; a double click shows all of it.
  explicit Plot(std::string name) : name_(std::move(name)) {}

  void draw(Canvas& canvas, const Box& box, const std::vector<PlotSeries>& series, const PlotOptions& options,
            PlotView& view);

  /// The x that was clicked in this frame.
  std::optional<double> clicked_x() const { return clicked_x_; }

 private:
  struct Axes;
  using Lines = std::vector<const PlotSeries*>;  // those that are seen
  Axes axes(const Box& box, const Lines& seen, const Zoom& zoom, const PlotOptions& options) const;
  Box legend(Canvas& canvas, const Box& box, const std::vector<PlotSeries>& series,
             std::set<std::string>& hidden) const;
  float zoomed(Canvas& canvas, const Axes& axes, Zoom& zoom, const PlotOptions& options) const;
  void counts(Canvas& canvas, const Axes& axes, const Lines& seen, float right) const;
  void grid(Canvas& canvas, const Axes& axes, const PlotOptions& options) const;
  void lines(Canvas& canvas, const Axes& axes, const PlotSeries& series) const;
  void interact(Canvas& canvas, const Axes& axes, Zoom& zoom);
  void drag(Canvas& canvas, const Axes& axes, double to, Zoom& zoom);
  void crosshair(Canvas& canvas, const Axes& axes, const Lines& seen, const PlotOptions& options) const;

  std::string name_;
  std::optional<double> hovered_x_, clicked_x_;
  std::optional<double> drag_from_;  // where the right button went down, as a share of what is seen
};

}  // namespace tinymor
