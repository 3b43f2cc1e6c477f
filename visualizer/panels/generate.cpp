// Writing with the model: a prompt, the usual controls of sampling, and the text as it comes, tinted by depth, with the
// branches that were left.

#include <fmt/format.h>

#include <algorithm>

#include "mor/counts.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/panels/branches.h"
#include "visualizer/panels/candidates.h"
#include "visualizer/panels/panels.h"
#include "visualizer/panels/strip.h"

namespace tinymor {
namespace {

// Puts named sliders beside each other, and into further rows where the panel is narrow.
class FieldRow {
 public:
  explicit FieldRow(float width) : width_(width), origin_(ImGui::GetCursorScreenPos()), at_(origin_) {
    right_ = origin_.x + ImGui::GetContentRegionAvail().x;
  }

  // One slider with its name above it, tagged `name`.
  template <class Draw>
  void field(const char* name, const char* label, const char* hint, Draw&& draw) {
    if (ui::is_hidden(name)) return;
    const float gap = ImGui::GetStyle().ItemSpacing.x, label_height = ui::em() * 1.2f;
    const float width = std::max(width_, text_size(label, ui::Font::small).x);
    if (at_.x > origin_.x && at_.x + width > right_) at_ = {origin_.x, at_.y + row_height()};
    window_canvas().text(at_, ui::u32(ui::colors::dim), label, ui::Font::small);
    ImGui::SetCursorScreenPos({at_.x, at_.y + label_height});
    ImGui::SetNextItemWidth(width);
    draw();
    ui::hint(hint);
    at_.x += width + gap;
  }

  // Goes on below the fields.
  void end() {
    ImGui::SetCursorScreenPos(origin_);
    ImGui::Dummy({1, at_.y + row_height() - origin_.y});
  }

 private:
  static float row_height() { return ui::em() * 1.2f + ImGui::GetFrameHeight() + ui::em() * 0.5f; }

  float width_, right_ = 0;
  ImVec2 origin_, at_;
};

/// Floating-point operations of a text's tokens, by the depth and place of each.
class Work {
 public:
  explicit Work(const Source& source) {
    ModelConfig config = source.config().model;
    config.vocab_size = int64_t(source.history().run.vocabulary.size());
    // They grow evenly with what is seen, so two counts give all.
    for (int depth = 0; depth <= source.geometry().recursions; ++depth) {
      const double one = honest_flops_of_token(config, depth, 1);
      of_depth_.push_back({one, honest_flops_of_token(config, depth, 2) - one});
    }
  }
  double of(int depth, int position) const {
    const auto& [first, further] = of_depth_[std::min(size_t(std::max(0, depth)), of_depth_.size() - 1)];
    return first + further * position;
  }
  /// "1.2M FLOPs a token, 70 % of full depth".
  std::string sentence(const TextView& text) const {
    double spent = 0, full = 0;
    for (int t = 0; t < text.size(); ++t) {
      spent += of(text.depth[t], t);
      full += of(int(of_depth_.size()) - 1, t);
    }
    const std::string each = short_number(spent / text.size()) + " FLOPs a token";
    return text.recurs() ? fmt::format("{}, {:.0f} % of full depth", each, 100 * spent / full) : each;
  }

