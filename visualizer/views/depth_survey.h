#pragma once
// Where depth goes: the tokens of a survey, sorted into groups, with the mean depth, loss and regret of each; the
// tokens at which the router was wrong; depth and loss at other cut-offs; and the depth of a run's snapshots. Whatever
// a damaged recording says, the indices are good.

#include <cstdint>
#include <string>
#include <vector>

#include "visualizer/runs/geometry.h"
#include "visualizer/runs/survey.h"

namespace tinymor {

enum class TokenKind { word_begin, word_inside, punctuation, space, digit };
const char* kind_name(TokenKind kind);
/// Of a piece as a vocabulary has it; `in_word`: the token before it ended inside a word. The first character that is
/// no space decides.
TokenKind kind_of(const std::string& piece, bool in_word);

/// A token at which something was predicted, and how well.
struct SurveyedToken {
  int text = 0, position = 0;
  int32_t id = 0;
  std::string piece;  ///< As quoted_piece.
  TokenKind kind = TokenKind::space;
  int of_word = 0;  ///< 1, 2, ...: the first piece of its word, the second, ...; 0: it is in no word.
  int depth = 0;
  double loss = 0;
  double regret = 0;   ///< As LensView::regret; NaN where unknown.
  double missed = 0;   ///< What would be gained if every token took all recursions, nats; NaN where unknown.
  double granted = 0;  ///< The score by which it took its last recursion, from the second on; NaN where none decided.
  double refused = 0;  ///< The score by which the next one was refused; NaN where none was.
};

struct DepthSurvey {
  std::vector<std::vector<std::string>> pieces;  ///< Of each text, as TextView has them, like the next two.
  std::vector<std::vector<int>> depths;
  std::vector<std::vector<int32_t>> ids;
  std::vector<SurveyedToken> tokens;  ///< All that have a loss.
  int recursions = 1;
  int window = 1;  ///< The longest text that the model sees.
};
/// `of_next`: id, piece, kind and place in the word are those of the token that was predicted, not of the one at which
/// depth was spent.
DepthSurvey depth_survey(const Survey& survey, const Geometry& geometry, bool of_next);

enum class GroupBy { token, kind, place, loss, position };
inline constexpr const char* group_names[] = {"token", "kind", "place in word", "loss", "position"};

struct DepthGroup {
  std::string name;
  int order = 0;  ///< By name: alphabetical, or as it is natural.
  int64_t tokens = 0;
  double depth = 0, loss = 0, regret = 0;  ///< Means; NaN where unknown, and depth where nothing recurs.
  std::vector<double> takes = {};          ///< [N] the share of its tokens that take each recursion.
  std::vector<int> examples = {};          ///< Some of its tokens, as indices, spread evenly.
};
/// Each token of the survey is in exactly one group; no group is empty.
std::vector<DepthGroup> groups_of(const DepthSurvey& survey, GroupBy by);
/// All tokens as one.
DepthGroup whole_of(const DepthSurvey& survey);

enum class DepthColumn { name, tokens, depth, loss, regret };
struct DepthOrder {
  DepthColumn by = DepthColumn::name;
  bool smallest_first = true;
  bool operator==(const DepthOrder&) const = default;
};
/// The most frequent tokens first, and all else in its natural order.
DepthOrder usual_order(GroupBy by);
/// What is not known comes last.
void sort_groups(std::vector<DepthGroup>& groups, DepthOrder order);

/// A token where another depth of all tokens would have been better.
struct Misjudged {
  int token;     ///< An index.
  double score;  ///< Of the router that decided.
  double nats;   ///< What it cost.
};
/// Tokens that were granted a recursion although fewer for all tokens would have predicted better, the worst first.
std::vector<Misjudged> granted_in_vain(const DepthSurvey& survey);
/// Tokens that were refused one although all recursions for all tokens would have predicted better, the worst first.
std::vector<Misjudged> refused_though_needed(const DepthSurvey& survey);

/// What a cut-off of the causal rule would make of the surveyed texts.
struct CutOffPoint {
  double cut_off = 0;
  int64_t tokens = 0;
  double depth = 0, loss = 0;  ///< Means.
  double layers = 0;           ///< Per token.
  double flops = 0;            ///< Per token that sees half of a text, by the honest count.
};
/// Empty where nothing was swept.
std::vector<CutOffPoint> cut_off_points(const Survey& survey, const Geometry& geometry);

/// The watched text of a snapshot by the causal rule.
struct SnapshotDepth {
  int64_t step = 0, tokens = 0;
  double depth = 0;
  std::vector<double> takes;  ///< [N] the share of its tokens that take each recursion.
};
std::vector<SnapshotDepth> depth_of_snapshots(const std::vector<Snapshot>& snapshots, const Geometry& geometry);

/// "... under the [bridge] and ...": the token in brackets between as many tokens as `around` says.
std::string context_of(const DepthSurvey& survey, int text, int position, int around);

}  // namespace tinymor
