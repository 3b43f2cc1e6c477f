// The depth lens: what the model would predict at every token if it had to stop after one recursion, after two, and so
// forth - and so what the recursions that the router granted were worth.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "trainer/experiments/statistics.h"
#include "visualizer/panels/grid_frame.h"
#include "visualizer/panels/panels.h"

namespace tinymor {
namespace {

std::string most(size_t r, size_t all) {
  return r + 1 == all ? "as routed" : fmt::format("at most {}", r + 1);
}

/// With one recursion the loss, 0 to 6 nats, what is hard shines; with more what the last of them changes.
Color cell_color(const LensView& lens, size_t r, int t) {
  if (!std::isfinite(lens.nll[r][t])) return ui::colors::well;
  return r == 0 ? sequential_color(lens.nll[0][t] / 6) : signed_color(2 * (lens.nll[r][t] - lens.nll[r - 1][t]));
}

std::vector<FrameRow> rows_of(const LensView& lens) {
  std::vector<FrameRow> rows;
  for (size_t r = 0; r < lens.nll.size(); ++r) {
    FrameRow row;
    row.label = most(r, lens.nll.size());
    row.count = fmt::format("{:.2f} nats", lens.mean(r));
    row.note = r == 0 ? "" : fmt::format("{:+.2f}", lens.mean(r) - lens.mean(r - 1));
    rows.push_back(std::move(row));
  }
  return rows;
}

/// The newest outcome, when it is of this text and what the controls ask for.
const Outcome* outcome_of(const Source& source, const AppState& state) {
  const auto& outcome = source.generation().outcome;
  const bool fits = outcome && state.wanted().changes_something() && outcome->experiment == state.tried &&
                    outcome->routed.nll.size() + 1 == size_t(state.shown.causal.size()) &&
                    outcome->changed.nll.size() == outcome->routed.nll.size();
  return fits || (outcome && !outcome->error.empty()) ? outcome.get() : nullptr;
}

FrameRow row_of(const Outcome& outcome) {
  FrameRow row;
  row.label = "what if";
  row.count = fmt::format("{:.2f} nats", outcome.changed.lm_loss);
  row.note =
      fmt::format("{:+.3f} from {:.2f}", outcome.changed.lm_loss - outcome.routed.lm_loss, outcome.routed.lm_loss);
  return row;
}

/// The changes that can be made, in a row.
void draw_what_if(const Source& source, AppState& state) {
  const float em = ui::em(), right = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x;
  Experiment& e = state.what_if;
  std::vector<std::string> names = {"as routed"};
  for (int r = 1; r <= source.geometry().recursions; ++r) names.push_back(std::to_string(r));
  std::vector<const char*> labels;
  for (const std::string& name : names) labels.push_back(name.c_str());
  // "As routed" is lit while nothing is changed, and takes back all that is.
  const bool changed = state.wanted().changes_something();
  const int lit = e.depth == 0 && changed ? -1 : e.depth;
  const int pressed = ui::segmented("lens.depth", labels, lit, "What if the pinned token took so many recursions?");
  if (pressed == 0 && lit != 0) e = {};
  if (pressed > 0) e.depth = pressed;
  ImGui::SameLine();
  if (ui::chip("lens.everybody", "all", state.everybody, "... or all tokens")) state.everybody = !state.everybody;
  ImGui::SameLine();
  const std::string without = e.without > 0 ? fmt::format("without {}", e.without) : "without -";
  if (ui::chip("lens.without", without.c_str(), e.without > 0, "What if this recursion left the tokens as they came?"))
    e.without = (e.without + 1) % (source.geometry().recursions + 1);
  const auto slider = [&](const char* name, const char* format, float& value, float low, float high, const char* hint) {
    if (ui::is_hidden(name)) return;
    ImGui::SameLine();
    if (ImGui::GetCursorPosX() + em * 9 > right) return ImGui::NewLine();
    ImGui::SetNextItemWidth(em * 9);
    ui::slider(name, value, low, high, format);
    ui::hint(hint);
  };
  if (source.geometry().routing != Routing::expert_choice || (e.depth > 0 && state.everybody))
    return;  // nothing is left to be decided
  if (state.rule == RuleView::training)
    slider("lens.capacity", "%.2f x capacity", e.capacity, 0.1f, 3, "What if the recursions had more room, or less?");
  else
    slider("lens.cut_off", "cut-off %.2f", e.cut_off, 0.01f, 0.99f,
           "What if a token needed another score to go on? 0.5 is what training aims at");
}

/// For one position: the candidates at each number of recursions as bars, the token that did follow in bold.
void draw_predictions(Canvas& canvas, const Box& box, const Source& source, const LensView& lens, const TextView& view,
                      int t) {
  const float em = ui::em(), gap = em, count = float(lens.nll.size());
  const float width = (box.width() - gap * (count - 1)) / count, letter = text_size("0", ui::Font::small).y;
  for (size_t r = 0; r < lens.nll.size(); ++r) {
    const float x = box.min.x + float(r) * (width + gap);
    const std::string loss =
        std::isfinite(lens.nll[r][t]) ? fmt::format(": {:.2f} nats", lens.nll[r][t]) : std::string();
    ui::fitted_text(canvas, {x, box.min.y}, ui::u32(ui::colors::dim), most(r, lens.nll.size()) + loss, width,
                    ui::Font::small);
    for (size_t c = 0; c < lens.each; ++c) {
      const Candidate& candidate = lens.likely[r][size_t(t) * lens.each + c];
      const float y = box.min.y + letter + em * 0.2f + float(c) * (letter + em * 0.35f);
      if (y + letter + em * 0.2f > box.max.y) break;
      const bool right = t + 1 < view.size() && candidate.id == view.ids[t + 1];
      const double p = std::isfinite(candidate.probability) ? std::clamp<double>(candidate.probability, 0, 1) : 0;
      canvas.rect({{x, y + letter}, {x + width * float(p), y + letter + em * 0.2f}},
                  ui::u32(depth_color(int(r) + 1), right ? 1 : 0.5));
      ui::fitted_text(canvas, {x, y}, ui::u32(right ? ui::colors::text : ui::colors::dim),
                      fmt::format("{}  {}{}", percent(p), source.quoted(candidate.id), right ? "  (follows)" : ""),
                      width, ui::Font::small);
    }
  }
}

/// A token that was let into one more recursion: its score there, and by how many nats that bettered its prediction.
struct Choice {
  double score, benefit;
  int recursion;  // from 1
};

std::vector<Choice> choices_of(const LensView& lens, const TextView& view) {
  std::vector<Choice> choices;
  for (size_t r = 1; r < std::min(lens.nll.size(), view.rows.size()); ++r)
    for (int t = 0; t + 1 < view.size(); ++t) {
      const Cell& cell = view.rows[r].cells[size_t(t)];
      const double benefit = lens.nll[r - 1][t] - lens.nll[r][t];
      if (cell.state == CellState::computed && cell.scored && std::isfinite(benefit))
        choices.push_back({router_score(cell.logit), benefit, int(r) + 1});
    }
  return choices;
}

/// Whether the router's scores know where a recursion helps.
std::string foresight(const std::vector<Choice>& choices) {
  if (choices.empty()) return "no router took a token further";
  std::vector<double> scores, benefits;
  for (const Choice& choice : choices) scores.push_back(choice.score), benefits.push_back(choice.benefit);
  const double rho = choices.size() < 2 ? std::nan("") : rank_correlation(scores, benefits);
  return fmt::format("{} further recursions: rank correlation of score and benefit {}", choices.size(),
                     std::isfinite(rho) ? fmt::format("{:+.2f}", rho) : "unknown");
}

/// Every choice by its score, from left to right, and its benefit: above the line it helped.
void draw_choices(Canvas& canvas, const Box& box, const std::vector<Choice>& choices) {
  const float em = ui::em(), left = box.min.x + em * 6.5f, letter = text_size("0", ui::Font::small).y;
  double most = 0.1, low = 0.9;
  for (const Choice& choice : choices) {
    most = std::max(most, std::abs(choice.benefit));
    low = std::min(low, std::floor(choice.score * 10) / 10);
  }
  const Box area{{left, box.min.y}, {std::min(box.max.x, left + em * 30), box.max.y - letter}};
  const float middle = area.center().y;
  canvas.rect(area, ui::u32(ui::colors::well));
  canvas.line({area.min.x, middle}, {area.max.x, middle}, ui::u32(ui::colors::line), 1);
  const auto label = [&](float y, const std::string& text) {
    text_right(canvas, {left - em * 0.4f, y}, ui::u32(ui::colors::dim), text, ui::Font::small);
  };
  label(area.min.y, fmt::format("helps {:.2g} nats", most));
  label(area.max.y - letter, "harms");
  canvas.text({area.min.x, area.max.y}, ui::u32(ui::colors::dim), fmt::format("score {:.1f}", low), ui::Font::small);
  text_right(canvas, {area.max.x, area.max.y}, ui::u32(ui::colors::dim), "1", ui::Font::small);
  for (const Choice& choice : choices)
    canvas.circle({area.min.x + area.width() * float((choice.score - low) / (1 - low)),
                   middle - float(choice.benefit / most) * (area.height() / 2 - em * 0.2f)},
                  em * 0.2f, ui::u32(depth_color(choice.recursion)));
}

std::string token_line(const LensView& lens, const TextView& view, int t) {
  std::string out = fmt::format("after \"{}\" (depth {})", quoted_piece(view.pieces[t]), view.depth[t]);
  if (t + 1 < view.size()) out += fmt::format(" follows \"{}\"", quoted_piece(view.pieces[t + 1]));
  const double regret = lens.regret(t);
  if (std::isfinite(regret))
    out += regret < 0.005
               ? " \u00b7 no regret: fewer for all tokens would have been no better"
               : fmt::format(" \u00b7 regret {:.2f} nats against at most {} for all tokens", regret, lens.best(t) + 1);
  return out;
}

/// What the token would be predicted like at every depth, where its depth is forced; else empty. That is no regret: the
/// other tokens keep their depths, and the weights are newer.
std::string by_depth(const Outcome* outcome, int token) {
  if (!outcome || outcome->experiment.token != token || outcome->by_depth.empty()) return "";
  return fmt::format("what if this token alone took 1 to {}: {:.2f} nats, and {:.2f} as routed, by the newest weights",
                     outcome->by_depth.size(), fmt::join(outcome->by_depth, ", "), outcome->routed.nll[size_t(token)]);
}

class LensPanel : public Panel {
 public:
  LensPanel() : Panel("lens", "Depth lens") {}

