// The inspector: everything about one token at a fixed place. It shows the token under the mouse, else the pinned one,
// else the deepest of the first sentence, so that it is never empty and nothing moves.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/draw/glossary.h"
#include "visualizer/draw/memo.h"
#include "visualizer/panels/inspector_words.h"
#include "visualizer/panels/lens_details.h"
#include "visualizer/panels/panels.h"

namespace tinymor {
namespace {

/// A router's score of the token at each step of the training that saw the same text; NaN where there was none.
struct ScoreCurve {
  std::vector<double> steps;
  std::vector<std::vector<double>> scores;  ///< [recursions][steps]
  std::vector<int> depths;                  ///< [steps]
};

class InspectorPanel : public Panel {
 public:
  InspectorPanel() : Panel("inspector", "Inspector") {}

  std::string caption(const Source&, const AppState& state) const override {
    const std::string how = "point at a token, click to keep it";
    const auto token = inspected_token(state);
    if (!token) return how;
    const bool training = shows_training(state, *token);
    const char* rule = training ? "training rule" : "causal rule";
    const std::string where = token->subject == Subject::generated
                                  ? "as generated"
                                  : fmt::format("{} \u00b7 step {}", rule, state.shown.step);
    return where + " \u00b7 " + how;
  }

  float controls(const Source&, AppState& state, float right) override {
    if ((state.pinned || state.span) &&
        ui::corner_button("inspector.let_go", "let go", "Show what the mouse points at again (Esc)", right)) {
      state.pinned.reset();
      state.span.reset();
    }
    return right;
  }

  Table table(const Source& source, const AppState& state) const override {
    Table table{{"step", "depth"}};
    for (int r = 1; r <= source.geometry().recursions; ++r) table.columns.push_back(fmt::format("score_{}", r));
    const auto token = inspected_token(state);
    if (!token || token->subject != Subject::watched) return table;
    const ScoreCurve curve = curve_of(source, state, token->token);
    for (size_t i = 0; i < curve.steps.size(); ++i) {
      table.add(curve.steps[i], curve.depths[i]);
      for (const auto& scores : curve.scores) table.rows.back().push_back(cell(scores[i]));
    }
    return table;
  }

 private:
  std::string missing(const Source& source, const AppState& state) const override {
    return state.span || inspected_token(state) ? "" : no_text(source);
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    ui::tag("inspector", free_box());
    if (state.span) {
      for (const TokenLine& line : span_lines(state)) draw_line(line);
      return;
    }
    const TokenRef token = *inspected_token(state);
    const TextView& view = state.shown.text(token.subject, state.rule);
    draw_piece(view.pieces[size_t(token.token)]);
    for (const TokenLine& line : token_lines(source, state, token)) draw_line(line);
    if (token.subject != Subject::watched) return;
    const float em = ui::em();
    ImGui::Dummy({0, em * 0.3f});
    Box rest = free_box();
    const bool predicts = !state.shown.lens.nll.empty() && rest.height() > em * 8;
    if (predicts) {
      const float end = std::min(rest.max.y, rest.min.y + em * 9.5f);
      canvas.text(rest.min, ui::u32(ui::colors::text), "What comes next, after so many passes", ui::Font::bold);
      draw_predictions(canvas, {{rest.min.x, rest.min.y + em * 1.5f}, {rest.max.x, end}}, source, state.shown.lens,
                       state.shown.causal, token.token);
      rest.min.y = end + em * 0.8f;
    }
    if (rest.height() > em * 6)
      draw_curve(canvas, {rest.min, {rest.max.x, std::min(rest.max.y, rest.min.y + em * 10)}}, source, state,
                 token.token);
    take_box(rest);
  }

  static void draw_piece(const std::string& piece) {
    const DataScope data;
    ui::paragraph(quoted_piece(piece), ui::colors::text, ui::Font::large);
  }

