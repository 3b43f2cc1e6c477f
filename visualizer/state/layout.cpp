#include "visualizer/state/layout.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace tinymor {
namespace {

constexpr Arrangement all_arrangements[] = {Arrangement::wide, Arrangement::normal, Arrangement::pairs,
                                            Arrangement::single};

auto find(const std::vector<Page>& pages, const std::string& name) {
  return std::find_if(pages.begin(), pages.end(), [&](const Page& page) { return page.name == name; });
}

// The part [from, to) of a box along one side, with a gap between neighbours.
Box columns(const Box& box, float from, float to, float gap) {
  const float left = box.min.x + from * (box.width() + gap), right = box.min.x + to * (box.width() + gap) - gap;
  return {{left, box.min.y}, {right, box.max.y}};
}

Box rows(const Box& box, float from, float to, float gap) {
  const float top = box.min.y + from * (box.height() + gap), bottom = box.min.y + to * (box.height() + gap) - gap;
  return {{box.min.x, top}, {box.max.x, bottom}};
}

}  // namespace

bool is_panel(const std::string& name) {
  return std::find(std::begin(panel_names), std::end(panel_names), name) != std::end(panel_names);
}

bool Page::holds(const std::string& panel) const {
  return std::any_of(tiles.begin(), tiles.end(), [&](const Tile& tile) { return tile.panel == panel; });
}

Arrangement arrangement(ImVec2 window, float em) {
  const float width = window.x / em, height = window.y / em;
  if (width >= 105 && height >= 48) return Arrangement::wide;
  if (width >= 66 && height >= 40) return Arrangement::normal;
  return width >= 62 && height >= 22 ? Arrangement::pairs : Arrangement::single;
}

bool is_tight(ImVec2 window, float em) {
  return window.y < 26 * em || window.x < 44 * em;
}

std::vector<Page> pages(Arrangement arrangement, const Box& area, float em, bool images) {
  const float gap = 0.5f * em;
  const auto column = [&](float from, float to) { return columns(area, from, to, gap); };
  const auto row = [&](const Box& box, float from, float to) { return rows(box, from, to, gap); };
  // The inspector is at the right of every page of tokens.
  const float inspector = arrangement == Arrangement::wide ? 0.8f : 0.74f;
  const Tile token{"inspector", column(inspector, 1)};
  const auto inside = [&] {
    const Box left = column(0, 0.42f), right = column(0.42f, inspector);
    return Page{"Inside",
                {{"attention", row(left, 0, 0.58f)},
                 {"lens", row(left, 0.58f, 1)},
                 {"scores", row(right, 0, 0.5f)},
                 {"sharing", row(right, 0.5f, 1)},
                 token}};
  };
  const Page loop{"Loop", {{"loop", column(0, 0.7f)}, {"inspector", column(0.7f, 1)}}};
  const Page compare{"Compare", {{"compare", area}}};
  const Page depth{"Where depth", {{"depth", area}}};
  const bool roomy = arrangement == Arrangement::wide || arrangement == Arrangement::normal;
  const auto beside_inspector = [&](const char* name, const char* panel) {
    return roomy ? Page{name, {{panel, column(0, inspector)}, token}} : Page{name, {{panel, area}}};
  };
  const Page serving = beside_inspector("Serving", "serving"), data = beside_inspector("Data", "tokens");
  const Page autograd{"Autograd", {{"autograd", area}}};
  if (images && arrangement == Arrangement::single)
    return {{"Loop", {{"loop", area}}},
            {"Inspector", {{"inspector", area}}},
            {"Patches", {{"patches", area}}},
            {"Curves", {{"curves", area}}},
            {"Scores", {{"scores", area}}},
            {"Sharing", {{"sharing", area}}},
            compare,
            autograd};
  if (images)
    return {loop,
            {"Overview", {{"patches", column(0, 0.44f)}, {"curves", column(0.44f, inspector)}, token}},
            {"Inside", {{"scores", column(0, 0.5f)}, {"sharing", column(0.5f, 1)}}},
            compare,
            autograd};
  switch (arrangement) {
    case Arrangement::wide: {
      const Box left = column(0, 0.36f), middle = column(0.36f, 0.6f);
      return {loop,
              {"Overview",
               {{"strip", row(left, 0, 0.42f)},
                {"grid", row(left, 0.42f, 1)},
                {"curves", row(middle, 0, 0.5f)},
                {"kv", row(middle, 0.5f, 1)},
                {"generate", column(0.6f, inspector)},
                token}},
              inside(),
              compare,
              depth,
              serving,
              autograd,
              data};
    }
    case Arrangement::normal: {
      const Box left = column(0, 0.44f), right = column(0.44f, inspector);
      return {loop,
              {"Overview",
               {{"strip", row(left, 0, 0.49f)},
                {"grid", row(left, 0.49f, 1)},
                {"curves", row(right, 0, 0.52f)},
                {"kv", row(right, 0.52f, 1)},
                token}},
              {"Generate", {{"generate", left}, {"kv", row(right, 0, 0.5f)}, {"curves", row(right, 0.5f, 1)}, token}},
              inside(),
              compare,
              depth,
              serving,
              autograd,
              data};
    }
    case Arrangement::pairs: {
      const Box left = column(0, 0.5f), right = column(0.5f, 1);
      return {loop,
              {"Depth", {{"strip", left}, {"grid", right}}},
              {"Training", {{"curves", left}, {"kv", right}}},
              {"Routers", {{"scores", left}, {"lens", right}}},
              {"Inside", {{"attention", left}, {"sharing", right}}},
              {"Generate", {{"generate", left}, {"kv", right}}},
              compare,
              depth,
              serving,
              autograd,
              data};
    }
    case Arrangement::single:
      break;
  }
  return {{"Loop", {{"loop", area}}},
          {"Inspector", {{"inspector", area}}},
          {"Tokens", {{"strip", area}}},
          {"Grid", {{"grid", area}}},
          {"Curves", {{"curves", area}}},
          {"Cache", {{"kv", area}}},
          {"Scores", {{"scores", area}}},
          {"Lens", {{"lens", area}}},
          {"Attention", {{"attention", area}}},
          {"Sharing", {{"sharing", area}}},
          {"Generate", {{"generate", area}}},
          {"Data", {{"tokens", area}}},
          compare,
          depth,
          serving,
          autograd};
}