  std::string caption(const Source&, const AppState& state) const override {
    const LensView& lens = state.shown.lens;
    if (lens.nll.empty()) return "the prediction after each recursion";
    if (state.what_if.depth > 0 && !state.everybody && !state.pinned)
      return "whose depth is to be forced? Pin a token, or press all";
    const std::string tried = state.wanted().changes_something()
                                  ? fmt::format("what if: the newest weights, {} \u00b7 ",
                                                state.rule == RuleView::training ? "training rule" : "causal rule")
                                  : "";
    return fmt::format(
        "{}mean regret {:.3f} nats \u00b7 top: loss, below: change by one more recursion, blue better \u00b7 causal "
        "rule, "
        "step {}",
        tried, lens.mean_regret(), state.shown.step);
  }

  void draw(const Source& source, AppState& state, Canvas& canvas) override {
    const LensView& lens = state.shown.lens;
    if (lens.nll.empty()) {
      if (state.shown.index >= 0 && source.geometry().recursions > 1)
        return draw_not_recorded(source, state, "What fewer recursions predict is not recorded at this step.");
      return draw_empty(canvas, free_box(), state.shown.index < 0 ? no_text(source) : "this model has no recursions");
    }
    if (source.can_generate()) draw_what_if(source, state);
    const Box box = free_box();
    const float em = ui::em(), lower_height = std::clamp(box.height() * 0.3f, em * 6.0f, em * 12);
    const Outcome* outcome = outcome_of(source, state);
    if (outcome && !outcome->error.empty())
      ui::paragraph(outcome->error, ui::colors::warn, ui::Font::small), outcome = nullptr;
    // Where both do not fit, the guesses at a pinned token come first, else the rows.
    const bool pinned = state.pinned && state.pinned->subject == Subject::probe;
    const bool room = box.height() > lower_height + em * (pinned ? 3 : 5);
    if (room || !pinned)
      draw_rows(canvas, {box.min, {box.max.x, room ? box.max.y - lower_height : box.max.y}}, state, outcome);
    if (room || pinned)
      draw_below(canvas, {{box.min.x, room ? box.max.y - lower_height + em * 0.6f : box.min.y}, box.max}, source, state,
                 outcome);
    take_box(box);
  }

