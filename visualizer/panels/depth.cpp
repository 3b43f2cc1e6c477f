// Where depth goes: mean depth, loss and regret of the tokens of a survey of held-out text, by kind of token, by place
// and by loss; where the router was wrong; what other cut-offs would make of it; and how depth came about over the run.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "visualizer/panels/depth_pictures.h"
#include "visualizer/panels/depth_table.h"
#include "visualizer/panels/panels.h"
#include "visualizer/panels/vocabulary.h"

namespace tinymor {
namespace {

constexpr GroupBy all_groups[] = {GroupBy::kind, GroupBy::place, GroupBy::position, GroupBy::loss, GroupBy::token};

bool surveying(const Source& source) {
  return source.generation().surveying;
}

/// A survey is asked for at once where the page is first seen and the weights are at hand.
void ask_at_first(const Source& source, AppState& state) {
  if (!source.can_generate() || source.history().snapshots.empty()) return;
  if (std::exchange(state.survey.asked, true)) return;
  if (!source.generation().survey && !surveying(source)) state.wishes.push_back({Wish::survey});
}

std::string progress(const Source& source) {
  const auto& survey = source.generation().survey;
  if (!survey || survey->planned == 0) return "reading the held-out text";
  return fmt::format("{} of {} texts", survey->texts.size(), survey->planned);
}

std::string group_line(const DepthGroup& group, int recursions) {
  std::string out = fmt::format("{}: {} tokens, ", group.name, grouped(group.tokens));
  if (recursions > 1) out += fmt::format("depth {}, ", depth_number(group.depth, 2));
  return out + fmt::format("loss {} nats, regret {}\n", depth_number(group.loss, 3), depth_number(group.regret, 3));
}

std::string worst_lines(const char* title, const DepthShown& shown, const std::vector<Misjudged>& tokens) {
  std::string out = fmt::format("{}: {} tokens\n", title, grouped(int64_t(tokens.size())));
  for (size_t i = 0; i < std::min<size_t>(10, tokens.size()); ++i) {
    const SurveyedToken& token = shown.depths.tokens[size_t(tokens[i].token)];
    out += fmt::format("  {:.2f} nats, score {:.2f}: {}\n", tokens[i].nats, tokens[i].score,
                       context_of(shown.depths, token.text, token.position, 4));
  }
  return out;
}

class DepthPanel : public Panel {
 public:
  DepthPanel() : Panel("depth", "Where depth goes") {}

  std::string caption(const Source& source, const AppState& state) const override {
    if (source.history().of_images()) return "a survey of held-out text";
    const DepthShown& shown = views_.shown(source, state);
    if (shown.whole.tokens == 0) return "a survey of held-out text by the run's weights";
    const std::string depth =
        shown.depths.recursions > 1 ? fmt::format("mean depth {}, ", depth_number(shown.whole.depth, 2)) : "";
    const std::string regret =
        std::isfinite(shown.whole.regret) ? fmt::format(", regret {:.3f}", shown.whole.regret) : "";
    return fmt::format("{}{:.3f} nats{} \u00b7 {} tokens of {}{}{}", depth, shown.whole.loss, regret,
                       grouped(shown.whole.tokens), surveyed_text(*shown.survey), and_rule(source, RuleView::causal),
                       source.generation().survey ? ", the run's weights" : "");
  }

  float controls(const Source&, AppState& state, float right) override {
    ui::corner_chip("depth.flops", "FLOPs", state.depth.flops, "Draws other cut-offs over FLOPs instead of layers",
                    right);
    ui::corner_chip("depth.of_next", "what follows", state.depth.of_next,
                    "Groups by the token that was predicted, not by the one at which depth was spent", right);
    return right;
  }

  Table table(const Source& source, const AppState& state) const override {
    const DepthShown& shown = views_.shown(source, state);
    Table table{{"by", "group", "tokens", "depth", "layers_per_token", "flops_per_token", "loss", "regret"}};
    for (int r = 1; r <= shown.depths.recursions; ++r) table.columns.push_back(fmt::format("takes_{}", r));
    const auto add_takes = [&](std::vector<double> takes) {
      takes.resize(size_t(shown.depths.recursions), std::nan(""));
      for (double share : takes) table.rows.back().push_back(cell(share));
    };
    const auto layers = [&](double depth) {
      return layers_at(source.geometry(), shown.depths.recursions > 1 ? depth : 1);
    };
    for (GroupBy by : all_groups) {
      for (const DepthGroup& group : views_.groups_by(by, source, state)) {
        table.add(group_names[int(by)], group.name, group.tokens, group.depth, layers(group.depth), "", group.loss,
                  group.regret);
        add_takes(group.takes);
      }
    }
    for (const CutOffPoint& point : shown.cut_offs) {
      table.add("cut-off", fmt::format("{}", point.cut_off), point.tokens, point.depth, point.layers, point.flops,
                point.loss, "");
      add_takes({});
    }
    for (const SnapshotDepth& at : views_.over_training(source)) {
      table.add("step", fmt::format("{}", at.step), at.tokens, at.depth, layers(at.depth), "", "", "");
      add_takes(at.takes);
    }
    return table;
  }