std::vector<Splitter> split(Page& page, const std::vector<float>& moved) {
  std::map<float, std::vector<Box*>> columns;  // by their left edge, as pages() made them
  Box area = page.tiles.front().box;
  for (Tile& tile : page.tiles) {
    columns[tile.box.min.x].push_back(&tile.box);
    area.max = {std::max(area.max.x, tile.box.max.x), std::max(area.max.y, tile.box.max.y)};
  }
  std::vector<Splitter> out;
  // By how much the gap between two panels, which have `before` and `after` of the area, may move.
  const auto way = [&](float extent, float before, float after) {
    const float wanted = out.size() < moved.size() ? moved[out.size()] * extent : 0, least = 0.2f * extent;
    return std::clamp(wanted, std::min(0.0f, least - before), std::max(0.0f, after - least));
  };
  for (auto left = columns.begin(), right = std::next(left); right != columns.end(); left = right++) {
    const Box a = *left->second.front(), b = *right->second.front();
    const float by = way(area.width(), a.width(), b.width());
    for (Box* box : left->second) box->max.x += by;
    for (Box* box : right->second) box->min.x += by;
    out.push_back({{{a.max.x + by, area.min.y}, {b.min.x + by, area.max.y}}, true, area.width()});
  }
  for (auto& [x, boxes] : columns)
    for (size_t i = 0; i + 1 < boxes.size(); ++i) {
      Box &above = *boxes[i], &below = *boxes[i + 1];
      const float by = way(area.height(), above.height(), below.height());
      above.max.y += by;
      below.min.y += by;
      out.push_back({{{above.min.x, above.max.y}, {above.max.x, below.min.y}}, false, area.height()});
    }
  return out;
}

bool is_page(const std::string& name) {
  for (const Arrangement kind : all_arrangements)
    for (const bool images : {false, true})
      if (const std::vector<Page> all = pages(kind, {}, 1, images); find(all, name) != all.end()) return true;
  return false;
}

const Page& page_of(const std::vector<Page>& all, const std::string& name, bool images) {
  if (const auto found = find(all, name); found != all.end()) return *found;
  for (const Arrangement other : all_arrangements) {
    const std::vector<Page> others = pages(other, {}, 1, images);
    const auto page = find(others, name);
    for (const Page& here : all)
      if (page != others.end() && here.holds(page->tiles.front().panel)) return here;
  }
  return all.front();
}

std::string neighbour(const std::vector<Page>& pages, const std::string& name, int by) {
  const auto found = find(pages, name);
  const int at = found == pages.end() ? 0 : int(found - pages.begin()), count = int(pages.size());
  return pages[((at + by) % count + count) % count].name;
}

}  // namespace tinymor