 private:
  struct Line {
    double first, further;
  };
  std::vector<Line> of_depth_;
};

/// "token 15: depth 2, 1.2M FLOPs in 0.8 ms".
std::string token_line(const Work& work, const Generation& g, const TextView& view, int t) {
  const double seconds = t < int(g.text.size()) ? g.text[size_t(t)].seconds : 0;
  return fmt::format(
      "token {}: {}{} FLOPs{}", token_number(t), view.recurs() ? fmt::format("depth {}, ", view.depth[t]) : "",
      short_number(work.of(view.depth[t], t)), seconds > 0 ? fmt::format(" in {:.2g} ms", 1000 * seconds) : "");
}

/// The draw of the token that is pointed at, else of the one behind the text that is shown; nothing where that is a
/// token of the prompt.
std::optional<ShownDraw> draw_to_show(const Source& source, const AppState& state) {
  const Generation& g = source.generation();
  const int shown = state.shown.generated.size(), size = int(g.text.size());
  const int token = selected_in(state, Subject::generated, shown).value_or(shown);
  if (token < size) {
    const Draw* draw = g.text[size_t(token)].draw.get();
    return draw ? std::optional(ShownDraw{*draw, token}) : std::nullopt;
  }
  if (g.logits.empty()) return std::nullopt;
  return ShownDraw{draw_of(g.logits, state.request, state.shown.generated.ids, size - g.prompt_tokens()), std::nullopt};
}

constexpr const char* format_controls[] = {"gen.f32", "gen.int8", "gen.int4"};  // by WeightFormat
constexpr const char* format_hints[] = {
    "Reads the weights as they were trained, four bytes each",
    "Reads the weights rounded to one byte each: a quarter to read, for a little more loss",
    "Reads the weights rounded to half a byte each, a scale for every 32: less than a sixth, for more loss"};

/// By the format of the weights, "int8: 5.3 layers and 1.2 MB of weights per token, 2.1k tokens/s"; the speed where the
/// model has written with them.
std::vector<std::string> token_costs(const Source& source, const AppState& state) {
  ModelConfig config = source.config().model;
  config.vocab_size = int64_t(source.history().run.vocabulary.size());
  const TextView& text = state.shown.generated;
  const double depth = text.size() > 0 ? text.mean_depth : double(source.geometry().recursions);
  std::vector<std::string> lines;
  for (size_t f = 0; f < std::size(weight_format_names); ++f) {
    const double bytes = weight_bytes_per_token(config, depth, WeightFormat(f));
    const double speed = source.generation().tokens_per_second[f];
    lines.push_back(fmt::format("{}: {:.1f} layers and {}B of weights per token{}", weight_format_names[f],
                                layers_per_token(config, depth), short_number(bytes),
                                speed > 0 ? fmt::format(", {} tokens/s", short_number(speed)) : ""));
  }
  return lines;
}

class GeneratePanel : public Panel {
 public:
  GeneratePanel() : Panel("generate", "Generate") {}

  std::string caption(const Source& source, const AppState& state) const override {
    const Generation& g = source.generation();
    if (!source.can_generate()) return "needs the weights of a run";
    const std::string how = "cached decoding" + and_rule(source, RuleView::causal);
    if (g.text.empty())
      return source.geometry().recursions == 1 ? how : how + " \u00b7 tint and strokes: recursions per token";
    const TextView& view = state.shown.generated;
    std::string what = fmt::format("{} tokens{} \u00b7 {}", view.size(),
                                   view.recurs() ? fmt::format(" \u00b7 mean depth {:.2f}", view.mean_depth) : "",
                                   view.size() > 0 ? Work(source).sentence(view) : "");
    if (const auto token = selected_in(state, Subject::generated, view.size()))
      what = token_line(Work(source), g, view, *token);
    const int64_t step = source.generated_step();
    const std::string weights = step > 0 ? fmt::format("weights of step {} \u00b7 ", step) : "";
    return weights + what + and_rule(source, RuleView::causal);
  }

  Table table(const Source& source, const AppState& state) const override {
    const TextView& view = state.shown.generated;
    const auto& pieces = source.generation().text;
    Table table{{"position", "id", "piece", "prompt", "depth", "milliseconds", "flops"}};
    const Work work(source);
    for (int t = 0; t < view.size() && t < int(pieces.size()); ++t)
      table.add(t, view.ids[t], view.pieces[t], int(pieces[t].prompt), view.depth[t],
                pieces[t].seconds > 0 ? cell(1000 * pieces[t].seconds) : "", work.of(view.depth[t], t));
    return table;
  }

