// Who looks at whom: the attention weights of one layer of the block, a small map for every recursion and head, and one
// of them large. Tokens that a recursion skipped are brown, a colour that no weight comes near: they ask nothing there,
// and with recursion-wise caching no token sees them.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "visualizer/draw/memo.h"
#include "visualizer/panels/attention_arcs.h"
#include "visualizer/panels/panels.h"

namespace tinymor {
namespace {

/// The effective layers that the panel shows: that layer of the block in each recursion, or a layer outside of it.
struct LayerRow {
  std::string label;
  int layer;
};

std::vector<LayerRow> rows_of(const Geometry& g, int choice) {
  const LayerMap& map = g.layers;
  if (g.layer_count() == 0) return {{"layer 1", 0}};  // it is not known how many there are
  if (choice < 0) return {{"first layer", 0}};
  if (choice >= map.block) return {{"last layer", int(map.weights.size()) - 1}};
  std::vector<LayerRow> rows;
  for (int r = 0; r < g.recursions; ++r)
    rows.push_back({g.recursions > 1 ? block_name(g, r + 1) : "all tokens", int(map.layer(r, choice))});
  return rows;
}

const std::vector<AttentionTrace>* recorded(const Source& source, const AppState& state) {
  if (state.shown.index < 0) return nullptr;
  const std::vector<AttentionTrace>& layers = source.history().snapshots[state.shown.index].threshold.attention;
  return layers.empty() ? nullptr : &layers;
}

AttentionView layer_view(const Source& source, const AppState& state, int layer) {
  const auto* layers = recorded(source, state);
  if (!layers || layer >= int(layers->size())) return {};
  return view_of((*layers)[layer], state.shown.causal.size());
}

/// The recorded snapshot nearest to the one shown, or -1.
int nearest_with_attention(const Source& source, int index) {
  const auto& snapshots = source.history().snapshots;
  int best = -1;
  for (int i = 0; i < int(snapshots.size()); ++i) {
    if (!snapshots[i].threshold.attention.empty() && (best < 0 || std::abs(i - index) < std::abs(best - index)))
      best = i;
  }
  return best;
}

std::shared_ptr<const Image> map_image(const AttentionView& view, int map) {
  const int n = view.tokens;
  Picture picture{n, n, std::vector<uint8_t>(size_t(n) * n * 4)};
  for (int query = 0; query < n; ++query) {
    for (int key = 0; key < n; ++key) {
      Color color = ui::colors::card;  // after the query: not there yet
      if (key <= query) {
        color = view.skips(query, key) ? skipped_color : sequential_color(weight_strength(view.at(map, query, key)));
      }
      set_pixel(picture, key, query, color);
    }
  }
  return std::make_shared<const Image>(std::move(picture));
}

/// "head 1", "1", or nothing, as fits.
std::string whole_or_end(const std::string& name, float width) {
  for (const std::string& text : {name, name.substr(name.rfind(' ') + 1)})
    if (text_size(text, ui::Font::small).x <= width) return text;
  return "";
}

class AttentionPanel : public Panel {
 public:
  AttentionPanel() : Panel("attention", "Attention") {}

  std::string caption(const Source& source, const AppState& state) const override {
    if (!recorded(source, state)) return "who looks at whom";
    const std::string rule = and_rule(source, RuleView::causal);
    if (state.attention_arcs)
      return fmt::format(
          "each arc ends at what the token looks at; thick: more \u00b7 struck through: skipped{} \u00b7 step {}", rule,
          state.shown.step);
    return fmt::format("queries down, keys across; strong: looks there \u00b7 brown: skipped{} \u00b7 step {}", rule,
                       state.shown.step);
  }

  float controls(const Source& source, AppState& state, float right) override {
    choose_layer(source.geometry().layers, state, right);
    state.attention_arcs = ui::corner_choice("attention.view", {"map", "arcs"}, state.attention_arcs,
                                             "Shows the weights as a map, or as arcs over the text", right) == 1;
    return right;
  }

