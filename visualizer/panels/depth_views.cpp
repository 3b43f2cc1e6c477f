#include "visualizer/panels/depth_views.h"

#include <fmt/format.h>

#include <cmath>

#include "datasets/pieces.h"

namespace tinymor {

DepthViews::Key DepthViews::key_of(const Source& source, const AppState& state) {
  std::shared_ptr<const Survey> survey = source.generation().survey;
  if (survey && survey->texts.empty()) survey.reset();
  const std::vector<Snapshot>& all = source.history().snapshots;
  const bool recorded = !survey && !all.empty();
  return {&source, std::move(survey), recorded ? all.size() : 0, recorded ? all.back().step : 0, state.depth.of_next};
}

const DepthShown& DepthViews::shown(const Source& source, const AppState& state) {
  const Key key = key_of(source, state);
  return shown_.of(key, [&] {
    DepthShown shown;
    shown.survey = std::get<1>(key);
    if (!shown.survey) shown.survey = std::make_shared<const Survey>(survey_of_snapshots(source.history().snapshots));
    shown.depths = depth_survey(*shown.survey, source.geometry(), state.depth.of_next);
    shown.whole = whole_of(shown.depths);
    shown.granted = granted_in_vain(shown.depths);
    shown.refused = refused_though_needed(shown.depths);
    shown.cut_offs = cut_off_points(*shown.survey, source.geometry());
    return shown;
  });
}

const std::vector<DepthGroup>& DepthViews::groups(const Source& source, const AppState& state) {
  const DepthSettings& how = state.depth;
  return groups_.of({key_of(source, state), how.by, how.order}, [&] { return groups_by(how.by, source, state); });
}

std::vector<DepthGroup> DepthViews::groups_by(GroupBy by, const Source& source, const AppState& state) {
  std::vector<DepthGroup> groups = groups_of(shown(source, state).depths, by);
  sort_groups(groups, by == state.depth.by ? state.depth.order : usual_order(by));
  return groups;
}

const std::vector<SnapshotDepth>& DepthViews::over_training(const Source& source) {
  const std::vector<Snapshot>& all = source.history().snapshots;
  return over_training_.of({&source, all.size(), all.empty() ? 0 : all.back().step},
                           [&] { return depth_of_snapshots(all, source.geometry()); });
}

std::string without_router(const Geometry& geometry) {
  if (geometry.recursions < 2)
    return fmt::format("no recursions: every token takes {}, so only the loss differs", all_layers(geometry));
  if (geometry.routing == Routing::none)
    return fmt::format("no router: every token takes {} recursions, so only loss and regret differ",
                       geometry.recursions);
  return "";
}

std::string no_cut_offs(const Source& source, const DepthShown& shown) {
  if (!shown.cut_offs.empty()) return "";
  const Geometry& geometry = source.geometry();
  if (geometry.routing == Routing::none) return "no router, so there is no cut-off to move";
  if (geometry.routing == Routing::token_choice)
    return "token choice has no cut-off: each token chooses its depth at once";
  return source.can_generate() ? "other cut-offs come with a survey" : "other cut-offs need the weights of the run";
}

std::string none_misjudged(const Source& source, const DepthShown& shown) {
  if (!shown.granted.empty() || !shown.refused.empty()) return "";
  if (source.geometry().routing == Routing::none) return "no router, so nothing is granted or refused";
  return "no token would have been predicted better with another depth, as far as is known";
}

std::string surveyed_text(const Survey& survey) {
  return survey.note.empty() ? survey.what : fmt::format("{} ({})", survey.what, survey.note);
}

std::string depth_number(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "-";
}

std::string token_words(const SurveyedToken& token) {
  return fmt::format("{} ({}): depth {}, {:.2f} nats, regret {}", in_quotes(token.piece), kind_name(token.kind),
                     token.depth, token.loss, depth_number(token.regret, 2));
}

void show_example(AppState& state, const DepthSurvey& depths, const SurveyedToken& token) {
  state.survey.example = {token.text, token.position};
  if (depths.ids[size_t(token.text)] == state.shown.causal.ids)
    state.pinned = TokenRef{Subject::watched, token.position};
}

}  // namespace tinymor
