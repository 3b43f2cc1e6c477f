#pragma once
// Where the panels are. A wide window shows most of them at once; a smaller window, or a larger zoom, spreads them over
// pages, down to one panel per page for the last row of a lecture hall.

#include <string>
#include <vector>

#include "visualizer/draw/canvas.h"

namespace tinymor {

/// All panels, in the order of the text report.
inline constexpr const char* panel_names[] = {"loop",      "inspector", "strip",   "grid",    "curves",  "kv",
                                              "attention", "scores",    "lens",    "sharing", "compare", "generate",
                                              "autograd",  "tokens",    "patches", "depth",   "serving"};
bool is_panel(const std::string& name);

struct Tile {
  std::string panel;
  Box box;
};
struct Page {
  std::string name;
  std::vector<Tile> tiles;

  bool holds(const std::string& panel) const;
};

/// How much fits, judged by the whole window; `em` is the height of text.
enum class Arrangement { wide, normal, pairs, single };
Arrangement arrangement(ImVec2 window, float em);
/// Whether the bars must be small so that a panel has room.
bool is_tight(ImVec2 window, float em);

/// The pages of a window whose panels may fill `area`, for a run on text or on images. Their names depend on the
/// arrangement only.
std::vector<Page> pages(Arrangement arrangement, const Box& area, float em, bool images);
/// Whether any window has a page of that name.
bool is_page(const std::string& name);
/// The page of that name. If this arrangement has none, the page with the first panel of that page in another
/// arrangement; else the first page.
const Page& page_of(const std::vector<Page>& all, const std::string& name, bool images);
/// A gap between panels, to be dragged: between columns, or else between the panels of one.
struct Splitter {
  Box gap;
  bool between_columns;
  float extent;  ///< Of the area, in the direction in which it moves.
};
/// Moves the gaps of a page by shares of its area: first those between columns, from left to right, then those inside
/// each column, from top to bottom. Every panel keeps some room. Returns where the gaps are now.
std::vector<Splitter> split(Page& page, const std::vector<float>& moved);

/// The page before (-1) or after (1) the one named; the first and the last are neighbours.
std::string neighbour(const std::vector<Page>& pages, const std::string& name, int by);

}  // namespace tinymor
