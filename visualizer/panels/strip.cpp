// The watched text, each token tinted by the recursions spent at it: the picture at the bottom of the paper's figure 1.

#include "visualizer/panels/strip.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <span>

#include "visualizer/draw/plot_math.h"
#include "visualizer/panels/panels.h"

namespace tinymor {
namespace {

std::vector<int> count_depths(const std::vector<int>& depths, int recursions) {
  std::vector<int> counts(recursions + 1, 0);
  for (int depth : depths) ++counts[std::clamp(depth, 0, recursions)];
  return counts;
}

struct LegendEntry {
  Color color;
  std::string text;
};

std::vector<LegendEntry> difference_legend(const TextView& training, const TextView& causal) {
  int deeper = 0, shallower = 0;
  for (int t = 0; t < std::min(training.size(), causal.size()); ++t) {
    deeper += training.depth[t] > causal.depth[t];
    shallower += training.depth[t] < causal.depth[t];
  }
  return {{training_only_color(), fmt::format("deeper by the training rule: {}", deeper)},
          {causal_only_color(), fmt::format("deeper by the causal rule: {}", shallower)},
          {ui::colors::control,
           fmt::format("the same: {}", std::min(training.size(), causal.size()) - deeper - shallower)}};
}

std::vector<LegendEntry> depth_legend(const std::vector<int>& depths, const std::string& whole, const std::string& unit,
                                      int recursions) {
  if (recursions < 2) return {{plain_color, "no recursions: " + whole + " at every place"}};
  std::vector<LegendEntry> entries;
  const std::vector<int> counts = count_depths(depths, recursions);
  for (size_t d = 0; d < counts.size(); ++d) {
    if (d == 0 && counts[0] == 0) continue;
    const double share = depths.empty() ? 0 : counts[d] / double(depths.size());
    entries.push_back(
        {depth_color(int(d)), fmt::format("{} {}{}: {} ({})", d, unit, d == 1 ? "" : "s", counts[d], percent(share))});
  }
  return entries;
}

/// As large as it may be beside a text that fills a panel.
ui::Font legend_font(const std::vector<LegendEntry>& entries, const Box& room) {
  const auto fits = [&](ui::Font font) {
    float width = 0;
    for (const LegendEntry& entry : entries) width += text_size(entry.text, font).x + 3 * ui::font(font)->FontSize;
    return width < room.width() && 30 * ui::font(font)->FontSize < room.height();
  };
  const ui::Font font = ui::reading_font(fits);
  return fits(font) ? font : ui::Font::small;
}

void draw_legend(Canvas& canvas, const std::vector<LegendEntry>& entries, float width) {
  const ui::Font font = legend_font(entries, free_box());
  const float em = ui::em() * ui::font(font)->FontSize / ui::font(ui::Font::small)->FontSize, row = em * 1.4f;
  const ImVec2 origin = ImGui::GetCursorScreenPos();
  ImVec2 at = origin;
  for (const LegendEntry& entry : entries) {
    const float wide = em * 1.1f + text_size(entry.text, font).x;
    if (at.x > origin.x && at.x + wide > origin.x + width) at = {origin.x, at.y + row};
    const Box swatch{{at.x, at.y + em * 0.3f}, {at.x + em * 0.8f, at.y + em * 1.1f}};
    canvas.rect(swatch, ui::u32(entry.color), em * 0.15f);
    canvas.text({at.x + em * 1.1f, swatch.center().y - text_size("x", font).y / 2}, ui::u32(ui::colors::dim),
                entry.text, font);
    at.x += wide + em * 1.1f;
  }
  ImGui::Dummy({width, at.y + row - origin.y});
}

/// The depth of the token, or, with `shift`, the depth that was spent on predicting it.
int shown_depth(const TextView& view, int t, bool shift) {
  const int place = shift ? t - 1 : t;
  return place >= 0 ? view.depth[place] : 0;
}

/// How many strokes a token can have: none where it has no depth.
int strokes_of(const TextView& view) {
  return view.recurs() ? int(view.rows.size()) : 0;
}

int expert_layer(const AppState& state, const TextView& view) {
  return std::min(state.expert_layer, int(view.experts.size()) - 1);
}

/// The experts of the layer that is shown; none where the model has none.
std::span<const int> experts_of(const AppState& state, const TextView& view) {
  if (view.experts.empty()) return {};
  return view.experts[size_t(expert_layer(state, view))];
}

/// Experts beyond the last colour share it, like depths; their number of strokes tells them apart.
Color expert_color(int expert) {
  return expert < 0 ? ui::colors::control : depth_color(expert + 1);
}

std::string expert_name(int expert) {
  return expert < 0 ? "not in this layer" : fmt::format("expert {}", expert + 1);
}

std::string expert_caption(const Source& source, const AppState& state, const TextView& view) {
  if (view.experts.empty()) return "this model has no experts";
  return fmt::format("the expert that each token chose {}in layer {} of {}",
                     source.geometry().model.experts_per_token > 1 ? "first " : "", expert_layer(state, view) + 1,
                     view.experts.size());
}

std::vector<LegendEntry> expert_legend(std::span<const int> experts) {
  std::map<int, int> tokens;
  for (const int expert : experts) ++tokens[expert];
  std::vector<LegendEntry> legend;
  for (const auto& [expert, count] : tokens)
    legend.push_back({expert_color(expert), fmt::format("{}: {} ({})", expert_name(expert), count,
                                                        percent(double(count) / double(experts.size())))});
  return legend;
}

/// What a tint says beside depth: the loss of predicting what follows, how much deeper the token goes by now, or its
/// expert.
TokenLook tinted_look(const Source& source, const AppState& state, const TextView& view, int place) {
  TokenLook look{ui::colors::control, shown_depth(view, place, state.shift_depth), strokes_of(view)};
  const int t = state.shift_depth ? place - 1 : place;
  if (t < 0) return look;
  if (state.tint == Tint::expert) {
    const std::span<const int> experts = experts_of(state, view);
    if (experts.empty()) return look;
    return {expert_color(experts[size_t(t)]), experts[size_t(t)] + 1, int(source.geometry().model.n_experts)};
  }
  if (state.tint == Tint::loss) {
    if (std::isfinite(view.nll[t])) look.tint = sequential_color(view.nll[t] / 6);
    return look;
  }
  const int before = state.shown.index - 1;
  if (before < 0) return look;
  const Snapshot& last = source.history().snapshots[size_t(before)];
  const Trace& trace = state.rule == RuleView::training ? last.topk : last.threshold;
  const bool same = size_t(t) < trace.depth.size() && size_t(t) < trace.tokens.size() && trace.tokens[t] == view.ids[t];
  if (same) look.tint = signed_color(0.5 * (view.depth[t] - trace.depth[t]));
  return look;
}

std::vector<LegendEntry> tint_legend(Tint tint) {
  if (tint == Tint::loss)
    return {{sequential_color(0), "predicts what follows well"}, {sequential_color(1), "loses 6 nats or more"}};
  return {{signed_color(-1), "2 recursions fewer than at the snapshot before"},
          {signed_color(0), "as many"},
          {signed_color(1), "2 more"}};
}

TokenLook difference_look(const Shown& shown, int t, bool shift) {
  const int training = t < shown.training.size() ? shown_depth(shown.training, t, shift) : 0;
  const int causal = shown_depth(shown.causal, t, shift);
  Color tint = ui::colors::control;
  if (training > causal) tint = training_only_color();
  if (training < causal) tint = causal_only_color();
  return {tint, std::abs(training - causal), strokes_of(shown.causal)};
}

}  // namespace

TokenLook depth_look(int depth, int recursions) {
  return {depth_color(depth, recursions), depth, recursions > 1 ? recursions : 0};
}

void draw_depth_legend(Canvas& canvas, const std::vector<int>& depths, const std::string& whole,
                       const std::string& unit, int recursions, float width) {
  draw_legend(canvas, depth_legend(depths, whole, unit, recursions), width);
}

DrawnText draw_text(Canvas& canvas, AppState& state, Subject subject, const std::vector<std::string>& pieces,
                    const std::function<TokenLook(int)>& look) {
  const Box box = free_box();
  DrawnText drawn{flow_text_into(pieces, {box.width(), box.height()}), box.min, {}};
  const auto mouse = ImGui::IsWindowHovered() ? std::optional(ImGui::GetIO().MousePos) : std::nullopt;
  drawn.under_mouse = draw_flow(canvas, drawn.flow, pieces, drawn.origin, mouse, [&](int t) {
    TokenLook marked = look(t);
    marked.marked = state.points_at(subject, t) || state.pinned == TokenRef{subject, t} ||
                    (subject == Subject::watched && state.marks(t));
    return marked;
  });
  if (drawn.under_mouse) point_at(state, {subject, *drawn.under_mouse}, ImGui::IsMouseClicked(ImGuiMouseButton_Left));
  ImGui::Dummy({1, drawn.flow.height});
  return drawn;
}

namespace {

/// "1 recursion: 40 (33 %), 2 recursions: ..."
std::string texts_of(const std::vector<LegendEntry>& legend) {
  std::string out;
  for (const LegendEntry& entry : legend) out += (out.empty() ? "" : ", ") + entry.text;
  return out;
}

class StripPanel : public Panel {
 public:
  StripPanel() : Panel("strip", "Token strip") {}

