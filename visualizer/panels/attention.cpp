// Who looks at whom: the attention weights of one layer of the block, a small map for every recursion and head, and one
// of them large. Tokens that a recursion skipped are hatched: they ask nothing there, and recursion-wise nobody sees
// them.

#include "visualizer/panels/attention.h"
#include "visualizer/panels/panels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tinymor {
namespace {

constexpr int most_tokens = 1024;

/// The effective layers that the panel shows: that layer of the block in each recursion, or a layer outside of it.
struct LayerRow {
  std::string label;
  int layer;
};

std::vector<LayerRow> rows_of(const Geometry& g, int choice) {
  const int prelude = g.unique_ends ? 1 : 0, inner = g.block_layers * g.recursions;
  if (choice < 0) return {{"first layer", 0}};
  if (choice >= g.block_layers) return {{"last layer", prelude + inner}};
  std::vector<LayerRow> rows;
  for (int r = 0; r < g.recursions; ++r)
    rows.push_back(
        {g.recursions > 1 ? fmt::format("recursion {}", r + 1) : "all tokens", prelude + r * g.block_layers + choice});
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

Color weight_color(int weight) {
  return sequential_color(std::sqrt(weight / 255.0));
}

std::shared_ptr<const Image> map_image(const AttentionView& view, int head) {
  const int n = view.tokens;
  Picture picture{n, n, std::vector<uint8_t>(size_t(n) * n * 4)};
  for (int query = 0; query < n; ++query) {
    for (int key = 0; key < n; ++key) {
      Color color = ui::colors::card;  // after the query: not there yet
      if (key <= query) {
        const bool hatched = !view.asks[query] || !view.seen[key];
        color = hatched ? ((query + key) % 4 == 0 ? Color{0x3A, 0x40, 0x4C} : Color{0x20, 0x24, 0x2C})
                        : weight_color(view.at(head, query, key));
      }
      set_pixel(picture, key, query, color);
    }
  }
  return std::make_shared<const Image>(std::move(picture));
}

/// What one query looks at, most first.
std::vector<std::pair<int, int>> strongest(const AttentionView& view, int head, int query) {
  std::vector<std::pair<int, int>> found;  // weight, key
  for (int key = 0; key <= query; ++key)
    if (view.at(head, query, key) > 0) found.emplace_back(view.at(head, query, key), key);
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  return found;
}

}  // namespace

AttentionView view_of(const AttentionTrace& trace, int tokens) {
  AttentionView view;
  if (tokens <= 0 || tokens > most_tokens) return view;
  const auto inside = [&](const std::vector<int32_t>& positions) {
    return std::is_sorted(positions.begin(), positions.end()) &&
           (positions.empty() || (positions.front() >= 0 && positions.back() < tokens));
  };
  if (!inside(trace.queries) || !inside(trace.keys)) return view;
  size_t each = 0;
  for (int32_t query : trace.queries) each += trace.visible(query);
  if (each == 0 || trace.weights.size() % each != 0 || trace.weights.size() / each > 64) return view;
  view.tokens = tokens;
  view.heads = int(trace.weights.size() / each);
  view.weights.resize(size_t(view.heads) * tokens * tokens);
  view.asks.resize(tokens);
  view.seen.resize(tokens);
  for (int32_t query : trace.queries) view.asks[query] = true;
  for (int32_t key : trace.keys) view.seen[key] = true;
  auto weight = trace.weights.begin();
  for (int head = 0; head < view.heads; ++head)
    for (int32_t query : trace.queries)
      for (size_t i = 0; i < trace.visible(query); ++i)
        view.weights[(size_t(head) * tokens + query) * tokens + trace.keys[i]] = *weight++;
  return view;
}

namespace {

class AttentionPanel : public Panel {
 public:
  AttentionPanel() : Panel("attention", "Attention") {}

  std::string caption(const Source& source, const AppState& state) const override {
    if (!recorded(source, state)) return "who looks at whom";
    std::string out = "queries down, keys across; bright: looks there \u00b7 hatched: skipped";
    return out + fmt::format(" \u00b7 causal rule \u00b7 step {}", state.shown.step);
  }

  float controls(const Source& source, AppState& state, float right) override {
    const Geometry& g = source.geometry();
    std::vector<std::string> names;
    if (g.unique_ends) names.push_back("first");
    for (int j = 0; j < g.block_layers; ++j) names.push_back(fmt::format("{}", j + 1));
    if (g.unique_ends) names.push_back("last");
    std::vector<const char*> labels;
    for (const std::string& name : names) labels.push_back(name.c_str());
    const float left = right - ui::segmented_width(labels);
    const int shift = g.unique_ends ? 1 : 0;
    state.attention_layer = std::clamp(state.attention_layer, -shift, g.block_layers - 1 + shift);
    ImGui::SetCursorPosX(left);
    state.attention_layer =
        ui::segmented("attention.layer", labels, state.attention_layer + shift, "Which layer's attention is shown") -
        shift;
    return left;
  }