  Table table(const Source& source, const AppState& state) const override {
    Table table{{"layer", "head", "query", "key", "weight"}};
    for (const LayerRow& row : rows_of(source.geometry(), state.attention_layer)) {
      const AttentionView view = layer_view(source, state, row.layer);
      for (int head = 0; head < view.heads; ++head)
        for (int query = 0; query < view.tokens; ++query)
          for (int key = 0; key <= query && view.asks[query]; ++key)
            if (view.seen[key]) table.add(row.label, head + 1, query, key, view.at(head, query, key) / 255.0);
    }
    return table;
  }

 private:
  std::string missing(const Source& source, const AppState& state) const override {
    return state.shown.index < 0 ? no_text(source) : "";
  }

  /// An effective layer that is shown: that layer of the block in one recursion, or a layer outside of it.
  struct Row {
    std::string label;
    AttentionView view;
    std::vector<std::shared_ptr<const Image>> images;  ///< One per map of the view.
  };

  static void choose_layer(const LayerMap& map, AppState& state, float& right) {
    const int shift = int(map.prelude), block = int(map.block);
    if (block == 0) return;
    std::vector<std::string> names;
    if (map.prelude > 0) names.push_back("first");
    for (int j = 0; j < block; ++j) names.push_back(fmt::format("{}", j + 1));
    if (map.coda > 0) names.push_back("last");
    const float view = ui::segmented_width({"map", "arcs"}) + ImGui::GetStyle().ItemSpacing.x;
    state.attention_layer = std::clamp(state.attention_layer, -shift, block - 1 + int(map.coda));
    state.attention_layer = ui::corner_choice("attention.layer", pointers(names), state.attention_layer + shift,
                                              "Shows the attention of a layer", right, view) -
                            shift;
  }

  static std::vector<const char*> pointers(const std::vector<std::string>& names) {
    std::vector<const char*> out;
    for (const std::string& name : names) out.push_back(name.c_str());
    return out;
  }

  static void draw_way_to_nearest(const Source& source, AppState& state) {
    draw_not_recorded(source, state, "Attention is recorded at some steps only, not at this one.");
    const int nearest = nearest_with_attention(source, state.shown.index);
    if (nearest < 0) return;
    const std::string label = fmt::format("Go to step {}", source.history().snapshots[size_t(nearest)].step);
    if (ui::button("attention.nearest", label.c_str(), true,
                   "Goes to the nearest step at which attention was recorded"))
      state.playback.jump(nearest, source.history().snapshot_count());
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    if (!recorded(source, state)) return draw_way_to_nearest(source, state);
    const Box box = free_box();
    const std::vector<Row>& rows = drawn_rows(source, state);
    state.attention_row = std::clamp(state.attention_row, 0, int(rows.size()) - 1);
    const int maps = rows[size_t(state.attention_row)].view.maps();
    state.attention_head = std::clamp(state.attention_head, 0, std::max(0, maps - 1));
    if (state.attention_arcs) {
      draw_arcs(source, rows, state, canvas, box);
      return take_box(box);
    }
    // The large map is a square at the right; below it, or beside it, is what the selected token looks at.
    const float em = ui::em();
    const bool flat = box.height() < em * 13 && box.width() > em * 24;
    const float side = flat ? box.width() * 0.55f : std::min(box.height() - em * 6, box.width() * 0.5f);
    const bool room = side > em * 6;
    draw_maps(rows, state, canvas, {box.min, {room ? box.max.x - side - em : box.max.x, box.max.y}});
    const Row& large = rows[size_t(state.attention_row)];
    if (room && !large.images.empty())
      draw_large_map({large.view, state.attention_head, large.label}, *large.images[size_t(state.attention_head)],
                     state, canvas, {{box.max.x - side, box.min.y}, box.max});
    take_box(box);
  }

  /// A switch at the end of the line: "head 1", "2", ... or, where they have no room, one after the other in full.
  static int choose(const std::string& control, const std::vector<std::string>& names, int current, const char* hint,
                    float& right) {
    std::vector<std::string> shorter = names;
    for (size_t i = 1; i < names.size(); ++i) shorter[i].erase(0, names[i].rfind(' ') + 1);
    const bool room = right - ui::segmented_width(pointers(shorter)) > ImGui::GetCursorStartPos().x + ui::em() * 4;
    return ui::corner_choice(control, pointers(room ? shorter : names), current, hint, right);
  }

