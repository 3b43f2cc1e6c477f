#include "visualizer/draw/graph_layout.h"

#include <algorithm>

namespace tinymor {
namespace {

/// An end of an arrow in the column beside, and how far from the middle of that box it is.
struct Port {
  int vertex;
  float offset;
};
/// A node, or the place where a long edge passes a column.
struct Vertex {
  int column = 0;
  float height = 0, y = 0;
  std::vector<int> left = {};
  std::vector<Port> right = {};
};
using Columns = std::vector<std::vector<int>>;

/// The mean height of the neighbours on these sides; its own where there are none.
float pull(const std::vector<Vertex>& all, const Vertex& v, bool from_left, bool from_right) {
  float sum = 0, count = 0;
  const auto add = [&](float height) {
    sum += height;
    ++count;
  };
  if (from_left)
    for (int n : v.left) add(all[n].y);
  if (from_right)
    for (const Port& p : v.right) add(all[p.vertex].y + p.offset);
  return count > 0 ? sum / count : v.y;
}

/// Puts a column's vertices, in order, as near to the wanted heights as the gaps allow.
void place(std::vector<Vertex>& all, const std::vector<std::pair<float, int>>& column, float gap) {
  float shift = 0, bottom = -1e9f;
  for (const auto& [wanted, i] : column) {
    all[i].y = std::max(wanted, bottom + all[i].height / 2);
    bottom = all[i].y + all[i].height / 2 + gap;
    shift += wanted - all[i].y;
  }
  for (const auto& [wanted, i] : column) all[i].y += shift / float(column.size());
}

/// Goes over the columns to the right and back, ordering each by its neighbours; at last only heights change.
void arrange(std::vector<Vertex>& all, Columns& columns, float gap) {
  constexpr int sweeps = 12, ordering = 9;
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    const bool leftwards = sweep % 2 == 0, settle = sweep >= ordering;
    for (size_t i = 0; i < columns.size(); ++i) {
      std::vector<int>& column = columns[leftwards ? columns.size() - 1 - i : i];
      std::vector<std::pair<float, int>> wanted;
      for (int v : column) wanted.emplace_back(pull(all, all[v], !leftwards || settle, leftwards || settle), v);
      if (!settle) std::stable_sort(wanted.begin(), wanted.end());
      for (size_t k = 0; k < column.size(); ++k) column[k] = wanted[k].second;
      place(all, wanted, gap);
    }
  }
}

/// Puts what has no neighbours, from which no height follows, on top of its column.
void place_above(std::vector<Vertex>& all, Columns& columns, const std::vector<int>& alone, float gap) {
  for (const int i : alone) {
    std::vector<int>& column = columns[all[i].column];
    float top = column.empty() ? 0 : 1e9f;
    for (const int other : column) top = std::min(top, all[other].y - all[other].height / 2 - gap);
    all[i].y = top - all[i].height / 2;
    column.push_back(i);
  }
}

/// By the longest way from a start; a start is beside its first use. Returns the number of columns.
int assign_columns(std::vector<Vertex>& all, const std::vector<GraphEdge>& edges) {
  int last = 0;
  for (const GraphEdge& e : edges) {
    if (e.is_cut) continue;
    all[e.to].column = std::max(all[e.to].column, all[e.from].column + 1);
    last = std::max(last, all[e.to].column);
  }
  std::vector<int> first_use(all.size(), last + 1);
  for (const GraphEdge& e : edges)
    if (!e.is_cut) first_use[e.from] = std::min(first_use[e.from], all[e.to].column - 1);
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].column == 0 && first_use[i] <= last) all[i].column = first_use[i];
  return last + 1;
}