 private:
  void draw_picture(const Source& source, AppState& state, Canvas& canvas) override {
    if (!source.can_generate()) {
      ImGui::Dummy({1, ui::em() * 0.5f});
      ui::paragraph(source.why_not(), ui::colors::dim);
      return;
    }
    // Scrolls where the panel is small.
    ImGui::BeginChild("all", ImVec2(0, 0), false, ImGuiWindowFlags_NoNavInputs);
    draw_controls(source, state);
    const bool told = !source.generation().logits.empty();
    const float em = ui::em(), free = free_box().height(), below = told ? em * 12 : 0;
    draw_written(source, state, canvas, std::max(em * 6, free - below));
    const std::optional<ShownDraw> draw = draw_to_show(source, state);
    if (told && !draw) {
      ui::paragraph("This token is of the prompt: it was not drawn.", ui::colors::dim, ui::Font::small);
    } else if (told) {
      const Box rest = free_box();
      const Box box{rest.min, {rest.max.x, std::max(rest.max.y, rest.min.y + below - em)}};
      if (const auto chosen = draw_candidates(canvas, box, source.generation(), *draw))
        state.wishes.push_back({Wish::choose, *chosen});
      take_box(box);
    }
    ImGui::EndChild();
  }

  std::string lines(const Source& source, const AppState& state) const override {
    std::string out;
    if (!source.can_generate()) return source.why_not() + "\n";
    if (const std::string notice = source.generation().notice(); !notice.empty()) out += notice + "\n";
    for (const std::string& line : token_costs(source, state)) out += line + "\n";
    const TextView& view = state.shown.generated;
    if (has_branches(source)) out += branches_text(source);
    for (int t = 0; t < view.size() && !has_branches(source); ++t)
      out += view.recurs() ? fmt::format("{}[{}]", view.pieces[t], view.depth[t]) : view.pieces[t];
    const std::optional<ShownDraw> draw = draw_to_show(source, state);
    return view.size() > 0 && draw ? out + "\n" + candidates_text(source.generation(), *draw) : out;
  }

  void draw_controls(const Source& source, AppState& state) {
    GenerateRequest& request = state.request;
    const float em = ui::em();
    const float lines = free_box().height() < em * 22 ? 1 : 2.5f;
    ui::text_area("gen.prompt", request.prompt, {-1, em * 1.2f * lines + 2 * ImGui::GetStyle().FramePadding.y});
    draw_buttons(source, state);
    if (const std::string notice = source.generation().notice(); !notice.empty())
      ui::paragraph(notice, ui::colors::warn, ui::Font::small);

    FieldRow row(em * 5.9f);
    row.field("gen.temperature", "temperature", "0: always the likeliest token",
              [&] { ui::slider("gen.temperature", request.temperature, 0, 2, "%.2f"); });
    row.field("gen.top_k", "top-k", "Only the k likeliest tokens; 0: all",
              [&] { ui::slider("gen.top_k", request.top_k, 0, 100, request.top_k > 0 ? "%d" : "all"); });
    row.field("gen.top_p", "top-p", "Only the likeliest tokens that together reach this probability",
              [&] { ui::slider("gen.top_p", request.top_p, 0, 1, "%.2f"); });
    row.field("gen.min_p", "min-p", "Only tokens with at least this share of the likeliest one's probability; 0: all",
              [&] { ui::slider("gen.min_p", request.min_p, 0, 1, "%.2f"); });
    row.field("gen.repetition_penalty", "repetition penalty", "Makes tokens of the text so far less likely; 1: off",
              [&] { ui::slider("gen.repetition_penalty", request.repetition_penalty, 1, 2, "%.2f"); });
    row.field("gen.max_depth", "most recursions", "Caps the depth of the tokens to come; 0: no cap", [&] {
      ui::slider("gen.max_depth", request.max_depth, 0, source.geometry().recursions,
                 request.max_depth > 0 ? "%d" : "no cap");
    });
    row.field("gen.tokens", "tokens", "How many to generate",
              [&] { ui::slider("gen.tokens", request.max_tokens, 1, 500, "%d"); });
    row.field("gen.pace", "tokens/s", "How fast to write; 0: as fast as it can",
              [&] { ui::slider("gen.pace", request.pace, 0, 50, request.pace > 0 ? "%d" : "full"); });
    row.field("gen.seed", "seed", "The same seed gives the same text",
              [&] { ui::number_field("gen.seed", request.seed, 1); });
    row.end();
    request.seed = std::max(0, request.seed);
    draw_costs(source, state);
  }