  std::string text(const Source& source, const AppState& state) const override {
    const LensView& lens = state.shown.lens;
    const TextView& view = state.shown.causal;
    std::string out = caption(source, state) + "\n";
    if (lens.nll.empty())
      return out + (source.geometry().recursions > 1 ? "nothing recorded\n" : "this model has no recursions\n");
    for (size_t r = 0; r < lens.nll.size(); ++r)
      out += fmt::format("{}: mean loss {:.3f} nats\n", most(r, lens.nll.size()), lens.mean(r));
    out += foresight(choices_of(lens, view)) + "\n";
    if (const Outcome* outcome = outcome_of(source, state))
      out += outcome->error.empty() ? fmt::format("what if: {:.4f} nats instead of {:.4f}, by the newest weights\n",
                                                  outcome->changed.lm_loss, outcome->routed.lm_loss)
                                    : outcome->error + "\n";
    if (!state.pinned || state.pinned->subject != Subject::probe || state.pinned->token >= view.size()) return out;
    const int t = state.pinned->token;
    out += token_line(lens, view, t) + "\n";
    if (const std::string depths = by_depth(outcome_of(source, state), t); !depths.empty()) out += depths + "\n";
    for (size_t r = 0; r < lens.nll.size(); ++r) {
      out += fmt::format("  {}: {:.2f} nats;", most(r, lens.nll.size()), lens.nll[r][t]);
      for (size_t c = 0; c < lens.each; ++c) {
        const Candidate& candidate = lens.likely[r][size_t(t) * lens.each + c];
        out += fmt::format(" \"{}\" {}", source.quoted(candidate.id), percent(candidate.probability));
      }
      out += "\n";
    }
    return out;
  }

