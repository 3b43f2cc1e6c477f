// Two runs, or two steps of one run, side by side: any picture of both with one cursor, and what differs. "A" is what
// the other panels show, "B" what it is compared with.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "visualizer/draw/plot_math.h"
#include "visualizer/draw/text_flow.h"
#include "visualizer/panels/panels.h"
#include "visualizer/panels/runs_plot.h"

namespace tinymor {
namespace {

/// Panels that can be drawn of both, by their names, and what the switch calls them.
struct Kinds {
  std::vector<const char*> panels, labels;

  size_t find(const std::string& panel) const {
    return size_t(std::find(panels.begin(), panels.end(), panel) - panels.begin());
  }
};
const Kinds& kinds_of(const Source& source) {
  static const Kinds text{{"strip", "grid", "kv", "attention", "lens", "scores", "sharing"},
                          {"tokens", "grid", "cache", "attention", "lens", "scores", "sharing"}};
  static const Kinds images{{"patches", "scores", "sharing"}, {"patches", "scores", "sharing"}};
  return source.history().of_images() ? images : text;
}
/// The one that is chosen; what tells nothing of images gives way to their patches.
std::string panel_of(const Source& source, const AppState& state) {
  const Kinds& kinds = kinds_of(source);
  const bool other = source.history().of_images() && kinds.find(state.compared_panel) == kinds.panels.size();
  return other ? kinds.panels.front() : state.compared_panel;
}

const Source& other_of(const Source& source, const AppState& state) {
  return state.compare.other ? *state.compare.other : source;
}

struct Quantity {
  std::string name;
  double a, b;
  bool comparable = true;  // B - A tells something
};

/// The last evaluation up to `step`; null when there is none.
const EvalMetrics* held_out_at(const RunHistory& history, int64_t step) {
  const EvalMetrics* last = nullptr;
  for (const EvalMetrics& e : history.evals)
    if (e.step <= step) last = &e;
  return last;
}

/// The held-out losses at two steps, and where an evaluation is of another step, of which ones they are.
Quantity held_out(const RunHistory& a, int64_t step_a, const RunHistory& b, int64_t step_b) {
  const EvalMetrics *at_a = held_out_at(a, step_a), *at_b = held_out_at(b, step_b);
  const auto own = [](const EvalMetrics* e, int64_t step) { return !e || e->step == step; };
  const auto step_of = [](const EvalMetrics* e) { return e ? fmt::format("{}", e->step) : "-"; };
  const auto loss = [](const EvalMetrics* e) { return e ? e->threshold_loss : std::nan(""); };
  const bool same = own(at_a, step_a) && own(at_b, step_b);
  return {same ? "held out, nats" : fmt::format("held out at {}, {}", step_of(at_a), step_of(at_b)), loss(at_a),
          loss(at_b)};
}

/// Of the images that are shown: those that are told right, or the mean depth of a patch.
double right_images(const Source& source, const Shown& shown) {
  if (shown.images < 0) return std::nan("");
  const std::vector<SeenImage>& all = source.history().images[size_t(shown.images)].images;
  return double(std::count_if(all.begin(), all.end(), std::mem_fn(&SeenImage::right)));
}
double patch_depth(const Source& source, const Shown& shown) {
  double sum = 0, patches = 0;
  if (shown.images >= 0)
    for (const SeenImage& image : source.history().images[size_t(shown.images)].images)
      for (int32_t depth : image.depth) sum += depth, ++patches;
  return sum / patches;
}

std::vector<Quantity> quantities(const Source& source, const AppState& state) {
  const Source& other = other_of(source, state);
  const Shown &a = state.shown, &b = state.compare.shown;
  const TextView &text_a = a.text(Subject::probe, state.rule), &text_b = b.text(Subject::probe, state.rule);
  const auto of = [](const TextView& text, double value) { return text.size() > 0 ? value : std::nan(""); };
  std::vector<Quantity> out;
  const bool same_probe = text_a.ids == text_b.ids;
  if (source.history().of_images())
    out = {{"images told right", right_images(source, a), right_images(other, b)},
           {"layers per patch", layers_at(source.geometry(), patch_depth(source, a)),
            layers_at(other.geometry(), patch_depth(other, b))}};
  else
    out = {
        {"loss of the probe text, nats", of(text_a, text_a.lm_loss), of(text_b, text_b.lm_loss), same_probe},
        {"layers per token", of(text_a, layers_at(source.geometry(), text_a.mean_depth)),
         of(text_b, layers_at(other.geometry(), text_b.mean_depth))},
        {"KiB in its cache", of(text_a, double(text_a.kv.bytes) / 1024), of(text_b, double(text_b.kv.bytes) / 1024)}};
  out.push_back(held_out(source.history(), a.step, other.history(), b.step));
  out.back().comparable = !other_data(source, other);
  static constexpr const char* names[] = {"steps", "tokens trained on", "training FLOPs", "seconds"};
  for (const CurveAxis axis : {CurveAxis::steps, CurveAxis::tokens, CurveAxis::flops, CurveAxis::seconds})
    out.push_back({names[int(axis)], AxisMap(source, axis).at(a.step), AxisMap(other, axis).at(b.step)});
  return out;
}

/// "A: step 300 of runs/mine", then shorter ones.
std::vector<std::string> side_names(const Source& source, const AppState& state, bool compared) {
  const Source& shown = compared ? other_of(source, state) : source;
  const std::string step =
      fmt::format("{}: step {}", compared ? "B" : "A", compared ? state.compare.shown.step : state.shown.step);
  return {step + " of " + shown.name(), step + " of " + short_name(shown), step};
}

/// The mark of a side: a disc for A, a triangle for B.
void draw_mark(Canvas& canvas, ImVec2 center, bool compared) {
  const float r = ui::em() * 0.3f;
  if (compared)
    canvas.triangle({center.x - r, center.y + r}, {center.x + r, center.y + r}, {center.x, center.y - r},
                    ui::u32(compared_color));
  else
    canvas.circle(center, r, ui::u32(ui::colors::accent));
}

void draw_numbers(Canvas& canvas, const Box& box, const std::vector<Quantity>& all) {
  const float em = ui::em(), row = em * 1.25f, first = em * 13, column = (box.width() - first) / 3;
  const auto line = [&](float y, Color color, const std::string& name, const std::vector<std::string>& cells) {
    canvas.text({box.min.x, y}, ui::u32(ui::colors::dim), name, ui::Font::small);
    for (size_t i = 0; i < cells.size(); ++i)
      text_right(canvas, {box.min.x + first + column * float(i + 1), y}, ui::u32(color), cells[i], ui::Font::small);
  };
  line(box.min.y, ui::colors::dim, "", {"A", "B", "B - A"});
  for (size_t i = 0; i < all.size(); ++i) {
    const float y = box.min.y + row * float(i + 1);
    if (y + row <= box.max.y)
      line(y, ui::colors::text, all[i].name,
           {short_number(all[i].a), short_number(all[i].b),
            all[i].comparable ? short_number(all[i].b - all[i].a) : "-"});
  }
}

/// Which images one side tells right and the other does not.
void draw_images_told(Canvas& canvas, const Box& box, const Source& source, const AppState& state) {
  const Source& other = other_of(source, state);
  if (state.shown.images < 0 || state.compare.shown.images < 0) return draw_empty(canvas, box, "no images yet");
  const auto &a = source.history().images[size_t(state.shown.images)].images,
             &b = other.history().images[size_t(state.compare.shown.images)].images;
  const bool same = std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const SeenImage& x, const SeenImage& y) {
    return x.truth == y.truth && x.pixels == y.pixels;
  });
  if (!same) return draw_empty(canvas, box, "the two runs do not show the same images");
  std::string only[2];
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].right() != b[i].right()) only[b[i].right()] += fmt::format(" {}", i + 1);
  }
  for (const bool side : {false, true})
    ui::fitted_text(
        canvas, {box.min.x, box.min.y + ui::em() * 1.25f * float(side)},
        ui::u32(side ? compared_color : ui::colors::accent),
        fmt::format("right in {} only, images:{}", side ? "B" : "A", only[side].empty() ? " none" : only[side]),
        box.width(), ui::Font::small);
}

