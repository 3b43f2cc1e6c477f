// What the KV cache holds: which recursion stored keys and values for which position, and how many bytes that saves.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "datasets/pieces.h"
#include "visualizer/panels/grid_frame.h"
#include "visualizer/panels/panels.h"

namespace tinymor {
namespace {

const TextView& cached_text(const AppState& state) {
  return state.shown.text(state.cache_subject, state.rule);
}

KvStrategy strategy_of(const Source& source, const AppState& state) {
  return state.cache_strategy > 0 ? KvStrategy(state.cache_strategy - 1) : source.geometry().model.kv_cache;
}

CacheView cache_of(const Source& source, const AppState& state) {
  return cache_under(cached_text(state), source.geometry(), strategy_of(source, state));
}

/// Whether the model that is shown can cache in this way.
bool possible(const Source& source, KvStrategy strategy) {
  return why_not(source.geometry(), strategy).empty();
}

int64_t recursive_bytes(const Source& source, const AppState& state) {
  return bytes_unrouted(cached_text(state), source.geometry(), strategy_of(source, state));
}

/// Which token's reading is marked: the one pointed at, or the newest of a text that is being written.
int reader_of(const AppState& state, int tokens) {
  if (const auto selected = selected_in(state, state.cache_subject, tokens)) return *selected;
  return state.cache_subject == Subject::generated ? tokens - 1 : -1;
}

/// "recursion 2 at "girl": stored, 1.0 KiB in 2 layers, read by 31 tokens so far".
std::string slot_text(const TextView& view, const CacheRow& row, int t, int64_t entry_bytes) {
  const CacheSlot slot = row.slots[size_t(t)];
  int readers = 0;
  for (int reader = t; reader < view.size(); ++reader) readers += reads(view, row, reader, t);
  const std::string at = fmt::format("{} at {}: ", row.label, in_quotes(view.pieces[size_t(t)]));
  if (slot == CacheSlot::empty) return at + "nothing is stored, no token reads it";
  const std::string what = slot == CacheSlot::stored
                               ? fmt::format("{} in {} layer{}", bytes_text(entry_bytes * int64_t(row.layers.size())),
                                             row.layers.size(), row.layers.size() == 1 ? "" : "s")
                               : "what " + row.base + " stored";
  return fmt::format("{}{}, read by {} token{}", at, what, readers, readers == 1 ? "" : "s");
}

int64_t all_entries(const CacheView& kv) {
  int64_t sum = 0;
  for (const CacheRow& row : kv.rows) sum += std::max<int64_t>(0, row.entries);
  return sum;
}

/// "25 % less", than `whole`.
std::string change(int64_t bytes, int64_t whole) {
  const double more = 100.0 * (double(bytes) / double(whole) - 1);
  if (std::lround(more) == 0) return "no less";
  return fmt::format("{:.0f} % {}", std::abs(more), more < 0 ? "less" : "more");
}

/// Bytes now against those of the twins, `recursive` of the one whose tokens all take every recursion; the longest
/// first.
std::vector<std::string> savings(const CacheView& kv, int64_t recursive, int64_t entry_bytes) {
  const int64_t entries = all_entries(kv);
  const std::string now = bytes_text(kv.bytes) + " now";
  std::string sum, twins, shares;
  if (entries * entry_bytes == kv.bytes) sum = fmt::format(" = {} entries of {}", entries, bytes_text(entry_bytes));
  for (const auto& [name, bytes] : {std::pair("vanilla", kv.vanilla_bytes), std::pair("recursive", recursive)}) {
    if (bytes <= 0) continue;
    twins += fmt::format(" \u00b7 {} {}: {}", name, bytes_text(bytes), change(kv.bytes, bytes));
    shares += fmt::format("{} {} than {}", shares.empty() ? ":" : ",", change(kv.bytes, bytes), name);
  }
  return {now + sum + twins, now + twins, now + shares, now + shares.substr(0, shares.find(','))};
}

Color row_color(const CacheRow& row) {
  return row.recursion > 0 ? depth_color(row.recursion) : plain_color;
}

FrameRow margin_of(const CacheRow& row, int tokens) {
  const double each = !row.layers.empty() ? double(row.entries) / double(row.layers.size()) : 0;
  FrameRow margin;
  margin.label = row.label;
  const bool block = row.recursion > 0 || row.layers.size() > 1;
  margin.weight = block ? 1 : 0.5f;
  margin.count = fmt::format("{:.0f} tokens", each);
  if (block) {
    margin.note = row.layers.size() == 1 ? "in one layer" : fmt::format("in {} layers", row.layers.size());
    margin.used = tokens > 0 ? each / tokens : 0;
  }
  return margin;
}

// Bytes against those of a vanilla model: the track is vanilla, filled by who stored what, with a mark at `recursive`.
float draw_savings(Canvas& canvas, const Box& box, const CacheView& kv, int64_t recursive,
                   const std::vector<std::string>& line) {
  const float em = ui::em();
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::text), line, box.width(), ui::Font::small);
  const float top = box.min.y + em * 1.15f;
  const Box track{{box.min.x, top}, {box.max.x, top + em * 0.75f}};
  canvas.rect(track, ui::u32(ui::colors::well), em * 0.2f);
  const int64_t entries = all_entries(kv), whole = std::max({kv.vanilla_bytes, kv.bytes, int64_t(1)});
  float x = track.min.x;
  for (const CacheRow& row : kv.rows) {
    const double bytes = entries > 0 ? double(kv.bytes) * double(row.entries) / double(entries) : 0;
    const float width = track.width() * float(std::clamp(bytes / double(whole), 0.0, 1.0));
    const float end = std::min(x + width, track.max.x);
    if (width > 0.5f) canvas.rect({{x, track.min.y}, {std::max(x, end - 1), track.max.y}}, ui::u32(row_color(row)));
    x = end;
  }
  canvas.outline(track, ui::u32(ui::colors::faint), 1, em * 0.2f);
  if (recursive > 0 && recursive < whole) gauge_mark(canvas, track, double(recursive) / double(whole), em * 0.15f);
  return track.max.y + em * 0.7f;
}

