// The inspector: everything about one token at a fixed place. It shows the token under the mouse, else the pinned one,
// else the deepest of the first sentence, so that it is never empty and nothing moves.

#include <fmt/format.h>

#include <algorithm>

#include "datasets/pieces.h"
#include "visualizer/draw/glossary.h"
#include "visualizer/draw/memo.h"
#include "visualizer/panels/inspector_pictures.h"
#include "visualizer/panels/inspector_words.h"
#include "visualizer/panels/panels.h"

namespace tinymor {
namespace {

class InspectorPanel : public Panel {
 public:
  InspectorPanel() : Panel("inspector", "Inspector") {}

  std::string caption(const Source& source, const AppState& state) const override {
    if (source.history().of_images()) return fmt::format("step {} \u00b7 point at a patch", state.shown.step);
    const std::string how = "click pins a token";
    const auto token = inspected_token(state);
    if (!token) return how;
    if (token->subject == Subject::generated) return "as generated \u00b7 " + how;
    return fmt::format("step {}{} \u00b7 {}", state.shown.step, and_rule(source, rule_in_force(state)), how);
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
    const ScoreCurve curve = token_curve(source, state, token->token);
    for (size_t i = 0; i < curve.steps.size(); ++i) {
      table.add(curve.steps[i], curve.depths[i]);
      for (const auto& scores : curve.scores) table.rows.back().push_back(cell(scores[i]));
    }
    return table;
  }

 private:
  std::string missing(const Source& source, const AppState& state) const override {
    if (state.shown.images >= 0) return inspected_patch(source, state) ? "" : "no images";
    return state.span || inspected_token(state) ? "" : no_text(source);
  }

  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    ui::tag("inspector", free_box());
    if (const auto patch = inspected_patch(source, state)) return draw_patch(source, state, canvas, *patch);
    if (state.span) {
      draw_lines(canvas, free_box(), state, span_lines(source, state));
      return;
    }
    draw_token(source, state, canvas, *inspected_token(state));
  }

  std::string lines(const Source& source, const AppState& state) const override {
    std::string out;
    for (const TokenLine& line : all_lines(source, state)) out += line.text + "\n";
    return out;
  }

  static std::vector<TokenLine> all_lines(const Source& source, const AppState& state) {
    if (const auto patch = inspected_patch(source, state)) return patch_lines(source, state, *patch);
    return state.span ? span_lines(source, state) : token_lines(source, state, *inspected_token(state));
  }

  /// The name and the lines, which leave `below` free; returns the room that is left: below them, or at their right in
  /// a wide panel.
  static Box draw_words(AppState& state, Canvas& canvas, const std::string& name, const std::vector<TokenLine>& lines,
                        float below) {
    const float em = ui::em();
    const Box all = free_box();
    const bool wide = all.width() > em * 38;
    const float right = wide ? all.center().x - em : all.max.x;
    {
      const DataScope data;
      ui::fitted_text(canvas, all.min, ui::u32(ui::colors::text), name, right - all.min.x, ui::Font::large);
    }
    const float top = all.min.y + text_size("x", ui::Font::large).y + em * 0.2f;
    const float bottom = wide ? all.max.y : std::max(top + em * 6, all.max.y - below);
    const float height = draw_lines(canvas, {{all.min.x, top}, {right, std::min(bottom, all.max.y)}}, state, lines);
    take_box(all);
    if (wide) return {{all.center().x + em, all.min.y}, all.max};
    return {{all.min.x, top + height + em * 0.8f}, all.max};
  }

  void draw_token(const Source& source, AppState& state, Canvas& canvas, const TokenRef& token) {
    const bool watched = token.subject == Subject::watched;
    const std::string& piece = state.shown.text(token.subject, state.rule).pieces[size_t(token.token)];
    const Guesses guesses = watched ? guesses_after(state.shown.lens, state.shown.causal.ids, token.token) : Guesses();
    const Box rest = draw_words_and_guesses(source, state, canvas, in_quotes(piece), token_lines(source, state, token),
                                            guesses, token.token);
    if (watched) draw_scores(canvas, rest, source, state, {-1, token.token});
  }

  void draw_patch(const Source& source, AppState& state, Canvas& canvas, const PatchRef& patch) {
    const Box rest = draw_words_and_guesses(source, state, canvas, patch_name(source, state, patch),
                                            patch_lines(source, state, patch),
                                            guesses_of(inspected_image(source, state, patch)), -1);
    draw_scores(canvas, rest, source, state, patch);
  }

  /// Returns the room that is left. `token`: as in draw_guesses.
  static Box draw_words_and_guesses(const Source& source, AppState& state, Canvas& canvas, const std::string& name,
                                    std::vector<TokenLine> lines, const Guesses& guesses, int token) {
    const float em = ui::em(), least = guesses_height(guesses, 1);
    if (guesses.likely.empty()) return draw_words(state, canvas, name, lines, 0);
    std::erase_if(lines, [](const TokenLine& line) { return line.spare; });
    Box rest = draw_words(state, canvas, name, lines, least + em * 0.9f);
    if (rest.height() <= least) return rest;
    int each = std::clamp(int(guesses.likely[0].size()), 1, 3);  // or fewer, where the curve would not fit
    while (each > 1 && guesses_height(guesses, each) > rest.height() - em * 8) --each;
    const float high = guesses_height(guesses, each);
    draw_guesses(canvas, {rest.min, {rest.max.x, rest.min.y + high}}, source, state, guesses, token);
    rest.min.y += high + em * 0.8f;
    return rest;
  }

  /// Over the training, of a token (of no image) or of a patch.
  void draw_scores(Canvas& canvas, const Box& rest, const Source& source, const AppState& state, PatchRef of) {
    const float em = ui::em();
    if (source.geometry().routing == Routing::none || rest.height() < em * 6) return;
    const ScoreCurve& curve = curve_.of({source.version(), state.shown.step, of.image, of.patch, state.rule}, [&] {
      return of.image < 0 ? token_curve(source, state, of.patch) : patch_curve(source, state, of);
    });
    if (curve.steps.size() < 2) return;
    draw_curve(canvas, {rest.min, {rest.max.x, std::min(rest.max.y, rest.min.y + em * 11)}}, curve, state.shown.step);
  }

  Memo<std::tuple<uint64_t, int64_t, int, int, RuleView>, ScoreCurve> curve_;
};

}  // namespace

std::unique_ptr<Panel> make_inspector_panel() {
  return std::make_unique<InspectorPanel>();
}

}  // namespace tinymor