/// The text tinted by which side predicts better, with as many strokes as the depths differ.
void draw_difference(Canvas& canvas, const Box& box, const Source& source, AppState& state) {
  if (source.history().of_images()) return draw_images_told(canvas, box, source, state);
  const TextView &a = state.shown.text(Subject::probe, state.rule),
                 &b = state.compare.shown.text(Subject::probe, state.rule);
  if (a.ids != b.ids || a.size() == 0)
    return draw_empty(canvas, box, "the two texts are not the same tokens: no difference token by token");
  const bool strokes = a.recurs() && a.rows.size() == b.rows.size();  // else a recursion is not the same in both
  std::vector<std::string> words{"loss of B - loss of A, blue: B better", "loss of B - A"};
  if (strokes)
    words = {words[0] + "; strokes: by so many recursions the depths differ",
             "B - A, blue: B better; strokes: how far depths differ", words[0], words[1]};
  ui::fitted_text(canvas, box.min, ui::u32(ui::colors::dim), words, box.width(), ui::Font::small);
  const float top = ui::em() * 1.4f;
  ImGui::SetCursorScreenPos({box.min.x, box.min.y + top});
  ImGui::BeginChild("difference", {box.width(), box.height() - top}, false);
  const Box inside = free_box();
  const TextFlow flow = flow_text(a.pieces, inside.width());
  const auto mouse = ImGui::IsWindowHovered() ? std::optional(ImGui::GetIO().MousePos) : std::nullopt;
  const auto under_mouse = draw_flow(canvas, flow, a.pieces, inside.min, mouse, [&](int t) {
    const float change = b.nll[size_t(t)] - a.nll[size_t(t)];
    TokenLook look{std::isfinite(change) ? signed_color(change / 2) : ui::colors::control,
                   std::abs(b.depth[size_t(t)] - a.depth[size_t(t)]), strokes ? int(a.rows.size()) : 0};
    look.marked = state.points_at(Subject::probe, t);
    return look;
  });
  if (under_mouse) {
    state.hovering = {Subject::probe, *under_mouse};
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) state.toggle_pin(*state.hovering);
  }
  ImGui::Dummy({1, flow.height});
  ImGui::EndChild();
}