  void draw(const Source& source, AppState& state, Canvas& canvas) override {
    const Box box = free_box();
    if (!recorded(source, state)) {
      const int nearest = nearest_with_attention(source, state.shown.index);
      if (nearest < 0)
        return draw_empty(canvas, box,
                          source.history().of_images() ? no_text(source) : "no attention was recorded in this run");
      draw_not_recorded(source, state, "Attention is recorded at some steps only, not at this one.");
      const std::string label = fmt::format("Go to step {}", source.history().snapshots[nearest].step);
      if (ui::button("attention.nearest", label.c_str()))
        state.playback.jump(nearest, source.history().snapshot_count());
      return;
    }
    collect(source, state);
    // The large map is a square at the right; below it stands what the selected token looks at.
    const float em = ui::em(), side = std::min(box.height() - em * 6, box.width() * 0.5f);
    const bool room = side > em * 6;
    draw_maps(state, canvas, {box.min, {room ? box.max.x - side - em : box.max.x, box.max.y}});
    if (room) {
      draw_large(state, canvas, {{box.max.x - side, box.min.y}, {box.max.x, box.max.y}});
      draw_looks(state, canvas, {{box.max.x - side, box.min.y + side + em * 1.8f}, box.max});
    }
    take_box(box);
  }

  std::string text(const Source& source, const AppState& state) const override {
    std::string out = caption(source, state) + "\n";
    if (source.history().of_images()) return out + no_text(source) + "\n";
    if (!recorded(source, state)) return out + "no attention was recorded at this step\n";
    const TextView& view = state.shown.causal;
    for (const LayerRow& row : rows_of(source.geometry(), state.attention_layer)) {
      const AttentionView attention = layer_view(source, state, row.layer);
      out += fmt::format("{}: {} heads, {} of {} tokens ask\n", row.label, attention.heads,
                         std::count(attention.asks.begin(), attention.asks.end(), true), view.size());
      if (!state.pinned || state.pinned->subject != Subject::probe || state.pinned->token >= attention.tokens) continue;
      for (int head = 0; head < attention.heads; ++head) {
        out += fmt::format("  head {}:", head + 1);
        const auto all = strongest(attention, head, state.pinned->token);
        for (size_t i = 0; i < std::min<size_t>(5, all.size()); ++i)
          out += fmt::format(" \"{}\" {:.0f} %", quoted_piece(view.pieces[all[i].second]), all[i].first / 2.55);
        out += "\n";
      }
    }
    return out;
  }

  Table table(const Source& source, const AppState& state) const override {
    Table table{{"layer", "head", "query", "key", "weight"}, {}};
    for (const LayerRow& row : rows_of(source.geometry(), state.attention_layer)) {
      const AttentionView view = layer_view(source, state, row.layer);
      for (int head = 0; head < view.heads; ++head)
        for (int query = 0; query < view.tokens; ++query)
          for (int key = 0; key <= query && view.asks[query]; ++key)
            if (view.seen[key])
              table.rows.push_back(
                  {row.label, cell(head + 1), cell(query), cell(key), cell(view.at(head, query, key) / 255.0)});
    }
    return table;
  }

 private:
  /// An effective layer that is shown: that layer of the block in one recursion, or a layer outside of it.
  struct Row {
    std::string label;
    AttentionView view;
    std::vector<std::shared_ptr<const Image>> images;  ///< One per head.
  };
  void collect(const Source& source, const AppState& state) {
    if (version_ == source.version() && index_ == state.shown.index && layer_ == state.attention_layer) return;
    version_ = source.version();
    index_ = state.shown.index;
    layer_ = state.attention_layer;
    rows_.clear();
    for (LayerRow& row : rows_of(source.geometry(), layer_)) {
      rows_.push_back({std::move(row.label), layer_view(source, state, row.layer), {}});
      for (int head = 0; head < rows_.back().view.heads; ++head)
        rows_.back().images.push_back(map_image(rows_.back().view, head));
    }
  }

  const Row& large_row(const AppState& state) const {
    return rows_[std::clamp(state.attention_row, 0, int(rows_.size()) - 1)];
  }