  Table table(const Source&, const AppState& state) const override {
    const LensView& lens = state.shown.lens;
    const TextView& view = state.shown.causal;
    Table table{{"position", "piece", "depth"}, {}};
    for (size_t r = 0; r < lens.nll.size(); ++r)
      table.columns.push_back(r + 1 == lens.nll.size() ? "nll_routed" : fmt::format("nll_at_most_{}", r + 1));
    table.columns.push_back("regret");
    for (int t = 0; t < view.size() && !lens.nll.empty(); ++t) {
      table.rows.push_back({cell(t), view.pieces[t], cell(view.depth[t])});
      for (const auto& nll : lens.nll) table.rows.back().push_back(cell(nll[t]));
      table.rows.back().push_back(cell(lens.regret(t)));
    }
    return table;
  }

 private:
  /// The loss with one recursion, and what each further one and the experiment changed.
  void draw_rows(Canvas& canvas, const Box& box, AppState& state, const Outcome* outcome) const {
    const LensView& lens = state.shown.lens;
    const TextView& view = state.shown.causal;
    const float em = ui::em();
    std::vector<FrameRow> rows = rows_of(lens);
    if (outcome) rows.push_back(row_of(*outcome));
    const GridFrame frame({{box.min.x, box.min.y + em * 0.4f}, box.max}, std::move(rows), view.size(), state.columns);
    for (size_t r = 0; r < lens.nll.size(); ++r) {
      for (int t : frame.tokens()) {
        const Box cell = frame.cell(int(r), t);
        canvas.rect(cell, ui::u32(cell_color(lens, r, t)));
        // The rows that the router granted, marked by a stroke at their end.
        if (view.depth[t] != int(r) + 1) continue;
        canvas.rect({{cell.min.x, cell.max.y - em * 0.2f}, cell.max}, ui::u32(depth_color(view.depth[t])));
      }
    }
    for (int t : outcome ? frame.tokens() : std::vector<int>()) {
      if (t + 1 >= view.size()) continue;
      const float change = outcome->changed.nll[size_t(t)] - outcome->routed.nll[size_t(t)];
      canvas.rect(frame.cell(int(lens.nll.size()), t), ui::u32(signed_color(2 * change)));
    }
    frame.draw_frame(canvas, view, state.selected(Subject::probe));
    frame.draw_selection(canvas, state, Subject::probe, ui::u32(ui::colors::text));
    frame.interact("lens.cells", state, Subject::probe);
  }

  /// The guesses at the token that is pointed at, or what every choice was worth.
  void draw_below(Canvas& canvas, const Box& box, const Source& source, const AppState& state,
                  const Outcome* outcome) const {
    const LensView& lens = state.shown.lens;
    const TextView& view = state.shown.causal;
    const float em = ui::em();
    const auto selected = state.selected(Subject::probe);
    const bool here = selected && *selected < view.size();
    const std::vector<Choice> choices = here ? std::vector<Choice>() : choices_of(lens, view);
    std::vector<std::string> line;  // and shorter ones
    if (here)
      line = {token_line(lens, view, *selected)};
    else
      line = {foresight(choices) + " \u00b7 point at a token to see its predictions", foresight(choices)};
    ui::fitted_text(canvas, box.min, ui::u32(here ? ui::colors::text : ui::colors::dim), line, box.width());
    const std::string depths = here ? by_depth(outcome, *selected) : "";
    ui::fitted_text(canvas, {box.min.x, box.min.y + em * 1.3f}, ui::u32(ui::colors::dim), depths, box.width(),
                    ui::Font::small);
    const Box below{{box.min.x, box.min.y + em * (depths.empty() ? 1.4f : 2.6f)}, box.max};
    if (here)
      draw_predictions(canvas, below, source, lens, view, *selected);
    else if (!choices.empty())
      draw_choices(canvas, below, choices);
  }
};

}  // namespace

std::unique_ptr<Panel> make_lens_panel() {
  return std::make_unique<LensPanel>();
}

}  // namespace tinymor