  std::string caption(const Source& source, const AppState& state) const override {
    if (state.shown.index < 0) return "tokens of the watched text, tinted by recursions";
    const TextView& view = state.shown.text(Subject::watched, state.rule);
    if (state.tint == Tint::expert)
      return fmt::format("{}{} \u00b7 step {} \u00b7 loss {} nats", expert_caption(source, state, view),
                         and_rule(source, rule_in_force(state)), state.shown.step, decimal(view.lm_loss, 3));
    if (state.tint != Tint::depth)
      return fmt::format("{}{}{} \u00b7 step {} \u00b7 loss {} nats",
                         state.tint == Tint::loss ? "loss of predicting the token after" : "change of depth",
                         view.recurs() ? fmt::format(" \u00b7 strokes: {}s", view.depth_unit()) : "",
                         and_rule(source, rule_in_force(state)), state.shown.step, decimal(view.lm_loss, 3));
    if (!view.recurs())
      return fmt::format("no recursions: every token takes {}{} \u00b7 step {} \u00b7 loss {} nats", view.whole,
                         and_rule(source, state.rule), state.shown.step, decimal(view.lm_loss, 3));
    const char* when = state.shift_depth ? "before a token to predict it" : "at a token to predict the next";
    return fmt::format("{}s spent {}, {:.2f} on average{} \u00b7 step {} \u00b7 loss {} nats", view.depth_unit(), when,
                       view.mean_depth, and_rule(source, state.rule), state.shown.step, decimal(view.lm_loss, 3));
  }