/// base: the colour of the row whose entries a reused slot reads.
void draw_slot(Canvas& canvas, const Box& box, CacheSlot slot, Color color, Color base, bool read) {
  canvas.rect(box, ui::u32(slot == CacheSlot::stored ? color : ui::colors::well));
  if (read) canvas.rect({{box.min.x, box.max.y - ui::em() * 0.18f}, box.max}, ui::u32(ui::colors::text));
  if (slot != CacheSlot::reused) return;
  const float middle = box.center().y, half = std::max(1.0f, box.height() * 0.08f);
  canvas.rect({{box.min.x, middle - half}, {box.max.x, middle + half}}, ui::u32(base, 0.6));
}

class KvPanel : public Panel {
 public:
  KvPanel() : Panel("kv", "KV cache") {}

  std::string caption(const Source& source, const AppState& state) const override {
    const bool recurs = source.geometry().recursions > 1;
    const std::string strategy[] = {
        recurs ? fmt::format("each {} stores its own tokens", source.geometry().depth_unit())
               : "each layer stores its own keys",
        recurs ? "all read what recursion 1 stored" : "all read what weights stored at first",
        "deeper recursions renew what recursion 1 stored"};
    std::string what = "watched text";
    if (state.cache_subject == Subject::generated)
      what = "generated text" + and_rule(source, RuleView::causal);
    else if (state.shown.index >= 0)
      what += fmt::format("{} \u00b7 step {}", and_rule(source, rule_in_force(state)), state.shown.step);
    const bool other = strategy_of(source, state) != source.geometry().model.kv_cache;
    if (other && !possible(source, strategy_of(source, state))) return "a way in which this model cannot cache";
    const bool read = reader_of(state, cached_text(state).size()) >= 0;
    return fmt::format("{}{} \u00b7 {} \u00b7 {}", other ? "not this run's way: " : "",
                       strategy[int(strategy_of(source, state))], what, read ? "bar: read" : "empty: saved");
  }

  float controls(const Source& source, AppState& state, float right) override {
    state.cache_subject =
        Subject(ui::corner_choice("kv.subject", {"watched", "generated"}, int(state.cache_subject),
                                  {"The cache of the watched text", "The cache of the text that the model writes"},
                                  right, ui::button_width("hybrid")));
    std::vector<const char*> ways = {"run", "own", "shared", "hybrid"};
    // One that is chosen stays, so that it can be left.
    while (int(ways.size()) > 1 + std::max(1, state.cache_strategy) && !possible(source, KvStrategy(ways.size() - 2)))
      ways.pop_back();
    if (ways.size() > 2)
      state.cache_strategy = ui::corner_choice(
          "kv.strategy", ways, state.cache_strategy,
          {"As this run caches", "Each recursion stores keys and values of its own",
           "All recursions read those of the first one", "Those of the first one, renewed where a token goes on"},
          right);
    return right;
  }

