#include "visualizer/panels/token_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/pieces.h"
#include "visualizer/draw/plot_math.h"
#include "visualizer/draw/ui.h"
#include "visualizer/state/layout.h"

namespace tinymor {
namespace {

using ui::colors::dim;
using ui::colors::faint;

// What a recursion did with the token, in words. Ranks only mean something under the training rule: the causal rule
// looks at one token alone.
std::string verdict(const RecursionRow& row, const Cell& cell, bool training) {
  if (cell.state == CellState::exited) return "left before";
  const char* done = cell.state == CellState::computed ? "computed" : "skipped";
  if (!training || cell.rank == 0) return done;
  return fmt::format("{}, rank {} of {}", done, cell.rank, row.candidates);
}

// The score above which this recursion takes a token, as a share of 1; negative: it takes all of them.
double cut_off(const RecursionRow& row, bool training) {
  if (row.capacity >= 1) return -1;
  if (!training) return 0.5;
  return row.scored ? router_score(row.lowest_taken) : -1;
}

/// The loss of predicting what follows the token, the likeliest tokens, and the loss of predicting the token itself.
std::vector<std::string> losses(const AppState& state, TokenRef token) {
  const TextView& view = state.shown.text(token.subject, state.rule);
  const int t = token.token;
  std::vector<std::string> out;
  if (std::isfinite(view.nll[t]) && t + 1 < view.size())
    out.push_back(fmt::format("predicts \"{}\" next: {:.2f} nats ({})", quoted_piece(view.pieces[t + 1]), view.nll[t],
                              percent(std::exp(-view.nll[t]))));
  if (token.subject == Subject::watched && size_t(t) < state.shown.likely.size())
    out.push_back("causal rule, likeliest: " + state.shown.likely[size_t(t)]);
  if (t > 0 && std::isfinite(view.nll[t - 1]))
    out.push_back(fmt::format("was predicted itself: {:.2f} nats", view.nll[t - 1]));
  return out;
}

std::string depths(const AppState& state, TokenRef token) {
  if (const TextView& view = state.shown.text(token.subject, state.rule); !view.recurs())
    return "no recursions: " + view.whole;
  const auto depth = [&](RuleView rule) {
    const TextView& view = state.shown.text(token.subject, rule);
    return token.token < view.size() ? view.depth[token.token] : 0;
  };
  if (token.subject == Subject::generated) return fmt::format("depth {} as generated", depth(RuleView::causal));
  return fmt::format("depth {} by the training rule, {} by the causal rule", depth(RuleView::training),
                     depth(RuleView::causal));
}

/// The score as a bar, with a line at the cut-off.
void draw_score_bar(const RecursionRow& row, const Cell& cell, Color computed, bool training) {
  const float em = ui::em();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Box box{{at.x, at.y + em * 0.2f}, {at.x + em * 7, at.y + em * 0.9f}};
  gauge(window_canvas(), box, cell.scored ? router_score(cell.logit) : -1,
        ui::u32(cell.state == CellState::computed ? computed : depth_color(0)), ui::u32(ui::colors::well), em * 0.15f);
  if (const double cut = cut_off(row, training); cut >= 0) gauge_mark(window_canvas(), box, cut, em * 0.15f);
  ImGui::Dummy({box.width(), em});
}

void draw_recursion(const RecursionRow& row, int t, Color computed, bool training) {
  const float em = ui::em();
  const Cell& cell = row.cells[t];
  ui::label(row.name, dim, ui::Font::small);
  ImGui::SameLine(em * 6.5f);
  draw_score_bar(row, cell, computed, training);
  ImGui::SameLine(em * 14);
  const std::string score = cell.scored ? fmt::format("{:.2f}", router_score(cell.logit)) : "-";
  ui::label(score, ui::colors::text, ui::Font::small);
  ImGui::SameLine(em * 16.5f);
  ui::label(verdict(row, cell, training), cell.state == CellState::computed ? ui::colors::text : faint,
            ui::Font::small);
}

bool shows_training(const AppState& state, TokenRef token) {
  return token.subject == Subject::watched && state.rule == RuleView::training;
}

bool valid(const AppState& state, TokenRef token) {
  return token.token >= 0 && token.token < state.shown.text(token.subject, state.rule).size();
}

std::string seen_at(const AppState& state, TokenRef token) {
  const std::string source =
      token.subject == Subject::generated
          ? "as generated"
          : fmt::format("step {}, {} rule", state.shown.step, shows_training(state, token) ? "training" : "causal");
  const Routing routing = state.shown.text(token.subject, state.rule).routing;
  return fmt::format("{} \u00b7 bar: {}{}", source, score_formula(routing),
                     routing == Routing::token_choice ? "" : ", line: cut-off");
}

void draw_name(const TextView& view, int t) {
  ui::label(fmt::format("\"{}\"", quoted_piece(view.pieces[t])), ui::colors::text, ui::Font::bold);
  ImGui::SameLine();
  ui::label(fmt::format("position {}, id {}", t, view.ids[t]), dim, ui::Font::small);
}

void draw_recursions(const AppState& state, TokenRef token) {
  const TextView& view = state.shown.text(token.subject, state.rule);
  ImGui::BeginGroup();
  for (size_t r = 0; r < view.rows.size(); ++r)
    draw_recursion(view.rows[r], token.token, depth_color(int(r) + 1, int(view.rows.size())),
                   shows_training(state, token));
  ImGui::EndGroup();
}

/// The shortest card, for a window without room for more.
void draw_in_one_line(const AppState& state, TokenRef token, float width) {
  const TextView& view = state.shown.text(token.subject, state.rule);
  const int t = token.token;
  const std::string name = "\"" + quoted_piece(view.pieces[t]) + "\"";
  ui::label(name, ui::colors::text, ui::Font::bold);
  std::string rest = view.recurs() ? fmt::format("depth {}", view.depth[t]) : depths(state, token);
  std::vector<std::string> scores;
  for (const RecursionRow& row : view.rows)
    if (row.cells[t].scored) scores.push_back(fmt::format("{:.2f}", router_score(row.cells[t].logit)));
  if (!scores.empty()) rest += fmt::format(" \u00b7 scores {}", fmt::join(scores, ", "));
  if (const std::vector<std::string> loss = losses(state, token); !loss.empty()) rest += " \u00b7 " + loss.front();
  ImGui::SameLine();
  ui::fitted_label(rest, width - text_size(name, ui::Font::bold).x - ui::em(), dim, ui::Font::small);
}

/// The depth and loss of a part of the text.
struct SpanSummary {
  std::string text;
  double depth = 0, loss = 0;  ///< Means; of the losses that are known.
};

SpanSummary summary_of(const TextView& view, int first, int last) {
  SpanSummary out;
  double depth = 0, loss = 0;
  int known = 0;
  for (int t = first; t <= last; ++t) {
    out.text += view.pieces[t];
    depth += view.depth[t];
    if (!std::isfinite(view.nll[t])) continue;
    loss += view.nll[t];
    ++known;
  }
  out.depth = depth / (last - first + 1);
  out.loss = known > 0 ? loss / known : std::nan("");
  return out;
}

std::vector<std::string> span_lines(const AppState& state) {
  const TextView& view = state.shown.text(Subject::watched, state.rule);
  if (!state.span || state.span->second >= view.size()) return {};
  const auto [first, last] = *state.span;
  const SpanSummary part = summary_of(view, first, last), whole = summary_of(view, 0, view.size() - 1);
  return {"\"" + quoted_piece(part.text) + "\"",
          fmt::format("positions {} to {}: {} of {} tokens", first, last, last - first + 1, view.size()),
          view.recurs() ? fmt::format("{:.2f} recursions per token, in the whole text {:.2f}", part.depth, whole.depth)
                        : "no recursions: " + view.whole + " for every token",
          fmt::format("{:.2f} nats to predict what follows, in the whole text {:.2f}", part.loss, whole.loss),
          fmt::format("step {}, {} rule", state.shown.step, state.rule == RuleView::training ? "training" : "causal")};
}

/// The band of the part of the text that is marked.
float draw_span(AppState& state, ImVec2 window, float bottom) {
  const std::vector<std::string> lines = span_lines(state);
  if (lines.empty()) return bottom;
  const float em = ui::em(), pad = em * 0.6f, top = bottom - float(lines.size()) * em * 1.2f - 2 * pad;
  if (ui::begin_bar("##span", {0, top}, {window.x, bottom - top})) {
    ui::tag("span", {{0, top}, {window.x, bottom}});
    const float close = ui::button_width("x"), width = window.x - close - 3 * pad;
    ImGui::SetCursorPos({window.x - pad - close, pad});
    if (ui::button("span.close", "x", true, "Unmark this part of the text (Esc)")) state.span.reset();
    ImGui::SetCursorPos({pad, pad});
    ImGui::BeginGroup();
    ui::fitted_label(lines[0], width, ui::colors::text, ui::Font::bold);
    for (size_t i = 1; i < lines.size(); ++i)
      ui::fitted_label(lines[i], width, i + 1 < lines.size() ? dim : faint, ui::Font::small);
    ImGui::EndGroup();
  }
  ui::end_bar();
  return top;
}

void draw_token_card(const AppState& state, TokenRef token) {
  const TextView& view = state.shown.text(token.subject, state.rule);
  draw_name(view, token.token);
  ui::label(depths(state, token), dim, ui::Font::small);
  ImGui::Dummy({0, ui::em() * 0.2f});
  draw_recursions(state, token);
  ImGui::Dummy({0, ui::em() * 0.1f});
  for (const std::string& line : losses(state, token)) ui::label(line, dim, ui::Font::small);
  ui::label(seen_at(state, token), faint, ui::Font::small);
}

}  // namespace

std::string token_card_text(const AppState& state, TokenRef token) {
  if (!valid(state, token)) return "";
  const TextView& view = state.shown.text(token.subject, state.rule);
  const int t = token.token;
  std::string out = fmt::format("token {} \"{}\": {}\n", t, quoted_piece(view.pieces[t]), depths(state, token));
  for (size_t r = 0; r < view.rows.size(); ++r) {
    const Cell& cell = view.rows[r].cells[t];
    out += fmt::format("  {}: {}", view.rows[r].name, verdict(view.rows[r], cell, shows_training(state, token)));
    out += cell.scored ? fmt::format(", score {:.2f}, logit {:.3f}, gate {:.4f}\n", router_score(cell.logit),
                                     cell.logit, cell.gate)
                       : "\n";
  }
  for (const std::string& line : losses(state, token)) out += "  " + line + "\n";
  return out;
}

std::string span_text(const AppState& state) {
  std::string out;
  for (const std::string& line : span_lines(state)) out += line + "\n";
  return out;
}

void draw_hover_card(const AppState& state) {
  if (!state.hovering || state.hovering == state.pinned || !valid(state, *state.hovering)) return;
  if (!ui::begin_tooltip()) return;
  draw_token_card(state, *state.hovering);
  ImGui::EndTooltip();
}

float draw_inspector(AppState& state, ImVec2 window, float bottom) {
  if (state.pinned && !valid(state, *state.pinned)) state.pinned.reset();
  if (!state.pinned) return draw_span(state, window, bottom);
  const TokenRef token = *state.pinned;
  const TextView& view = state.shown.text(token.subject, state.rule);
  const float em = ui::em(), scores = em * 26;
  const bool one_line = arrangement(window, em) == Arrangement::single;
  const float pad = em * (one_line ? 0.25f : 0.6f);
  const float height =
      one_line ? ImGui::GetFrameHeight() : float(std::max<size_t>(4, view.rows.size() + 1)) * em * 1.2f;
  const float top = bottom - height - 2 * pad;
  if (ui::begin_bar("##inspector", {0, top}, {window.x, bottom - top})) {
    ui::tag("inspector", {{0, top}, {window.x, bottom}});
    const float close = ui::button_width("x");
    ImGui::SetCursorPos({window.x - pad - close, pad});
    if (ui::button("inspector.close", "x", true, "Unpin this token (Esc)")) state.pinned.reset();
    ImGui::SetCursorPos({em * 0.6f, pad + (one_line ? ImGui::GetStyle().FramePadding.y : 0)});
    if (one_line) {
      draw_in_one_line(state, token, window.x - close - em * 2);
    } else {
      const float left = std::min(em * 38, window.x - scores - pad);
      ImGui::BeginGroup();
      draw_name(view, token.token);
      ImGui::SameLine();
      ui::label("\u00b7 " + depths(state, token), dim, ui::Font::small);
      for (const std::string& line : losses(state, token))
        ui::fitted_label(line, left - em * 1.2f, dim, ui::Font::small);
      ImGui::EndGroup();
      ImGui::SetCursorPos({left, pad});
      ImGui::BeginGroup();
      draw_recursions(state, token);
      ui::label(seen_at(state, token), faint, ui::Font::small);
      ImGui::EndGroup();
    }
  }
  ui::end_bar();
  return top;
}

}  // namespace tinymor