  /// What a token costs with the weights in either format, and which is used.
  static void draw_costs(const Source& source, AppState& state) {
    const std::vector<std::string> costs = token_costs(source, state);
    for (size_t f = 0; f < costs.size(); ++f) {
      if (f > 0) go_beside(costs[f].c_str());
      const WeightFormat format = WeightFormat(f);
      const float room = ImGui::GetContentRegionAvail().x - 2 * ImGui::GetStyle().FramePadding.x;
      const std::string label = fitted(costs[f], room), hint = costs[f] + "\n" + format_hints[f];
      if (ui::chip(format_controls[f], label.c_str(), state.request.weights == format, hint.c_str()))
        state.request.weights = format;
    }
  }

  /// The next button stands beside the last one, or, where there is no room, in a new line.
  static void go_beside(const char* label) {
    ImGui::SameLine();
    if (ImGui::GetContentRegionAvail().x < ui::button_width(label)) ImGui::NewLine();
  }

  void draw_buttons(const Source& source, AppState& state) {
    const Generation& g = source.generation();
    const bool text = !g.text.empty() && !g.running;
    const auto ask = [&](Wish wish) {
      state.wishes.push_back(wish);
      state.cache_subject = Subject::generated;
    };
    if (ui::chip("gen.play", g.running ? "Stop" : "Generate", !g.running, "Writes from the prompt"))
      ask({g.running ? Wish::stop_generating : Wish::generate});
    go_beside("Step");
    if (ui::button("gen.step", "Step", !g.running, "The prompt, then one token at a time")) ask({Wish::step});
    go_beside("Go on");
    if (ui::button("gen.go_on", "Go on", text, "Writes on from here")) ask({Wish::go_on});
    go_beside("Undo");
    if (ui::button("gen.undo", "Undo", text && g.text.size() > 1, "Takes back the last token"))
      ask({Wish::keep, int(g.text.size()) - 1});
    const bool pinned = state.pinned && state.pinned->subject == Subject::generated;
    go_beside("Branch");
    if (ui::button("gen.branch", "Branch", text && pinned,
                   "Back to the pinned token, to go on from there another way: what came after it stays as a branch"))
      ask({Wish::keep, state.pinned->token + 1});
    go_beside("Clear");
    if (ui::button("gen.clear", "Clear", !source.written().nodes.empty(), "Removes the text with all its branches"))
      ask({Wish::clear});
  }

  void draw_written(const Source& source, AppState& state, Canvas& canvas, float height) {
    const TextView& view = state.shown.generated;
    if (view.size() == 0 && !has_branches(source)) return;
    const float top = ImGui::GetCursorPosY();
    draw_depth_legend(canvas, view.depth, view.whole, view.depth_unit(), int(view.rows.size()), free_box().width());
    ImGui::BeginChild("generated", ImVec2(0, height - (ImGui::GetCursorPosY() - top)), false);
    const auto& pieces = source.generation().text;
    const bool grew = pieces.size() != last_size_ && source.generation().running;
    last_size_ = pieces.size();
    if (has_branches(source)) {
      if (const auto branch = draw_branches(canvas, state, source, grew))
        state.wishes.push_back({Wish::branch, *branch + 1});
      return ImGui::EndChild();
    }
    draw_text(canvas, state, Subject::generated, view.pieces, [&](int t) {
      TokenLook look = depth_look(view.depth[t], int(view.rows.size()));
      if (t < int(pieces.size()) && pieces[t].prompt) look.tint = mix(look.tint, ui::colors::card, 0.35);
      return look;
    });
    if (grew) ImGui::SetScrollHereY(1);
    ImGui::EndChild();
  }

  size_t last_size_ = 0;  // to scroll down when the text grew
};

}  // namespace

std::unique_ptr<Panel> make_generate_panel() {
  return std::make_unique<GeneratePanel>();
}

}  // namespace tinymor