  float controls(const Source&, AppState& state, float right) override {
    const int layers = int(state.shown.causal.experts.size());
    std::vector<const char*> tints = {"depth", "loss", "change"};
    if (layers > 0 || state.tint == Tint::expert) tints.push_back("expert");
    state.tint = Tint(ui::corner_cycle(
        "strip.tint", tints, int(state.tint),
        {"The tint is depth", "The tint is the loss of predicting what follows",
         "The tint is the change of depth since the snapshot before", "The tint is the expert that a token chose"},
        right));
    if (layers > 0 && state.tint == Tint::expert) {
      const std::string label = fmt::format("layer {}", expert_layer(state, state.shown.causal) + 1);
      if (ui::corner_button("strip.layer", label.c_str(), "The next layer's experts", right))
        state.expert_layer = (expert_layer(state, state.shown.causal) + 1) % layers;
    }
    ui::corner_chip("strip.shift", "predicted", state.shift_depth,
                    "Tint each token by the depth that was spent on predicting it", right);
    return right;
  }

  Table table(const Source&, const AppState& state) const override {
    const TextView &causal = state.shown.causal, &training = state.shown.training;
    Table table{{"position", "id", "piece", "depth_training", "depth_causal", "nll_training", "nll_causal"}};
    for (int t = 0; t < causal.size() && t < training.size(); ++t)
      table.add(t, causal.ids[t], causal.pieces[t], training.depth[t], causal.depth[t], training.nll[t], causal.nll[t]);
    return table;
  }