class ComparePanel : public Panel {
 public:
  ComparePanel() : Panel("compare", "Compare") {}

  std::string caption(const Source& source, const AppState& state) const override {
    const std::string what = sides_[0] ? sides_[0]->caption(source, state) : rule_name(state.rule);
    const bool scaled = state.compared_panel == "lens" || state.compared_panel == "sharing";
    return std::string(other_data(source, other_of(source, state)) ? "other data: losses cannot be compared \u00b7 "
                                                                   : "") +
           (scaled ? "A and B each with a scale of its own \u00b7 " : "") + what;
  }

  float controls(const Source& source, AppState& state, float right) override {
    Comparison& c = state.compare;
    const std::string which = c.other ? "B: " + short_name(*c.other) : "B: same run";
    if (ui::corner_button("compare.other", "Add run", "Another run beside this one, here and in the training curves",
                          right))
      state.open.dialog = Dialog::beside;
    if (ui::corner_button("compare.swap", "Swap", "A becomes B", right)) state.wishes.push_back({Wish::swap});
    if (!c.rivals.empty() && ui::corner_button("compare.next", which.c_str(),
                                               "Compare with the next of the runs, or of A's own steps", right))
      c.compare_with(c.next());
    const Kinds& kinds = kinds_of(source);
    const size_t before = kinds.find(panel_of(source, state));
    const int kind = ui::corner_choice("compare.kind", kinds.labels, int(before), "What is drawn of both", right,
                                       text_size(title(), ui::Font::bold).x - ui::em() * 3);
    if (kind != int(before)) state.compared_panel = kinds.panels[size_t(kind)];
    if (c.other && right > ImGui::GetCursorStartPos().x + ui::button_width("linked"))
      ui::corner_chip("compare.linked", "linked", c.linked,
                      "B stands where A stands, on the axis of the training curves", right);
    return right;
  }