  /// A map for each recursion (down) and head (across).
  void draw_maps(AppState& state, Canvas& canvas, const Box& box) {
    const float em = ui::em(), gap = em * 0.4f, label = text_size("recursion 9", ui::Font::small).x + em * 0.6f;
    size_t heads = 1;
    for (const Row& row : rows_) heads = std::max(heads, row.images.size());
    const float head_row = em * 1.3f;
    const float side =
        std::max(4.0f, std::min((box.width() - label - gap * float(heads - 1)) / float(heads),
                                (box.height() - head_row - gap * float(rows_.size() - 1)) / float(rows_.size())));
    const float letter = text_size("0", ui::Font::small).y;
    for (size_t head = 0; head < heads; ++head) {
      const float x = box.min.x + label + float(head) * (side + gap);
      canvas.text({x, box.min.y}, ui::u32(ui::colors::dim),
                  fitted(fmt::format("head {}", head + 1), side, ui::Font::small), ui::Font::small);
    }
    for (size_t r = 0; r < rows_.size(); ++r) {
      const float y = box.min.y + head_row + float(r) * (side + gap);
      text_right(canvas, {box.min.x + label - em * 0.6f, y + side / 2 - letter / 2}, ui::u32(ui::colors::dim),
                 rows_[r].label, ui::Font::small);
      if (rows_[r].images.empty())
        canvas.text({box.min.x + label, y}, ui::u32(ui::colors::faint), "nobody is here", ui::Font::small);
      for (size_t head = 0; head < rows_[r].images.size(); ++head) {
        const float x = box.min.x + label + float(head) * (side + gap);
        const Box map{{x, y}, {x + side, y + side}};
        canvas.image(map, *rows_[r].images[head]);
        if (int(r) == state.attention_row && int(head) == state.attention_head)
          canvas.outline(map.inset(-2, -2), ui::u32(ui::colors::accent), 2, em * 0.15f);
        ImGui::SetCursorScreenPos(map.min);
        ImGui::PushID(int(r * heads + head));
        if (ImGui::InvisibleButton("map", {side, side})) {
          state.attention_row = int(r);
          state.attention_head = int(head);
        }
        ImGui::PopID();
        ui::tag(fmt::format("attention.map.{}.{}", r, head));
        ui::hint("Show this map large");
      }
    }
  }

  void draw_large(const AppState& state, Canvas& canvas, const Box& box) const {
    const Row& row = large_row(state);
    if (row.images.empty()) return;
    const int head = std::clamp(state.attention_head, 0, row.view.heads - 1);
    const float em = ui::em();
    canvas.text(box.min, ui::u32(ui::colors::dim),
                fitted(fmt::format("{}, head {}", row.label, head + 1), box.width(), ui::Font::small), ui::Font::small);
    const Box map{{box.min.x, box.min.y + em * 1.3f}, {box.max.x, box.min.y + em * 1.3f + box.width()}};
    canvas.image(map, *row.images[head]);
    const auto selected = state.selected();
    if (!selected || selected->subject != Subject::probe || selected->token >= row.view.tokens) return;
    const float cell = map.width() / float(row.view.tokens), at = float(selected->token) * cell;
    canvas.outline({{map.min.x, map.min.y + at - 1}, {map.min.x + at + cell, map.min.y + at + cell + 1}},
                   ui::u32(ui::colors::text, 0.8), 1);
    canvas.outline({{map.min.x + at - 1, map.min.y + at}, {map.min.x + at + cell + 1, map.max.y}},
                   ui::u32(ui::colors::accent, 0.8), 1);
  }

  /// What the selected token looks at in the large map, in words.
  void draw_looks(const AppState& state, Canvas& canvas, const Box& box) const {
    const Row& row = large_row(state);
    const auto selected = state.selected();
    const std::vector<std::string>& pieces = state.shown.causal.pieces;
    if (!selected || selected->subject != Subject::probe || selected->token >= row.view.tokens)
      return canvas.text(box.min, ui::u32(ui::colors::faint),
                         fitted("point at a token: what does it see?", box.width()));
    const std::string token = quoted_piece(pieces[selected->token]);
    if (!row.view.asks[selected->token])
      return canvas.text(box.min, ui::u32(ui::colors::dim),
                         fitted(fmt::format("\"{}\" is skipped in {}", token, row.label), box.width()));
    const float em = ui::em();
    const int head = std::clamp(state.attention_head, 0, row.view.heads - 1);
    float y = box.min.y;
    std::string line = fmt::format("\"{}\" looks at", token);
    for (const auto& [weight, key] : strongest(row.view, head, selected->token)) {
      const std::string more = fmt::format("  {} {:.0f} %", quoted_piece(pieces[key]), weight / 2.55);
      if (text_size(line + more, ui::Font::small).x > box.width()) {
        canvas.text({box.min.x, y}, ui::u32(ui::colors::text), line, ui::Font::small);
        y += em * 1.15f;
        line = " ";
        if (y + em > box.max.y) return;
      }
      line += more;
    }
    if (y + em <= box.max.y) canvas.text({box.min.x, y}, ui::u32(ui::colors::text), line, ui::Font::small);
  }

  uint64_t version_ = 0;
  int index_ = -1, layer_ = -2;  // what rows_ shows
  std::vector<Row> rows_;        // never empty once collected
};

}  // namespace

std::unique_ptr<Panel> make_attention_panel() {
  return std::make_unique<AttentionPanel>();
}

}  // namespace tinymor