 private:
  std::string missing(const Source& source, const AppState& state) const override {
    if (source.history().of_images()) return no_text(source);
    return source.can_generate() || views_.shown(source, state).whole.tokens > 0 ? "" : no_text(source);
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    ask_at_first(source, state);
    const Box all = free_box();
    const float em = ui::em();
    const bool roomy = all.width() >= em * 56 && all.height() >= em * 24;
    draw_survey_row(source, state, canvas, all);
    if (!roomy) draw_part_choice(state, all);
    const DepthShown& shown = views_.shown(source, state);
    if (const auto& survey = source.generation().survey; survey && !survey->error.empty())
      ui::paragraph(survey->error, ui::colors::warn, ui::Font::small);
    if (const std::string remark = without_router(source.geometry()); !remark.empty())
      ui::paragraph(remark, ui::colors::dim, ui::Font::small);
    const Box box{{all.min.x, ImGui::GetCursorScreenPos().y + em * 0.2f}, all.max};
    if (box.height() < em * 3) {
      draw_empty(canvas, box, too_small);
    } else if (roomy && source.geometry().routing == Routing::none) {
      draw_part(DepthPart::groups, box, source, state, canvas, shown);
    } else if (roomy) {
      const float middle = all.min.x + std::min(all.width() * 0.5f, em * 60), split = box.min.y + box.height() * 0.56f;
      const float right = (middle + box.max.x) / 2;
      draw_part(DepthPart::groups, {box.min, {middle - em, box.max.y}}, source, state, canvas, shown);
      draw_part(DepthPart::misjudged, {{middle, box.min.y}, {box.max.x, split - em}}, source, state, canvas, shown);
      draw_part(DepthPart::cut_offs, {{middle, split}, {right - em / 2, box.max.y}}, source, state, canvas, shown);
      draw_part(DepthPart::training, {{right + em / 2, split}, box.max}, source, state, canvas, shown);
    } else {
      draw_part(state.depth.part, box, source, state, canvas, shown);
    }
    take_box(all);
  }

  /// The button, how far the survey is, and how tokens are grouped.
  static void draw_survey_row(const Source& source, AppState& state, Canvas& canvas, const Box& all) {
    const float em = ui::em();
    if (surveying(source)) {
      if (ui::button("depth.stop", "Stop", true, "Ends the survey; what was surveyed stays"))
        state.wishes.push_back({Wish::stop_survey});
      ImGui::SameLine();
      const auto& survey = source.generation().survey;
      const double part = survey && survey->planned > 0 ? double(survey->texts.size()) / double(survey->planned) : 0;
      const ImVec2 at = ImGui::GetCursorScreenPos();
      const Box bar{{at.x, at.y + em * 0.5f}, {at.x + em * 6, at.y + em * 1.1f}};
      gauge(canvas, bar, part, ui::u32(ui::colors::accent), ui::u32(ui::colors::control), em * 0.2f);
      ImGui::SetCursorScreenPos({bar.max.x + em * 0.5f, at.y});
      ui::label(progress(source), ui::colors::dim, ui::Font::small);
    } else if (ui::button("depth.survey", "Survey the held-out text", source.can_generate(),
                          "Asks the run's weights about text that the run was not trained on")) {
      state.wishes.push_back({Wish::survey});
      state.survey.example.reset();
    }
    if (!source.can_generate()) {
      ImGui::SameLine();
      ui::fitted_label(source.why_not(), all.max.x - ImGui::GetCursorScreenPos().x, ui::colors::dim, ui::Font::small);
    }
    draw_group_choice(state, all);
  }