  static void choose_map(const std::vector<Row>& rows, AppState& state, float& right) {
    const AttentionView& view = rows[size_t(state.attention_row)].view;
    std::vector<std::string> heads, recursions;
    for (int map = 0; map < view.maps(); ++map) heads.push_back(view.name(map));
    for (const Row& row : rows) recursions.push_back(row.label);
    if (heads.size() > 1)
      state.attention_head = choose("attention.head", heads, state.attention_head, "Which head ( [ and ] )", right);
    if (rows.size() > 1)
      state.attention_row = choose("attention.row", recursions, state.attention_row, "Which recursion (1 to 9)", right);
  }

  /// What is drawn, and how much of the chosen token's attention is too weak for an arc.
  static std::string arcs_title(const LargeMap& map, const Arcs& arcs) {
    const std::string rest = arcs.rest ? fmt::format(", the rest {:.0f} %", *arcs.rest * 100) : "";
    return fmt::format("{}, {}: {} arcs{}", map.where, map.view.name(map.map), arcs.drawn.size(), rest);
  }

  void draw_arcs(const Source& source, const std::vector<Row>& rows, AppState& state, Canvas& canvas, const Box& box) {
    ImGui::SetCursorScreenPos(box.min);
    float right = ImGui::GetCursorPosX() + box.width();
    choose_map(rows, state, right);
    const Row& row = rows[size_t(state.attention_row)];
    const Box below{{box.min.x, box.min.y + ImGui::GetFrameHeight() + ui::em() * 0.2f}, box.max};
    if (row.images.empty()) return draw_empty(canvas, below, row.label + ": no token is here");
    const LargeMap map{row.view, std::min(state.attention_head, row.view.maps() - 1), row.label};
    const auto chosen = selected_in(state, Subject::watched, row.view.tokens);
    const Arcs& arcs =
        drawn_.of({source.version(), state.shown.index, state.attention_layer, state.attention_row, map.map, chosen},
                  [&] { return arcs_of(map.view, map.map, chosen); });
    const std::string title = arcs_title(map, arcs);
    if (text_size(title, ui::Font::small).x < right - ImGui::GetCursorStartPos().x)
      canvas.text({box.min.x, box.min.y + ImGui::GetStyle().FramePadding.y}, ui::u32(ui::colors::dim), title,
                  ui::Font::small);
    arcs_.draw(map, arcs, state, canvas, below);
  }

  /// The weights that are drawn as arcs.
  static std::string arc_lines(const Source& source, const AppState& state) {
    const std::vector<LayerRow> rows = rows_of(source.geometry(), state.attention_layer);
    const LayerRow& row = rows[size_t(std::clamp(state.attention_row, 0, int(rows.size()) - 1))];
    const AttentionView view = layer_view(source, state, row.layer);
    if (view.maps() == 0) return row.label + ": no token is here\n";
    return arcs_text(view, std::clamp(state.attention_head, 0, view.maps() - 1),
                     pinned_in(state, Subject::watched, view.tokens), state.shown.causal.pieces, row.label);
  }

  std::string lines(const Source& source, const AppState& state) const override {
    if (!recorded(source, state)) return "no attention was recorded at this step\n";
    if (state.attention_arcs) return arc_lines(source, state);
    const TextView& view = state.shown.causal;
    std::string out;
    for (const LayerRow& row : rows_of(source.geometry(), state.attention_layer)) {
      const AttentionView attention = layer_view(source, state, row.layer);
      out += fmt::format("{}: {} heads, {} of {} tokens ask  ", row.label, attention.heads,
                         std::count(attention.asks.begin(), attention.asks.end(), true), view.size());
      for (int t = 0; t < attention.tokens; ++t) out += attention.asks[t] ? '#' : '-';
      out += "\n";
      const auto pinned = pinned_in(state, Subject::watched, attention.tokens);
      for (int map = 0; pinned && map < attention.maps(); ++map) {
        const LargeMap large{attention, map, row.label};
        out += fmt::format("  {}: {}; {}\n", attention.name(map), looks_at(large, view.pieces, *pinned, 5),
                           seen_by(large, view.pieces, *pinned, 5));
      }
    }
    return out;
  }

