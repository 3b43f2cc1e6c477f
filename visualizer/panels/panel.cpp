#include "visualizer/panels/panel.h"

#include "visualizer/panels/panels.h"

namespace tinymor {

std::vector<std::unique_ptr<Panel>> make_panels() {
  std::vector<std::unique_ptr<Panel>> panels;
  for (const auto make : {make_loop_panel, make_inspector_panel, make_strip_panel, make_grid_panel, make_curves_panel,
                          make_kv_panel, make_attention_panel, make_scores_panel, make_lens_panel, make_sharing_panel,
                          make_compare_panel, make_generate_panel, make_autograd_panel, make_tokens_panel,
                          make_patches_panel, make_depth_panel, make_serving_panel})
    panels.push_back(make());
  return panels;
}

std::unique_ptr<Panel> make_panel(const std::string& name) {
  for (std::unique_ptr<Panel>& panel : make_panels())
    if (panel->name() == name) return std::move(panel);
  return nullptr;
}

void Panel::draw(const Source& source, AppState& state, Canvas& canvas) {
  if (const std::string why = missing(source, state); !why.empty()) return draw_empty(canvas, free_box(), why);
  draw_picture(source, state, canvas);
}

std::string Panel::text(const Source& source, const AppState& state) const {
  const std::string why = missing(source, state);
  return caption(source, state) + "\n" + (why.empty() ? lines(source, state) : why + "\n");
}

Box free_box() {
  const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
  return {at, {at.x + std::max(room.x, 1.0f), at.y + std::max(room.y, 1.0f)}};
}

void take_box(const Box& box) {
  ImGui::SetCursorScreenPos(box.min);
  ImGui::Dummy({box.width(), box.height()});
}

std::string no_text(const Source& source) {
  if (source.history().of_images()) return "a run on images has no text: see its patches";
  return source.steerable() || !source.can_watch() ? "no snapshot yet" : "no snapshot yet: type a text (Data, own)";
}

void point_at(AppState& state, TokenRef token, bool clicked) {
  state.hovering = token;
  if (clicked) state.toggle_pin(token);
}

namespace {

std::optional<int> token_in(const std::optional<TokenRef>& token, Subject subject, int tokens) {
  const bool there = token && token->subject == subject && token->token < tokens;
  return there ? std::optional(token->token) : std::nullopt;
}

}  // namespace

RuleView rule_in_force(const AppState& state) {
  return state.rule == RuleView::training ? RuleView::training : RuleView::causal;
}

std::optional<int> selected_in(const AppState& state, Subject subject, int tokens) {
  return token_in(state.selected(), subject, tokens);
}

std::optional<int> pinned_in(const AppState& state, Subject subject, int tokens) {
  return token_in(state.pinned, subject, tokens);
}

namespace {

bool is_of_shown(const ExperimentOutcome& outcome, const Source& source, const AppState& state) {
  if (const SeenImage* image = state.told_image(source))
    return outcome.experiment.pixels == image->pixels && outcome.changed_image.depth.size() == image->depth.size();
  return outcome.routed.nll.size() + 1 == size_t(state.shown.causal.size()) &&
         outcome.changed.nll.size() == outcome.routed.nll.size();
}

}  // namespace

const ExperimentOutcome* outcome_in_force(const Source& source, const AppState& state) {
  const auto& outcome = source.generation().outcome;
  const bool fits = outcome && state.wanted().changes_something() && outcome->experiment == state.tried &&
                    is_of_shown(*outcome, source, state);
  return fits || (outcome && !outcome->error.empty()) ? outcome.get() : nullptr;
}

const ImageTrace* changed_image(const Source& source, const AppState& state) {
  const ExperimentOutcome* outcome = state.shown.of_images() ? outcome_in_force(source, state) : nullptr;
  return outcome && outcome->error.empty() ? &outcome->changed_image : nullptr;
}

const Trace* changed_trace(const Source& source, const AppState& state, Subject subject) {
  const ExperimentOutcome* outcome = subject == Subject::watched ? outcome_in_force(source, state) : nullptr;
  const bool whole =
      outcome && !state.shown.of_images() && outcome->changed.depth.size() == size_t(state.shown.causal.size());
  return whole ? &outcome->changed : nullptr;
}

TextView text_in_force(const Source& source, const AppState& state, Subject subject) {
  const TextView& shown = state.shown.text(subject, state.rule);
  const Trace* changed = changed_trace(source, state, subject);
  if (!changed) return shown;
  TextView view = view_of(*changed, source.geometry());
  view.pieces = shown.pieces;
  return view;
}

double bar_in_force(const Source& source, const AppState& state, Subject subject) {
  return changed_trace(source, state, subject) ? double(state.what_if.cut_off) : 0.5;
}

void draw_not_recorded(const Source& source, AppState& state, const char* what) {
  ui::paragraph(what, ui::colors::dim);
  if (!source.can_watch()) return;
  const char* label = source.steerable() ? "Record it at the next step" : "Compute it with the run's weights";
  if (ui::button("record", label, true, "Makes a snapshot with everything in it, and shows that")) {
    state.wishes.push_back({Wish::record});
    state.playback.follow();
  }
}

void draw_empty(Canvas& canvas, const Box& box, const std::string& text) {
  const float lines = float(ui::wrapped(text, box.width()).size());
  const ImVec2 size{std::min(text_size(text).x, box.width()), std::min(lines * ui::em(), box.height())};
  const ImVec2 corner{box.center().x - size.x / 2, box.center().y - size.y / 2};
  ui::wrapped_text(canvas, {corner, {corner.x + size.x + 1, corner.y + size.y}}, ui::u32(ui::colors::faint), text);
}

}  // namespace tinymor