 private:
  std::string missing(const Source& source, const AppState& state) const override {
    return state.shown.text(Subject::watched, state.rule).size() == 0 ? no_text(source) : "";
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    const TextView& view = state.shown.text(Subject::watched, state.rule);
    draw_legend(canvas, legend(state, view), free_box().width());
    ImGui::BeginChild("text", ImVec2(0, 0), false);
    const auto [flow, origin, under_mouse] = draw_text(canvas, state, Subject::watched, view.pieces, [&](int t) {
      if (state.tint != Tint::depth) return tinted_look(source, state, view, t);
      if (state.rule == RuleView::difference) return difference_look(state.shown, t, state.shift_depth);
      return depth_look(shown_depth(view, t, state.shift_depth), int(view.rows.size()));
    });
    if (under_mouse) {
      const auto pressed = token_at(flow, origin, ImGui::GetIO().MouseClickedPos[0]);
      if (pressed && ImGui::IsMouseDown(ImGuiMouseButton_Left) && ui::dragged()) state.mark({*pressed, *under_mouse});
      if (ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left)) {
        state.pinned = state.hovering;
        state.show = "lens";
      }
    }
    for (size_t t = 0; t < flow.boxes.size(); ++t) {
      const Box& place = flow.boxes[t];
      const Box at{{origin.x + place.min.x, origin.y + place.min.y}, {origin.x + place.max.x, origin.y + place.max.y}};
      ui::tag("strip.token." + std::to_string(t), at);
      if (state.glow && state.glow->kind == Glow::depth && state.glow->token == int(t)) double_frame(canvas, at);
    }
    ImGui::EndChild();
  }

  static std::vector<LegendEntry> legend(const AppState& state, const TextView& view) {
    if (state.tint == Tint::expert) return expert_legend(experts_of(state, view));
    if (state.tint != Tint::depth) return tint_legend(state.tint);
    if (state.rule == RuleView::difference) return difference_legend(state.shown.training, state.shown.causal);
    return depth_legend(view.depth, view.whole, view.depth_unit(), int(view.rows.size()));
  }

  std::string lines(const Source&, const AppState& state) const override {
    const TextView& view = state.shown.text(Subject::watched, state.rule);
    std::string out = texts_of(state.tint == Tint::expert && !view.experts.empty()
                                   ? legend(state, view)
                                   : depth_legend(view.depth, view.whole, view.depth_unit(), int(view.rows.size()))) +
                      "\n";
    for (int t = 0; t < view.size(); ++t) {
      out += view.pieces[t];
      if (state.tint == Tint::expert && !view.experts.empty()) {
        out += fmt::format("[{}]", experts_of(state, view)[size_t(t)] + 1);
        continue;
      }
      if (!view.recurs()) continue;
      const int training = t < state.shown.training.size() ? state.shown.training.depth[t] : 0;
      out += state.rule == RuleView::difference ? fmt::format("[{}>{}]", training, view.depth[t])
                                                : fmt::format("[{}]", shown_depth(view, t, state.shift_depth));
    }
    out += "\n";
    return out;
  }
};

}  // namespace

std::unique_ptr<Panel> make_strip_panel() {
  return std::make_unique<StripPanel>();
}

}  // namespace tinymor