  /// At least one.
  const std::vector<Row>& drawn_rows(const Source& source, const AppState& state) {
    return rows_.of({source.version(), state.shown.index, state.attention_layer, theme()}, [&] {
      std::vector<Row> rows;
      for (LayerRow& row : rows_of(source.geometry(), state.attention_layer)) {
        rows.push_back({std::move(row.label), layer_view(source, state, row.layer), {}});
        for (int map = 0; map < rows.back().view.maps(); ++map)
          rows.back().images.push_back(map_image(rows.back().view, map));
      }
      return rows;
    });
  }

  /// A map for each recursion (down) and head (across), and for the mean and the maximum of the heads.
  static void draw_maps(const std::vector<Row>& rows, AppState& state, Canvas& canvas, const Box& box) {
    const float em = ui::em(), gap = em * 0.4f;
    float label = text_size("recursion 9", ui::Font::small).x;
    for (const Row& row : rows) label = std::max(label, text_size(row.label, ui::Font::small).x);
    label += em * 0.6f;
    const Row& first = *std::max_element(rows.begin(), rows.end(),
                                         [](const Row& a, const Row& b) { return a.images.size() < b.images.size(); });
    const size_t maps = std::max<size_t>(1, first.images.size());
    const float head_row = em * 1.3f;
    const float side =
        std::max(4.0f, std::min((box.width() - label - gap * float(maps - 1)) / float(maps),
                                (box.height() - head_row - gap * float(rows.size() - 1)) / float(rows.size())));
    const float letter = text_size("0", ui::Font::small).y;
    for (size_t map = 0; map < first.images.size(); ++map) {
      const float x = box.min.x + label + float(map) * (side + gap);
      const std::string name = first.view.name(int(map));
      canvas.text({x, box.min.y}, ui::u32(ui::colors::dim), whole_or_end(name, side), ui::Font::small);
    }
    for (size_t r = 0; r < rows.size(); ++r) {
      const float y = box.min.y + head_row + float(r) * (side + gap);
      text_right(canvas, {box.min.x + label - em * 0.6f, y + side / 2 - letter / 2}, ui::u32(ui::colors::dim),
                 rows[r].label, ui::Font::small);
      if (rows[r].images.empty())
        canvas.text({box.min.x + label, y}, ui::u32(ui::colors::faint), "no token is here", ui::Font::small);
      for (size_t map = 0; map < rows[r].images.size(); ++map) {
        const float x = box.min.x + label + float(map) * (side + gap);
        const Box place{{x, y}, {x + side, y + side}};
        canvas.image(place, *rows[r].images[map]);
        if (int(r) == state.attention_row && int(map) == state.attention_head)
          canvas.outline(place.inset(-2, -2), ui::u32(ui::colors::accent), 2, em * 0.15f);
        ImGui::SetCursorScreenPos(place.min);
        if (ui::area(fmt::format("attention.map.{}.{}", r, map), {side, side})) {
          state.attention_row = int(r);
          state.attention_head = int(map);
        }
        ui::hint(fmt::format("Show the map of {}, {} large", rows[r].label, rows[r].view.name(int(map))).c_str());
      }
    }
  }

  ArcsPicture arcs_;
  Memo<std::tuple<uint64_t, int, int, int, int, std::optional<int>>, Arcs> drawn_;  // by version, snapshot, map, token
  Memo<std::tuple<uint64_t, int, int, Theme>, std::vector<Row>> rows_;              // by version, snapshot and layer
};

}  // namespace

std::unique_ptr<Panel> make_attention_panel() {
  return std::make_unique<AttentionPanel>();
}

}  // namespace tinymor