GraphLayout one_row(const std::vector<ImVec2>& sizes, const std::vector<GraphEdge>& edges, ImVec2 gap) {
  const size_t count = sizes.size();
  std::vector<Vertex> all(count);
  for (size_t i = 0; i < count; ++i) all[i].height = sizes[i].y;
  Columns columns(assign_columns(all, edges));
  std::vector<float> widths(columns.size()), gaps(columns.size());
  for (size_t i = 0; i < count; ++i) widths[all[i].column] = std::max(widths[all[i].column], sizes[i].x);

  std::vector<int> inputs(count), used(count);
  const auto drawn = [](const GraphEdge& e) { return !e.is_cut || e.tag > 0; };
  for (const GraphEdge& e : edges) inputs[e.to] += drawn(e);
  std::vector<std::vector<int>> ways;  // the vertices of each edge
  for (const GraphEdge& e : edges) {
    std::vector<int> way = {e.from};
    if (!drawn(e)) {
      ways.push_back(std::move(way));
      continue;
    }
    const float offset = sizes[e.to].y * ((float(used[e.to]++) + 0.5f) / float(inputs[e.to]) - 0.5f);
    float& before = gaps[all[e.to].column];
    before = std::max(before, e.room + gap.x + (e.is_cut ? e.tag : 0));
    for (int column = all[e.from].column + 1; column <= all[e.to].column && !e.is_cut; ++column) {
      const bool arrives = column == all[e.to].column;
      const int next = arrives ? e.to : int(all.size());
      if (!arrives) all.push_back({column, gap.y});
      all[next].left.push_back(way.back());
      all[way.back()].right.push_back({next, arrives ? offset : 0});
      way.push_back(next);
    }
    ways.push_back(std::move(way));
  }
  std::vector<int> alone;
  for (size_t i = 0; i < all.size(); ++i) {
    const bool joined = !all[i].left.empty() || !all[i].right.empty();
    (joined ? columns[all[i].column] : alone).push_back(int(i));
  }
  arrange(all, columns, gap.y);
  place_above(all, columns, alone, gap.y);

  float top = 1e9f;
  for (const Vertex& v : all) top = std::min(top, v.y - v.height / 2);
  GraphLayout layout{std::vector<Box>(count), {}, {}, int(columns.size())};
  std::vector<float> left(columns.size());
  left[0] = gaps[0];
  for (size_t c = 1; c < columns.size(); ++c) left[c] = left[c - 1] + widths[c - 1] + gaps[c];
  layout.size.x = left.back() + widths.back();
  const auto box_of = [&](const Vertex& v) {
    const float y = v.y - top;
    return Box{{left[v.column], y - v.height / 2}, {left[v.column] + widths[v.column], y + v.height / 2}};
  };
  for (const Vertex& v : all) layout.size.y = std::max(layout.size.y, box_of(v).max.y);
  for (size_t i = 0; i < count; ++i) layout.nodes[i] = box_of(all[i]);
  std::fill(used.begin(), used.end(), 0);
  for (size_t e = 0; e < edges.size(); ++e) {
    const std::vector<int>& way = ways[e];
    std::vector<ImVec2> line;
    for (size_t i = 0; i + 1 < way.size(); ++i) {
      const Box box = box_of(all[way[i]]);
      if (i > 0) line.push_back({box.min.x, box.center().y});
      line.push_back({box.max.x, box.center().y});
    }
    const int to = edges[e].to;
    const Box box = box_of(all[to]);
    layout.cut.push_back(edges[e].is_cut);
    if (!drawn(edges[e])) {
      layout.edges.emplace_back();
      continue;
    }
    const ImVec2 end{box.min.x, box.min.y + box.height() * (float(used[to]++) + 0.5f) / float(inputs[to])};
    if (edges[e].is_cut) line.push_back({end.x - edges[e].room - gap.x * 0.8f, end.y});
    line.push_back(end);
    layout.edges.push_back(std::move(line));
  }
  return layout;
}

/// Adds a row below what is there; `nodes` and `edges` are the places of its own in the whole.
void add_row(GraphLayout& whole, const GraphLayout& row, const std::vector<int>& nodes, const std::vector<int>& edges,
             float gap) {
  const float top = whole.size.y > 0 ? whole.size.y + gap : 0;
  for (size_t i = 0; i < nodes.size(); ++i) {
    Box box = row.nodes[i];
    box.min.y += top;
    box.max.y += top;
    whole.nodes[nodes[i]] = box;
  }
  for (size_t i = 0; i < edges.size(); ++i) {
    whole.edges[edges[i]] = row.edges[i];
    whole.cut[edges[i]] = row.cut[i];
    for (ImVec2& corner : whole.edges[edges[i]]) corner.y += top;
  }
  whole.size = {std::max(whole.size.x, row.size.x), top + row.size.y};
  whole.columns = std::max(whole.columns, row.columns);
}

}  // namespace

GraphLayout layered(const std::vector<ImVec2>& sizes, const std::vector<GraphEdge>& edges, ImVec2 gap, int rows) {
  if (rows <= 1) return one_row(sizes, edges, gap);
  std::vector<Vertex> all(sizes.size());
  const int columns = assign_columns(all, edges), each = (columns + rows - 1) / rows;
  GraphLayout whole{std::vector<Box>(sizes.size()), std::vector<std::vector<ImVec2>>(edges.size()), {}, 0, rows};
  whole.cut.resize(edges.size());
  for (int row = 0; row < rows; ++row) {
    const auto here = [&](int node) { return all[node].column / each == row; };
    std::vector<int> nodes, place(sizes.size()), its_edges;
    std::vector<ImVec2> its_sizes;
    for (int i = 0; i < int(sizes.size()); ++i) {
      if (!here(i)) continue;
      place[i] = int(nodes.size());
      nodes.push_back(i);
      its_sizes.push_back(sizes[i]);
    }
    if (nodes.empty()) continue;
    std::vector<GraphEdge> parts;
    for (int e = 0; e < int(edges.size()); ++e) {
      if (!here(edges[e].to)) continue;
      its_edges.push_back(e);
      parts.push_back(edges[e]);
      parts.back().is_cut |= !here(edges[e].from);
      parts.back().from = place[edges[e].from];
      parts.back().to = place[edges[e].to];
    }
    add_row(whole, one_row(its_sizes, parts, gap), nodes, its_edges, gap.y * 2);
  }
  return whole;
}

}  // namespace tinymor