  static void draw_group_choice(AppState& state, const Box& all) {
    std::vector<const char*> names;
    int chosen = 0;
    for (GroupBy by : all_groups) {
      if (by == state.depth.by) chosen = int(names.size());
      names.push_back(group_names[int(by)]);
    }
    ImGui::SameLine();
    if (ImGui::GetCursorScreenPos().x + ui::segmented_width(names) > all.max.x) ImGui::NewLine();
    const bool room = ImGui::GetCursorScreenPos().x + ui::segmented_width(names) <= all.max.x;
    const char* hint = "Groups the tokens by";
    chosen =
        room ? ui::segmented("depth.by", names, chosen, hint) : ui::stepping("depth.by", names, chosen, false, hint);
    if (all_groups[chosen] == state.depth.by) return;
    state.depth.by = all_groups[chosen];
    state.depth.order = usual_order(state.depth.by);
    state.survey.group.clear();
  }

  static void draw_part_choice(AppState& state, const Box& all) {
    const std::vector<const char*> names = {"groups", "misjudged", "cut-offs", "training"};
    ImGui::SameLine();
    const ui::Hints hints{"The table of groups", "The tokens at which the router was wrong",
                          "Loss and work with other cut-offs", "The share of each depth over the training"};
    const int part = int(state.depth.part);
    const bool room = ImGui::GetCursorScreenPos().x + ui::segmented_width(names) <= all.max.x;
    state.depth.part = DepthPart(room ? ui::segmented("depth.part", names, part, hints)
                                      : ui::stepping("depth.part", names, part, part != 0, hints));
  }

  void draw_part(DepthPart part, const Box& box, const Source& source, AppState& state, Canvas& canvas,
                 const DepthShown& shown) {
    switch (part) {
      case DepthPart::groups:
        return draw_depth_table(canvas, box, state, shown, views_.groups(source, state));
      case DepthPart::misjudged:
        if (const std::string why = none_misjudged(source, shown); !why.empty()) return draw_empty(canvas, box, why);
        return draw_misjudged(canvas, box, state, shown);
      case DepthPart::cut_offs:
        if (const std::string why = no_cut_offs(source, shown); !why.empty()) return draw_empty(canvas, box, why);
        return draw_cut_offs(canvas, box, state, shown);
      case DepthPart::training:
        if (source.history().snapshots.empty()) return draw_empty(canvas, box, no_text(source));
        return draw_depth_over_training(canvas, box, source, state, views_.over_training(source), over_training_);
    }
  }

  std::string lines(const Source& source, const AppState& state) const override {
    const DepthShown& shown = views_.shown(source, state);
    const int recursions = shown.depths.recursions;
    std::string out = surveying(source) ? "surveyed so far: " + progress(source) + "\n" : "";
    if (const auto& survey = source.generation().survey; survey && !survey->error.empty()) out += survey->error + "\n";
    if (const std::string remark = without_router(source.geometry()); !remark.empty()) out += remark + "\n";
    out += group_line(shown.whole, recursions);
    for (GroupBy by : all_groups) {
      const std::vector<DepthGroup> groups = views_.groups_by(by, source, state);
      constexpr size_t most = 20;
      out += fmt::format("by {}{}:\n", group_names[int(by)],
                         groups.size() > most ? fmt::format(", {} of {}", most, groups.size()) : "");
      for (size_t i = 0; i < std::min(most, groups.size()); ++i) out += "  " + group_line(groups[i], recursions);
    }
    if (const std::string none = none_misjudged(source, shown); !none.empty())
      out += none + "\n";
    else
      out += worst_lines("refused though needed", shown, shown.refused) +
             worst_lines("granted in vain", shown, shown.granted);
    if (const std::string none = no_cut_offs(source, shown); !none.empty()) out += none + "\n";
    for (const CutOffPoint& point : shown.cut_offs)
      out += cut_off_words(point) + (point.cut_off == 0.5 ? " (what training aims at)\n" : "\n");
    return out + training_lines(source);
  }

  std::string training_lines(const Source& source) const {
    std::string out;
    for (const SnapshotDepth& at : views_.over_training(source)) {
      if (at.takes.size() < 2) break;
      out += fmt::format("step {}:", at.step);
      for (size_t r = 0; r < at.takes.size(); ++r) out += fmt::format(" {} take {},", percent(at.takes[r]), r + 1);
      out.back() = '\n';
    }
    return out.empty() ? out : "tokens of the watched text that take each recursion:\n" + out;
  }

  mutable DepthViews views_;
  Plot over_training_{"depth.training"};
};

}  // namespace

std::unique_ptr<Panel> make_depth_panel() {
  return std::make_unique<DepthPanel>();
}

}  // namespace tinymor