  static void draw_line(const TokenLine& line) {
    Color color = line.main ? ui::colors::text : ui::colors::dim;
    if (line.taken) color = ui::colors::accent;
    ui::paragraph(line.text, color, line.main ? ui::Font::body : ui::Font::small);
  }

  std::string lines(const Source& source, const AppState& state) const override {
    std::string out;
    const std::vector<TokenLine> all =
        state.span ? span_lines(state) : token_lines(source, state, *inspected_token(state));
    for (const TokenLine& line : all) out += line.text + "\n";
    return out;
  }

  static ScoreCurve curve_of(const Source& source, const AppState& state, int token) {
    ScoreCurve curve;
    curve.scores.resize(size_t(source.geometry().recursions));
    const std::vector<int32_t>& ids = state.shown.causal.ids;
    for (const Snapshot& snapshot : source.history().snapshots) {
      const Trace& trace = state.rule == RuleView::training ? snapshot.topk : snapshot.threshold;
      if (trace.tokens != ids || size_t(token) >= trace.depth.size()) continue;
      const TextView view = view_of(trace, source.geometry());
      curve.steps.push_back(double(snapshot.step));
      curve.depths.push_back(view.depth[size_t(token)]);
      for (size_t r = 0; r < curve.scores.size(); ++r) {
        const Cell& cell = view.rows[r].cells[size_t(token)];
        curve.scores[r].push_back(cell.scored ? router_score(cell.logit) : std::nan(""));
      }
    }
    return curve;
  }

  /// The scores over the training as lines, and the step that is shown.
  void draw_curve(Canvas& canvas, const Box& box, const Source& source, const AppState& state, int token) {
    if (source.geometry().routing == Routing::none) return;
    const ScoreCurve& curve = curve_.of({source.version(), state.shown.step, token, state.rule},
                                        [&] { return curve_of(source, state, token); });
    if (curve.steps.size() < 2) return;
    const float em = ui::em(), small = text_size("0", ui::Font::small).y;
    ui::fitted_text(canvas, box.min, ui::u32(ui::colors::text), "Its scores over the training", box.width(),
                    ui::Font::bold);
    const Box area{{box.min.x, box.min.y + em * 1.5f}, {box.max.x, box.max.y - small - 2}};
    canvas.rect(area, ui::u32(ui::colors::well));
    const double last = std::max(1.0, curve.steps.back());
    const auto x = [&](double step) { return area.min.x + float(step / last) * area.width(); };
    const auto y = [&](double score) { return area.max.y - float(score) * area.height(); };
    canvas.line({area.min.x, y(0.5)}, {area.max.x, y(0.5)}, ui::u32(ui::colors::line), 1);
    for (size_t r = 0; r < curve.scores.size(); ++r) {
      std::vector<ImVec2> points;
      for (size_t i = 0; i < curve.steps.size(); ++i) {
        if (!std::isfinite(curve.scores[r][i])) continue;
        points.push_back({x(curve.steps[i]), y(curve.scores[r][i])});
        canvas.circle(points.back(), em * 0.15f, ui::u32(depth_color(int(r) + 1)));
      }
      canvas.polyline(points, ui::u32(depth_color(int(r) + 1)), 2);
    }
    const double here = std::min(last, double(state.shown.step));
    canvas.line({x(here), area.min.y}, {x(here), area.max.y}, ui::u32(ui::colors::text, 0.6), 1);
    canvas.text({box.min.x, area.max.y + 1}, ui::u32(ui::colors::dim), "step 0", ui::Font::small);
    text_right(canvas, {box.max.x, area.max.y + 1}, ui::u32(ui::colors::dim), fmt::format("{:.0f}", last),
               ui::Font::small);
  }

  Memo<std::tuple<uint64_t, int64_t, int, RuleView>, ScoreCurve> curve_;
};

}  // namespace

std::unique_ptr<Panel> make_inspector_panel() {
  return std::make_unique<InspectorPanel>();
}

}  // namespace tinymor