  void draw(const Source& source, AppState& state, Canvas& canvas) override {
    const Comparison& c = state.compare;
    const std::string panel = panel_of(source, state);
    if (!sides_[0] || sides_[0]->name() != panel || other_ != c.other) {
      for (auto& side : sides_) side = panel == name() ? nullptr : make_panel(panel);
      other_ = c.other;
    }
    const Box box = free_box();
    if (!sides_[0]) return draw_empty(canvas, box, fmt::format("\"{}\" cannot be drawn twice", panel));
    const float em = ui::em(), gap = em, half = (box.width() - gap) / 2;
    const float below = box.height() > em * 27 ? em * 12 : 0, split = box.max.y - below;
    draw_side(*sides_[0], source, state, canvas, {box.min, {box.min.x + half, split}}, false);
    draw_side(*sides_[1], source, state, canvas, {{box.max.x - half, box.min.y}, {box.max.x, split}}, true);
    if (below > 0) {
      const float numbers = std::min(em * 34, half);
      draw_numbers(canvas, {{box.min.x, split + em * 0.6f}, {box.min.x + numbers, box.max.y}},
                   quantities(source, state));
      const float plot = state.compare.rivals.empty() ? 0 : std::min(em * 24, box.width() * 0.3f);
      draw_difference(canvas, {{box.min.x + numbers + 2 * gap, split + em * 0.6f}, {box.max.x - plot, box.max.y}},
                      source, state);
      if (plot > em * 12)
        draw_runs(canvas, {{box.max.x - plot + gap, split + em * 0.6f}, box.max}, run_points(source, state));
    }
    take_box(box);
  }

  std::string text(const Source& source, const AppState& state) const override {
    std::string out = caption(source, state) + "\n";
    for (const bool compared : {false, true}) out += side_names(source, state, compared).front() + "\n";
    for (const Quantity& q : quantities(source, state))
      out += fmt::format("{}: {} and {}{}\n", q.name, short_number(q.a), short_number(q.b),
                         q.comparable ? "" : " (not to be compared)");
    for (const RunPoint& point : run_points(source, state))
      out += fmt::format("run {}: {}\n", point.name, run_text(point));
    return out;
  }

  Table table(const Source& source, const AppState& state) const override {
    Table table{{"quantity", "A", "B"}, {}};
    for (const Quantity& q : quantities(source, state)) table.rows.push_back({q.name, cell(q.a), cell(q.b)});
    return table;
  }

 private:
  void draw_side(Panel& panel, const Source& source, AppState& state, Canvas& canvas, const Box& box, bool compared) {
    const float em = ui::em();
    draw_mark(canvas, {box.min.x + em * 0.4f, box.min.y + em * 0.6f}, compared);
    ui::fitted_text(canvas, {box.min.x + em * 1.1f, box.min.y}, ui::u32(compared ? compared_color : ui::colors::accent),
                    side_names(source, state, compared), box.width() - em, ui::Font::small);
    float top = box.min.y + em * 1.6f;
    Comparison& c = state.compare;
    const bool linked = c.other && c.linked;
    if (compared && !linked) {
      ImGui::SetCursorScreenPos({box.min.x, top});
      ImGui::SetNextItemWidth(box.width());
      const int count = other_of(source, state).history().snapshot_count();
      int index = c.playback.index() + 1;
      if (ui::slider("compare.snapshot", index, 1, std::max(1, count), fmt::format("step {}", c.shown.step).c_str()))
        c.playback.jump(index - 1, count);
    }
    if (!linked) top += ImGui::GetFrameHeight() + em * 0.4f;
    ImGui::SetCursorScreenPos({box.min.x, top});
    ImGui::BeginChild(compared ? "B" : "A", {box.width(), box.max.y - top}, false);
    const ui::PrefixScope prefix(compared ? "b." : "a.");
    const bool own_text = state.columns.text != c.columns.text;
    const auto change_sides = [&] {
      if (compared) std::swap(state.shown, c.shown), std::swap(state.playback, c.playback);
      if (compared && own_text) std::swap(state.columns, c.columns);
    };
    change_sides();
    panel.draw(compared ? other_of(source, state) : source, state, canvas);
    change_sides();
    ImGui::EndChild();
  }

  std::unique_ptr<Panel> sides_[2];
  const Source* other_ = nullptr;  // that the panel of B was made for
};

}  // namespace

std::unique_ptr<Panel> make_compare_panel() {
  return std::make_unique<ComparePanel>();
}

}  // namespace tinymor
