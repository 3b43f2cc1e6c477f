#include "visualizer/panels/kv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "visualizer/grid_frame.h"

namespace tinymor {
namespace {

constexpr Color unique_color{0x8C, 0x94, 0xA4};

std::string bytes_text(int64_t bytes) {
  if (bytes < 10 * 1024) return fmt::format("{} B", bytes);
  if (bytes < 10 * 1024 * 1024) return fmt::format("{:.1f} KiB", double(bytes) / 1024);
  return fmt::format("{:.1f} MiB", double(bytes) / (1024 * 1024));
}

const TextView& cached_text(const AppState& state) {
  return state.shown.text(state.cache_subject, state.rule);
}

int64_t all_entries(const CacheView& kv) {
  int64_t sum = 0;
  for (const CacheRow& row : kv.rows) sum += std::max<int64_t>(0, row.entries);
  return sum;
}

std::string saving(const CacheView& kv) {
  if (kv.vanilla_bytes <= 0) return bytes_text(kv.bytes);
  const double change = 100.0 * (double(kv.bytes) / double(kv.vanilla_bytes) - 1);
  const std::string share =
      std::lround(change) == 0 ? "as much" : fmt::format("{:.0f} % {}", std::abs(change), change < 0 ? "less" : "more");
  return fmt::format("{} now, vanilla {}: {}", bytes_text(kv.bytes), bytes_text(kv.vanilla_bytes), share);
}

Color row_color(const CacheRow& row) {
  return row.recursion > 0 ? depth_color(row.recursion) : unique_color;
}

FrameRow margin_of(const CacheRow& row, int tokens) {
  const double each = row.layers > 0 ? double(row.entries) / row.layers : 0;
  FrameRow margin;
  margin.label = row.label;
  margin.weight = row.recursion > 0 ? 1 : 0.5f;
  margin.count = fmt::format("{:.0f} tokens", each);
  if (row.recursion > 0) {
    margin.note = row.layers == 1 ? "in one layer" : fmt::format("in {} layers", row.layers);
    margin.used = tokens > 0 ? each / tokens : 0;
  }
  return margin;
}

// Bytes against those of a vanilla model: the track is vanilla, filled by who stored what.
float draw_savings(Canvas& canvas, const Box& box, const CacheView& kv) {
  const float em = ui::em();
  canvas.text(box.min, ui::u32(ui::colors::text), saving(kv), ui::Font::small);
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
  return track.max.y + em * 0.7f;
}

void draw_slot(Canvas& canvas, const Box& box, CacheSlot slot, Color color) {
  if (slot == CacheSlot::stored)
    canvas.rect(box, ui::u32(color));
  else
    canvas.rect(box, ui::u32(ui::colors::well));
  if (slot != CacheSlot::reused) return;
  const float middle = box.center().y, half = std::max(1.0f, box.height() * 0.08f);
  canvas.rect({{box.min.x, middle - half}, {box.max.x, middle + half}}, ui::u32(depth_color(1), 0.6));
}

}  // namespace

std::string KvPanel::caption(const Source& source, const AppState& state) const {
  const char* strategy[] = {"each recursion stores its own tokens", "all read what recursion 1 stored",
                            "deeper recursions renew what recursion 1 stored"};
  const std::string what =
      state.cache_subject == Subject::generated ? "generated text, causal rule"
      : state.shown.index < 0
          ? "probe text"
          : fmt::format("probe text, {}, step {}", state.rule == RuleView::training ? "training rule" : "causal rule",
                        state.shown.step);
  return fmt::format("{} \u00b7 {}", strategy[int(source.geometry().kv)], what);
}

float KvPanel::controls(const Source&, AppState& state, float right) {
  const std::vector<const char*> labels = {"probe", "generated"};
  const float left = right - ui::segmented_width(labels);
  ImGui::SetCursorPosX(left);
  state.cache_subject = Subject(ui::segmented("kv.subject", labels, int(state.cache_subject), "Whose cache is shown"));
  return left;
}

void KvPanel::draw(const Source& source, AppState& state, Canvas& canvas) {
  const TextView& view = cached_text(state);
  const Box box = free_box();
  if (view.size() == 0) {
    return draw_empty(canvas, box,
                      state.cache_subject == Subject::generated ? "nothing generated yet" : no_text(source));
  }
  const float top = draw_savings(canvas, box, view.kv);
  std::vector<FrameRow> rows;
  for (const CacheRow& row : view.kv.rows) rows.push_back(margin_of(row, view.size()));
  const GridFrame frame({{box.min.x, top}, box.max}, std::move(rows), view.size());
  for (size_t r = 0; r < view.kv.rows.size(); ++r) {
    const CacheRow& row = view.kv.rows[r];
    for (int t = 0; t < view.size(); ++t) draw_slot(canvas, frame.cell(int(r), t), row.slots[t], row_color(row));
  }
  const auto selected = state.selected();
  const bool here = selected && selected->subject == state.cache_subject;
  frame.draw_frame(canvas, view, here ? std::optional(selected->token) : std::nullopt);
  if (here) frame.draw_column(canvas, selected->token, ui::u32(ui::colors::text));
  frame.interact("kv.cells", state, state.cache_subject);
  take_box(box);
}

std::string KvPanel::text(const Source& source, const AppState& state) const {
  const TextView& view = cached_text(state);
  std::string out = caption(source, state) + "\n";
  if (view.size() == 0) return out + no_text(source) + "\n";
  out += saving(view.kv) + "\n";
  for (const CacheRow& row : view.kv.rows) {
    out += fmt::format("{}  ", row.label);
    for (CacheSlot slot : row.slots) out += slot == CacheSlot::stored ? '#' : slot == CacheSlot::reused ? '=' : '.';
    out += fmt::format("  {} entries in {} layer{}\n", row.entries, row.layers, row.layers == 1 ? "" : "s");
  }
  return out;
}

Table KvPanel::table(const Source&, const AppState& state) const {
  const TextView& view = cached_text(state);
  Table table{{"row", "layers", "position", "piece", "slot"}, {}};
  for (const CacheRow& row : view.kv.rows) {
    for (int t = 0; t < view.size(); ++t) {
      static constexpr const char* names[] = {"empty", "stored", "reused"};
      table.rows.push_back({row.label, cell(row.layers), cell(t), view.pieces[t], names[int(row.slots[t])]});
    }
  }
  return table;
}

}  // namespace tinymor
