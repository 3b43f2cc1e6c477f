#pragma once
// What the panel of depths draws, computed once for a survey and the way it is drawn.

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "visualizer/draw/memo.h"
#include "visualizer/state/app_state.h"
#include "visualizer/views/depth_costs.h"

namespace tinymor {

struct DepthShown {
  std::shared_ptr<const Survey> survey;
  DepthSurvey depths;
  DepthGroup whole;
  std::vector<Misjudged> granted, refused;  ///< As granted_in_vain and refused_though_needed.
  std::vector<CutOffPoint> cut_offs;
};

class DepthViews {
 public:
  /// Of the newest survey, or else of the watched texts of the snapshots.
  const DepthShown& shown(const Source& source, const AppState& state);
  /// The groups that the table lists, sorted.
  const std::vector<DepthGroup>& groups(const Source& source, const AppState& state);
  /// Likewise of any grouping; those that the table does not list are in their usual order.
  std::vector<DepthGroup> groups_by(GroupBy by, const Source& source, const AppState& state);
  /// Of the run's snapshots.
  const std::vector<SnapshotDepth>& over_training(const Source& source);

 private:
  // The survey; else how many snapshots there are, and the step of the newest.
  using Key = std::tuple<const Source*, std::shared_ptr<const Survey>, size_t, int64_t, bool>;
  static Key key_of(const Source& source, const AppState& state);

  Memo<Key, DepthShown> shown_;
  Memo<std::tuple<Key, GroupBy, DepthOrder>, std::vector<DepthGroup>> groups_;
  Memo<std::tuple<const Source*, size_t, int64_t>, std::vector<SnapshotDepth>> over_training_;
};

/// What a model without a router cannot show, in one line; empty for the others.
std::string without_router(const Geometry& geometry);
/// Why there are no other cut-offs, in one line; empty where there are.
std::string no_cut_offs(const Source& source, const DepthShown& shown);
/// Why no token is shown as misjudged, in one line; empty where some are.
std::string none_misjudged(const Source& source, const DepthShown& shown);
/// Which text was surveyed, and why it is not the held-out text.
std::string surveyed_text(const Survey& survey);

/// "0.123", or "-" where it is not known.
std::string depth_number(double value, int digits);
/// A token in a few words: what it is, how deep it went, what it lost.
std::string token_words(const SurveyedToken& token);
/// Shows a token of the survey in full, and pins it where it belongs to the watched text.
void show_example(AppState& state, const DepthSurvey& depths, const SurveyedToken& token);

}  // namespace tinymor
