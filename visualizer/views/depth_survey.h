#pragma once
// The tokens of a survey: what each is, how deep it went and what it lost. Whatever a damaged recording says, the
// indices are good. depth_groups.h sorts them, depth_costs.h says what other depths would have cost.

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

/// "... under the [bridge] and ...": the token in brackets between as many tokens as `around` says.
std::string context_of(const DepthSurvey& survey, int text, int position, int around);

}  // namespace tinymor