  Table table(const Source& source, const AppState& state) const override {
    const TextView& view = cached_text(state);
    static constexpr const char* names[] = {"empty", "stored", "reused"};
    Table table{{"row", "layers", "position", "piece", "slot"}};
    if (!missing(source, state).empty()) return table;
    for (const CacheRow& row : cache_of(source, state).rows)
      for (int t = 0; t < view.size(); ++t)
        table.add(row.label, row.layers.size(), t, view.pieces[t], names[int(row.slots[t])]);
    return table;
  }

 private:
  std::string missing(const Source& source, const AppState& state) const override {
    const Geometry& geometry = source.geometry();
    if (cached_text(state).size() == 0)
      return state.cache_subject == Subject::generated ? "nothing generated yet" : no_text(source);
    if (geometry.layer_count() == 0) return "the configuration cannot be read: who stores what is not known";
    if (possible(source, strategy_of(source, state))) return "";
    return geometry.recursions < 2 || geometry.stages()
               ? "without recursions no layer can read what another has stored (choose \"run\")"
               : "this model's routers do not allow this way of caching (choose \"run\")";
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    const TextView& view = cached_text(state);
    const Box box = free_box();
    const CacheView kv = cache_of(source, state);
    const int64_t recursive = recursive_bytes(source, state);
    const std::vector<std::string> line =
        pointed_ && pointed_->first < int(kv.rows.size()) && pointed_->second < view.size()
            ? std::vector{slot_text(view, kv.rows[size_t(pointed_->first)], pointed_->second,
                                    source.geometry().entry_bytes)}
            : savings(kv, recursive, source.geometry().entry_bytes);
    const float top = draw_savings(canvas, box, kv, recursive, line);
    std::vector<FrameRow> rows;
    for (const CacheRow& row : kv.rows) rows.push_back(margin_of(row, view.size()));
    const GridFrame frame({{box.min.x, top}, box.max}, std::move(rows), view.size(),
                          state.columns_of(state.cache_subject));
    const int reader = reader_of(state, view.size());
    for (size_t r = 0; r < kv.rows.size(); ++r) {
      const CacheRow& row = kv.rows[r];
      for (int t : frame.tokens())
        draw_slot(canvas, frame.cell(int(r), t), row.slots[t], row_color(row),
                  row.recursion > 0 ? depth_color(1) : plain_color, reader >= 0 && reads(view, row, reader, t));
    }
    frame.draw_frame(canvas, state, state.cache_subject, view);
    frame.draw_selection(canvas, state, state.cache_subject, ui::u32(ui::colors::text));
    if (reader >= 0 && !state.selected())
      frame.draw_columns(canvas, reader, reader, ui::u32(ui::colors::text));  // the newest
    const auto row = frame.interact("kv.cells", state, state.cache_subject);
    pointed_ = row && state.hovering ? std::optional(std::pair(*row, state.hovering->token)) : std::nullopt;
    take_box(box);
  }

  std::string lines(const Source& source, const AppState& state) const override {
    static constexpr char marks[] = {'.', '#', '='};  // as CacheSlot
    const CacheView kv = cache_of(source, state);
    std::string out = savings(kv, recursive_bytes(source, state), source.geometry().entry_bytes).front() +
                      "; an entry: a key and a value of each KV head, 4 bytes a number\n";
    for (const CacheRow& row : kv.rows) {
      out += fmt::format("{}  ", row.label);
      for (CacheSlot slot : row.slots) out += marks[int(slot)];
      out += fmt::format("  {} entries in {} layer{}\n", row.entries, row.layers.size(),
                         row.layers.size() == 1 ? "" : "s");
    }
    return out;
  }

  std::optional<std::pair<int, int>> pointed_;  // row and token under the mouse, as of the last frame
};

}  // namespace

std::unique_ptr<Panel> make_kv_panel() {
  return std::make_unique<KvPanel>();
}

}  // namespace tinymor
